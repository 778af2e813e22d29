package import DatapathABI
package import Directory
package import FlowCatalog
package import FlowModel
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
    private var realtimeOffset: UInt64
    private var nextSequence: UInt64

    /// - Parameters:
    ///   - reasonNames: the running kernel's drop reasons.
    ///   - interfaces: names of the interfaces at which programs are attached, by number.
    ///   - firstSequence: given to the first flow.
    ///   - clockOffset: nanoseconds from the events' clock to the time since 1970; asked once a batch.
    package init(
        publisher: DirectoryPublisher, catalog: FlowCatalog, reasonNames: [UInt32: String], symbols: KernelSymbols,
        interfaces: [UInt32: String], firstSequence: UInt64,
        clockOffset: @escaping @Sendable () -> UInt64 = SystemClock.monotonicToRealtimeOffset
    ) {
        self.publisher = publisher
        generation = publisher.generation
        directory = publisher.current()
        names = KernelNames(catalog: catalog, reasonNames: reasonNames, symbols: symbols)
        names.register(interfaces: interfaces)
        nextSequence = firstSequence
        self.clockOffset = clockOffset
        realtimeOffset = clockOffset()
    }

    /// Takes the newest directory and clock. Once a batch.
    package mutating func beginBatch() {
        realtimeOffset = clockOffset()
        let newest = publisher.generation
        guard newest != generation else { return }
        generation = newest
        directory = publisher.current()
    }

    /// Appends a flow for each event.
    package mutating func enrich(_ events: Span<apus_event>, into flows: inout [Flow]) {
        for index in events.indices { flows.append(enrich(events[index])) }
    }

    private mutating func enrich(_ event: apus_event) -> Flow {
        var flow = Flow(event)
        flow.timeNanoseconds = event.time_ns &+ realtimeOffset
        flow.sequence = nextSequence
        nextSequence &+= 1
        if flow.kind == .kernelDrop {
            addKernelNames(event, to: &flow)
        } else {
            flow.interfaceName = names.interface(of: event)
        }
        guard flow.attributes.contains(.ip) else {
            flow.unknownNames.source = .noAddress
            flow.unknownNames.destination = .noAddress
            return flow
        }
        addEndpoints(to: &flow)
        return flow
    }

    private mutating func addKernelNames(_ event: apus_event, to flow: inout Flow) {
        flow.kernelReason = names.reason(event.reason)
        flow.dropReason = names.hubbleReason(event.reason)
        flow.kernelFunction = names.function(event.location)
        flow.interfaceName = names.interface(of: event)
    }

    private func addEndpoints(to flow: inout Flow) {
        let source = directory.lookup(flow.source)
        flow.sourceEndpoint = source.endpointIndex
        if flow.sourceIdentity == 0 { flow.sourceIdentity = source.identity }
        flow.unknownNames.source = source.unknown

        let destination = directory.lookup(flow.destination)
        flow.destinationEndpoint = destination.endpointIndex
        if flow.destinationIdentity == 0 { flow.destinationIdentity = destination.identity }
        flow.unknownNames.destination = destination.unknown

        flow.sourceService = directory.service(
            address: flow.source, port: flow.sourcePort, ipProtocol: flow.ipProtocol)
        flow.destinationService = directory.service(
            address: flow.destination, port: flow.destinationPort, ipProtocol: flow.ipProtocol)
    }
}
