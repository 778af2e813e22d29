import FlowModel

/// One of a flow's two ends.
enum FlowSide: String, CaseIterable, Sendable {
    case source, destination

    func address(_ flow: Flow) -> IPAddress { self == .source ? flow.source : flow.destination }
    func port(_ flow: Flow) -> UInt16 { self == .source ? flow.sourcePort : flow.destinationPort }
    func name(_ flow: Flow) -> SideName { self == .source ? flow.sourceName : flow.destinationName }
    func service(_ flow: Flow) -> UInt32 { self == .source ? flow.sourceService : flow.destinationService }
}
