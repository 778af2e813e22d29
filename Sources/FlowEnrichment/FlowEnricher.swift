package import DatapathABI
package import Directory
package import FlowCatalog
package import FlowModel
package import FlowRing
internal import SystemRuntime

/// Turns kernel events into flows: who talked to whom, by one look-up per address in an immutable snapshot.
///
/// Owned by the enrichment thread. Allocates nothing per flow; a name that was never seen before is looked up and
/// remembered once.
package struct FlowEnricher: ~Copyable, Sendable {
    private let publisher: DirectoryPublisher
    private var generation: UInt64
    private var directory: DirectorySnapshot
    private var names: KernelNames
    private let clockOffset: @Sendable () -> UInt64
    private let monotonicNow: @Sendable () -> UInt64
    private var realtimeOffset: UInt64
    private var nextSequence: UInt64
    package private(set) var lateNames: LateNames

    /// - Parameters:
    ///   - reasonNames: the running kernel's drop reasons.
    ///   - interfaces: names of the interfaces at which programs are attached, by number.
    ///   - firstSequence: given to the first flow.
    ///   - nameGrace: how old a flow may be, in nanoseconds, when its name comes and is still put in; 0: no flow gets one.
    ///   - clockOffset: nanoseconds from the events' clock to the time since 1970; asked once a batch.
    ///   - now: the events' clock; asked when names come late.
    package init(
        publisher: DirectoryPublisher, catalog: FlowCatalog, reasonNames: [UInt32: String], symbols: KernelSymbols,
        interfaces: [UInt32: String], firstSequence: UInt64, nameGrace: UInt64 = 0,
        clockOffset: @escaping @Sendable () -> UInt64 = SystemClock.monotonicToRealtimeOffset,
        now: @escaping @Sendable () -> UInt64 = SystemClock.monotonicNanoseconds
    ) {
        self.publisher = publisher
        generation = publisher.generation
        directory = publisher.current()
        names = KernelNames(catalog: catalog, reasonNames: reasonNames, symbols: symbols)
        names.register(interfaces: interfaces)
        nextSequence = firstSequence
        lateNames = LateNames(grace: nameGrace)
        self.clockOffset = clockOffset
        monotonicNow = now
        realtimeOffset = clockOffset()
    }

    /// Takes the newest directory and clock. Once a batch.
    package mutating func beginBatch() {
        realtimeOffset = clockOffset()
        let newest = publisher.generation
        guard newest != generation else { return }
        generation = newest
        let known = directory.additions
        directory = publisher.current()
        if directory.additions != known { lateNames.addressesCame(at: now) }
    }

    /// Puts names that came late into flows of the ring, if there are any and the time for it has come.
    ///
    /// - Returns: nanoseconds until the time for the next ones comes; nil if none wait.
    package mutating func repairNames(in flows: inout BroadcastWriter<Flow>) -> UInt64? {
        guard lateNames.isWaiting else { return nil }
        let now = now
        let wait = lateNames.wait(now: now)
        guard wait == 0 else { return wait }
        lateNames.repair(&flows, directory, now: now)
        return nil
    }

    /// Nanoseconds since 1970, as flows have it.
    private var now: UInt64 { monotonicNow() &+ realtimeOffset }

    /// Appends a flow for each event.
    package mutating func enrich(_ events: Span<apus_event>, into flows: inout [Flow]) {
        let directory = directory
        flows.append(addingCapacity: events.count) { output in
            for index in events.indices { output.append(enrich(events[index], directory)) }
        }
    }

    @inline(__always)
    private mutating func enrich(_ event: apus_event, _ directory: DirectorySnapshot) -> Flow {
        var flow = Flow(event)
        flow.timeNanoseconds = event.time_ns &+ realtimeOffset
        flow.sequence = nextSequence
        nextSequence &+= 1
        flow.interfaceName = names.interface(of: event)
        if flow.kind == .kernelDrop { addKernelNames(event, to: &flow) }
        if flow.attributes.contains(.ip) {
            Self.addNames(event, directory, to: &flow)
        } else {
            flow.sourceName = SideName(endpoint: 0, identity: event.source_identity, unknown: .noAddress)
            flow.destinationName = SideName(endpoint: 0, identity: event.destination_identity, unknown: .noAddress)
        }
        return flow
    }

    private mutating func addKernelNames(_ event: apus_event, to flow: inout Flow) {
        flow.kernelReason = names.reason(event.reason)
        flow.dropReason = names.hubbleReason(event.reason)
        flow.kernelFunction = names.function(event.location)
    }

    /// The kernel's word counts for identities: policies were decided by them.
    @inline(__always)
    private static func addNames(_ event: apus_event, _ directory: DirectorySnapshot, to flow: inout Flow) {
        flow.sourceName = directory.name(of: flow.source)
        flow.destinationName = directory.name(of: flow.destination)
        flow.sourceService = service(flow.sourceName, flow.source, flow.sourcePort, flow.ipProtocol, directory)
        flow.destinationService = service(
            flow.destinationName, flow.destination, flow.destinationPort, flow.ipProtocol, directory)
        if event.source_identity != 0 { flow.sourceIdentity = event.source_identity }
        if event.destination_identity != 0 { flow.destinationIdentity = event.destination_identity }
    }

    /// A pod's address is no service's, so that most flows need no look-up.
    @inline(__always)
    private static func service(
        _ name: SideName, _ address: IPAddress, _ port: UInt16, _ ipProtocol: IPProtocol,
        _ directory: DirectorySnapshot
    ) -> UInt32 {
        guard name.unknown != .none, port != 0 else { return 0 }
        return directory.service(address: address, port: port, ipProtocol: ipProtocol)
    }
}
