import ArgumentParser
import Console
import FlowHistory
import Foundation
import HistorySQL
import SQLiteRuntime
import SystemRuntime

extension RowFormat: ExpressibleByArgument {}

struct SQLCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sql",
        abstract: "Ask a store on disk in SQL.",
        discussion: """
            One SELECT, as SQLite has it, from the argument or from standard input. The tables are flows (a row a flow),
            endpoints, services, rules, losses and partitions; schema/sql.md describes their columns and has examples.

              apus sql "select drop_reason, count(*) from flows where verdict = 'DROPPED' group by 1 order by 2 desc"
              apus sql "select * from flows where time > datetime('now', '-1 hour') and source_pod = 'web-1' limit 20"
            """)

    @Option(help: "The store's directory.")
    var dataDir = "/var/lib/apus"

    @Option(name: [.short, .long], help: "How to print rows: table, csv, json, ndjson.")
    var output = RowFormat.table

    @Option(help: ArgumentHelp("How long the answer may take: 500ms, 30s, 5m.", valueName: "time"))
    var timeout = DurationArgument(.seconds(30))

    @Option(help: ArgumentHelp("Rows to print at most.", valueName: "n"))
    var maxRows = 10_000

    @Argument(help: "The statement; standard input if left out.")
    var query: String?

    /// What SQLite may take, sorting apart, which goes to the disk.
    private static let memoryBytes = 256 << 20

    func validate() throws {
        guard maxRows > 0 else { throw ValidationError("--max-rows \(maxRows): accepted is a number from 1 on") }
    }

    func run() throws {
        let query = try query ?? Self.standardInput()
        SQLiteMemory.limit(bytes: Self.memoryBytes)
        do {
            let database = try HistoryDatabase(directory: dataDir)
            let isWhole = try print(database.answer(query, timeLimit: timeout.duration))
            if !isWhole {
                StandardStream.error.say("apus: only the first \(maxRows) rows are shown; --max-rows raises that")
            }
            for remark in try database.remarks() { StandardStream.error.say("apus: \(remark)") }
        } catch let error as QueryFailure {
            throw failure(error)
        } catch let error as HistoryError {
            throw CommandFailure.failed(error)
        }
    }

    /// - Returns: false if there are more rows than may be printed.
    private func print(_ answer: consuming QueryAnswer) throws -> Bool {
        var printer = RowPrinter(output, columns: answer.columns)
        var bytes: [UInt8] = []
        var rows = 0
        while rows < maxRows, let row = try answer.next() {
            rows += 1
            printer.append(row, to: &bytes)
            if bytes.count > Self.chunkBytes {
                try StandardStream.output.write(bytes)
                bytes.removeAll(keepingCapacity: true)
            }
        }
        let isWhole = try rows < maxRows || answer.next() == nil
        printer.end(&bytes)
        try StandardStream.output.write(bytes)
        return isWhole
    }

    private static let chunkBytes = 1 << 16

    private func failure(_ error: QueryFailure) -> CommandFailure {
        if error.isOutOfTime {
            return .failed(
                "no answer within \(timeout.duration); a condition on time makes it quicker, --timeout gives it longer")
        }
        if error.isOutOfMemory {
            return .failed(
                "the answer takes more than \(Self.memoryBytes >> 20) MiB of memory; let it group or gather less")
        }
        let text = error.lines.joined(separator: "\n")
        return error.isMistake ? .usage(text) : .failed(text)
    }

    private static func standardInput() throws -> String {
        let bytes = try FileHandle.standardInput.readToEnd() ?? Data()
        guard let text = String(data: bytes, encoding: .utf8) else {
            throw CommandFailure.usage("standard input is not UTF-8")
        }
        return text
    }
}
