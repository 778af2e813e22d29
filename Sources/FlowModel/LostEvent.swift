/// The only places where a flow can be lost, in the order of its way.
package enum LossPlace: String, CaseIterable, Sendable {
    /// The BPF ring buffer was full; counted by the BPF programs.
    case kernelRingBuffer = "kernel_ring_buffer"
    /// A packet was dropped while the watching program was busy with another on the same processor; counted by the kernel.
    case kernelProgramBusy = "kernel_program_busy"
    /// A perf ring for Cilium's events was full; counted by the kernel.
    case ciliumPerfRing = "cilium_perf_ring"
    /// An event of unknown version, type or length.
    case malformedEvent = "malformed_event"
    /// A queue before enrichment was full: in flows of another server only, as capture leaves in the kernel's buffer what
    /// finds no room.
    case eventRing = "event_ring"
    /// A reader of the flow ring was overtaken by the writer.
    case flowRing = "flow_ring"
    /// The history writer could not keep up, or the disk refused.
    case history = "history"
    /// A file of the history is damaged; told by each answer that asks for these flows.
    case historyDamage = "history_damage"

    /// `flow.LostEventSource` of Hubble's protocol.
    package var hubbleName: String {
        switch self {
        case .kernelRingBuffer, .kernelProgramBusy, .ciliumPerfRing, .malformedEvent: "PERF_EVENT_RING_BUFFER"
        case .eventRing: "OBSERVER_EVENTS_QUEUE"
        case .flowRing, .history, .historyDamage: "HUBBLE_RING_BUFFER"
        }
    }
}

/// A known gap: so many flows are missing, from here, in this interval.
package struct LostEvent: Hashable, Sendable {
    package var place: LossPlace
    package var count: UInt64
    /// Nanoseconds since 1970-01-01 UTC of the first and last moment at which the loss was noticed.
    package var firstNanoseconds: UInt64
    package var lastNanoseconds: UInt64

    package init(place: LossPlace, count: UInt64, firstNanoseconds: UInt64, lastNanoseconds: UInt64) {
        self.place = place
        self.count = count
        self.firstNanoseconds = firstNanoseconds
        self.lastNanoseconds = lastNanoseconds
    }
}
