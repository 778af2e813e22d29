import Console
import FlowCatalog
import FlowHistory
import FlowModel
import FlowWire
import SystemRuntime

/// Lines of a file into a store.
struct StoreImport: ~Copyable {
    private var writer: HistoryWriter
    private var decoder: FlowJSONDecoder
    private let nodeName: String
    private var account = ImportAccount()
    private var progress = ProgressText()

    static func run(_ source: inout LineFile, into directory: String) throws -> ImportAccount {
        let stop = StopFlag()
        let first = try source.next()
        let catalog = FlowCatalog()
        var settings = HistorySettings(directory: directory)
        settings.nodeName = try knownNode(directory) ?? tellNode(first ?? [])
        settings.minimumFreeBytes = nil
        settings.busyTimeout = .seconds(5)
        var stored = StoreImport(try HistoryWriter(settings, catalog: catalog), catalog, settings.nodeName)
        try stored.take(first, source: &source, until: stop)
        return try stored.finish(isStopped: stop.isSet)
    }

    private init(_ writer: consuming HistoryWriter, _ catalog: FlowCatalog, _ nodeName: String) {
        self.writer = writer
        decoder = FlowJSONDecoder(catalog)
        self.nodeName = nodeName
    }

    /// nil for a store that is still to be made.
    private static func knownNode(_ directory: String) throws(HistoryError) -> String? {
        do throws(HistoryError) {
            var reader = try HistoryReader(directory: directory)
            return try reader.nodeName()
        } catch .noStore {
            return nil
        }
    }

    /// Of the first line that tells it.
    private static func tellNode(_ lines: [UInt8]) -> String {
        var decoder = FlowJSONDecoder(FlowCatalog())
        var start = 0
        while let line = lines.span.line(from: start) {
            start = line.upperBound + 1
            guard (try? decoder.lineOfFile(lines.span.extracting(line))) != nil else { continue }
            if !decoder.nodeName.isEmpty { return decoder.nodeName }
        }
        return ""
    }

    private mutating func take(
        _ first: [UInt8]?, source: inout LineFile, until stop: StopFlag
    ) throws {
        // What was there stays apart: its times may be others.
        try writer.beginPartition()
        var lines = first
        while let batch = lines, !stop.isSet {
            var start = 0
            while let line = batch.span.line(from: start) {
                start = line.upperBound + 1
                try take(batch[line])
            }
            let flows = account.flows
            progress.tell("imported \(flows.withThousands) flows")
            lines = try source.next()
        }
    }

    private mutating func take(_ line: ArraySlice<UInt8>) throws {
        account.beginLine()
        if line.allSatisfy({ $0 == 32 || $0 == 9 || $0 == 13 }) { return }
        let content: FlowJSONDecoder.Content
        do throws(FlowJSONError) {
            content = try decoder.content(line)
        } catch {
            return account.refuse(error.description)
        }
        switch content.line {
        case .flow(let flow): try store(flow, dropping: content.dropped)
        case .lost(let loss):
            writer.append(loss: loss)
            account.addLoss()
        case .other: account.passOver()
        }
    }

    private mutating func store(_ flow: Flow, dropping members: [String]) throws {
        var flow = flow
        flow.sequence = writer.nextSequence
        writer.append([flow].span)
        account.addFlow(
            dropping: members, isOfOtherNode: !decoder.nodeName.isEmpty && decoder.nodeName != nodeName)
        do throws(HistoryError) {
            try writer.commitIfDue()
        } catch {
            throw CommandFailure.failed("\(error); the first \(writer.status.storedFlows) flows are in the store")
        }
    }

    private consuming func finish(isStopped: Bool) throws -> ImportAccount {
        let account = account
        try writer.close()
        guard !isStopped else {
            throw CommandFailure.failed("stopped; the first \(account.linesDone) lines are in the store")
        }
        return account
    }
}
