import FlowCatalog
import FlowHistory
import Foundation
import HistoryFaults

/// Writes a store until it dies: `HistoryVictim <directory> <seed> <operation>` kills itself in the middle of that
/// change of the disk; with operation 0 it writes one batch and waits for its standard input to end. With a fourth
/// argument, `retain`, retention runs after each batch.
///
/// A line of output is a number: first the sequence with which it begins, then, after each commit, the last durable one.
@main
struct HistoryVictim {
    static func main() throws {
        let arguments = CommandLine.arguments
        if arguments[1] == "load" { return try Endurance(arguments[2]).run() }
        let seed = UInt64(arguments[2])!
        let operation = UInt64(arguments[3])!
        let disk = FaultyDisk(arguments[1])
        if operation > 0 { disk.fail(.changes, first: operation, .kill) }
        let catalog = FlowCatalog()
        let retains = arguments.count > 4
        let settings = retains ? retentionSettings(arguments[1]) : faultSettings(arguments[1])
        var writer = try HistoryWriter(settings, catalog: catalog)
        var producer = ScriptedProducer(seed: seed)
        say(writer.nextSequence)
        repeat {
            producer.append(to: &writer, catalog)
            try writer.commit()
            say(writer.status.storedThrough)
            if retains { try writer.applyRetention(now: 0) }
        } while operation > 0
        while readLine() != nil {}
        try writer.close()
    }

    private static func say(_ sequence: UInt64) {
        FileHandle.standardOutput.write(Data("\(sequence)\n".utf8))
    }
}
