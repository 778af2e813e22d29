import DatapathABI
import Directory
import FlowCapture
import FlowCatalog
import FlowEnrichment
import FlowHistory
import FlowModel
import FlowRing
import Foundation
import Manifests
import Policy
import Synchronization
import SystemRuntime

/// A recording or a capture of packets as flows: what `serve` would have shown, with the manifests of now.
final class Replay: Sendable {
    let summary: RecordingSummary
    private let path: String
    private let isPacketFile: Bool
    private let catalog = FlowCatalog()
    private let publisher = DirectoryPublisher()
    private let feeder = StageThread()
    private let isOver = Atomic(false)
    private let result = Mutex<Result<UInt64, RecordingError>>(.success(0))

    /// Reads a recording once, for its names; a capture has none.
    init(_ path: String) throws {
        self.path = path
        isPacketFile = PacketFileReader.isPacketFile(path)
        summary =
            isPacketFile
            ? RecordingSummary(header: try PacketFileReader(path: path).header) : try RecordingSummary(path: path)
    }

    /// Ends it before its end. Any thread.
    func stop() { feeder.isStopping.store(true, ordering: .releasing) }

    /// Prints, and stores if there is a directory. The calling thread works until all is done.
    ///
    /// - Returns: events that were replayed.
    func run(speed: ReplaySpeed, manifests: String?, dataDirectory: String?, _ output: OutputOptions) throws -> UInt64 {
        var history: HistoryWriter? = nil
        var (storeID, firstSequence) = (summary.header.id, UInt64(1))
        if let dataDirectory {
            let writer = try openHistory(dataDirectory)
            (storeID, firstSequence) = (writer.storeID.bytes, writer.nextSequence)
            history = consume writer
        }
        try publishDirectory(manifests, dataDirectory)
        let events = EventRing<apus_event>(capacity: Limits().eventRingEvents)
        let offset = summary.header.clockOffset
        let enricher = FlowEnricher(
            publisher: publisher, catalog: catalog, reasonNames: summary.names.dropReasons,
            symbols: KernelSymbols(functions: summary.names.functions), interfaces: summary.names.interfaces,
            firstSequence: firstSequence, clockOffset: { offset })
        var stage = ReplayStage(
            events: events, enricher: enricher,
            printer: output.printer(catalog: catalog, nodeName: summary.names.nodeName, storeID: storeID),
            history: history.take(), hasVerdicts: !isPacketFile)
        if isPacketFile {
            start(RecordingReplay(try PacketFileReader(path: path), into: events, speed: speed), events)
        } else {
            start(RecordingReplay(try RecordingReader(path: path), into: events, speed: speed), events)
        }
        defer { feeder.stop() }
        try stage.run(until: isOver)
        try stage.finish()
        return try result.withLock { try $0.get() }
    }

    private func start<File: EventFile & ~Copyable>(
        _ replay: consuming RecordingReplay<File>, _ events: EventRing<apus_event>
    ) {
        let handover = Handover(replay)
        feeder.start("apus-replay") { [self] thread in
            var replay = handover.take()
            let outcome: Result<UInt64, RecordingError>
            do throws(RecordingError) { outcome = .success(try replay.run(until: thread.isStopping)) } catch {
                outcome = .failure(error)
            }
            result.withLock { $0 = outcome }
            isOver.store(true, ordering: .releasing)
            events.wakeReader()
        }
    }

    private func openHistory(_ directory: String) throws -> HistoryWriter {
        try FileManager.default.createDirectory(
            atPath: directory, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o750])
        var settings = HistorySettings(directory: directory)
        settings.nodeName = summary.names.nodeName
        return try HistoryWriter(settings, catalog: catalog)
    }

    private func publishDirectory(_ manifests: String?, _ dataDirectory: String?) throws {
        let set = manifests.map(ManifestSet.load) ?? ManifestSet()
        let policies = PolicySet(set, last: nil)
        var directory = Directory(
            catalog: catalog,
            allocator: try dataDirectory.map { try IdentityAllocator(path: $0 + "/identities.json") }
                ?? IdentityAllocator(),
            nodeName: summary.names.nodeName,
            nodeAddresses: summary.names.nodeAddresses.compactMap { IPAddress($0) })
        let update = directory.update(set, prefixes: policies.prefixes)
        publisher.publish(update.snapshot)
        for problem in update.problems + policies.problems { StandardStream.error.say("refused: \(problem)") }
    }
}
