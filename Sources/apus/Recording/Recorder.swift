import Datapath
import DatapathABI
import FlowCapture
import FlowEnrichment
import FlowHistory
import FlowModel
import FlowRing
import Synchronization
import SystemRuntime

/// The kernel side, capture, and a file instead of all that `serve` does with events.
final class Recorder: Sendable {
    struct Account: Sendable {
        var recorded: UInt64
        var lost: UInt64
    }

    private let datapath: Mutex<Datapath?>
    private let interfaces: [ControlPlane.Interface]
    private let counters: DatapathCounterReader
    private let captureCounters = CaptureCounters()
    private let events: EventRing<apus_event>
    private let capture = StageThread()
    private let record = StageThread()
    private let result = Mutex<Result<Account, SystemError>?>(nil)

    /// Loads the programs, creates the file and attaches. The calling thread is in the interfaces' network namespace.
    ///
    /// - Parameter onFailure: called if the file cannot be written any more; `stop` throws the reason.
    init(
        path: String, _ settings: ServerSettings, _ interfaces: [ControlPlane.Interface],
        onFailure: @escaping @Sendable () -> Void
    ) throws {
        var datapath = try Datapath(settings: settings.datapath)
        // No address has an identity here: whoever replays has manifests, or has not.
        try datapath.apply([PrefixIdentity(prefix: IPPrefix(IPAddress("::")!, bits: 0), identity: .unknown)])
        let clockOffset = SystemClock.monotonicToRealtimeOffset()
        let symbols = KernelSymbols.running()
        let reader = try datapath.makeRingBufferReader()
        let writer = try RecordingWriter(
            creating: path, RecordingHeader(id: StoreID.random().bytes, clockOffset: clockOffset),
            names: RecordedNames(
                nodeName: settings.nodeName, nodeAddresses: settings.nodeAddresses.map(\.description),
                dropReasons: datapath.kernelReasonNames,
                interfaces: Dictionary(interfaces.map { ($0.index, $0.name) }) { _, last in last }),
            functionName: symbols.function)
        events = EventRing(capacity: settings.limits.eventRingEvents)
        counters = datapath.counterReader
        self.interfaces = interfaces
        self.datapath = Mutex(consume datapath)
        startRecording(RecordStage(events: events, writer: writer, clockOffset: clockOffset), onFailure)
        startCapture(
            Capture(
                EventCapture(reader: reader, counters: captureCounters), into: events,
                latencyMilliseconds: settings.limits.latencyMilliseconds))
        do { try attach() } catch {
            _ = try? stop()
            throw error
        }
    }

    private func attach() throws {
        for interface in interfaces {
            try datapath.withLock { datapath in
                try datapath?.setEndpoint(
                    interfaceIndex: interface.index, id: interface.index, identity: .unknown)
                try datapath?.attach(
                    interfaceIndex: interface.index, side: interface.endpoint == .host ? .host : .pod)
            }
        }
    }

    private func startCapture(_ capture: consuming Capture) {
        let handover = Handover(capture)
        self.capture.start("apus-capture") { thread in
            var capture = handover.take()
            capture.run(until: thread.isStopping)
        }
    }

    private func startRecording(_ stage: consuming RecordStage, _ onFailure: @escaping @Sendable () -> Void) {
        let handover = Handover(stage)
        record.start("apus-record") { [self] thread in
            var stage = handover.take()
            do throws(SystemError) {
                try stage.run(until: thread.isStopping)
            } catch {
                result.withLock { [error] in $0 = .failure(error) }
                onFailure()
                return stage.discard(until: thread.isStopping)
            }
            do throws(SystemError) {
                let recorded = try stage.finish { lost }
                result.withLock { $0 = .success(Account(recorded: recorded, lost: lost)) }
            } catch {
                result.withLock { [error] in $0 = .failure(error) }
                onFailure()
            }
        }
    }

    /// Events that are not in the file, at all places together. Exact once capture has ended.
    private var lost: UInt64 {
        let kernel = try? counters.read()
        return (kernel?.total.lost ?? 0) + (kernel?.kernelDropsMissed ?? 0) + captureCounters.malformed
    }

    /// Ends the watch, works off what the kernel has given, and closes the file. Same namespace as for `init`.
    func stop() throws -> Account {
        let detached = Result { try detach() }
        capture.stop()
        record.stop { events.wakeReader() }
        try detached.get()
        guard let result = result.withLock({ $0 }) else { preconditionFailure("the recording thread has ended") }
        return try result.get()
    }

    private func detach() throws {
        defer { datapath.withLock { $0 = nil } }
        for interface in interfaces {
            try datapath.withLock { datapath in try datapath?.detach(interfaceIndex: interface.index) }
        }
    }
}
