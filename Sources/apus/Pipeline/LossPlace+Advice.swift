import FlowModel

extension LossPlace {
    /// What happened, and the setting to raise.
    var advice: String {
        switch self {
        case .kernelRingBuffer: "the BPF ring buffer was full; raise --ring-buffer-bytes"
        case .kernelProgramBusy: "drops came faster than one processor could tell them; no setting helps"
        case .ciliumPerfRing: "a processor's ring for Cilium's events was full; raise --cilium-ring-bytes"
        case .malformedEvent: "the kernel side sent events of another version; restart apus to load its own programs"
        case .eventRing, .flowRing: "a reader was too slow; raise --flow-ring-flows"
        case .historyDamage: "a file of the history is damaged; `apus history verify` says which"
        case .history: "the disk was too slow; give --data-dir a faster one"
        }
    }
}
