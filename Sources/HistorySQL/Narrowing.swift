import FlowHistory
import FlowModel

/// How a comparison of a column with values becomes fewer blocks to read.
enum Narrowing: Sendable {
    /// A time as text.
    case time
    case timeNanoseconds
    case sequence
    /// A small field: the patterns of flows that have the value.
    case fact(@Sendable (String) -> [FlowPattern])
    case number(@Sendable (UInt64) -> [FlowPattern])
    case address(FlowSide)
    case identity(FlowSide)
    case port(FlowSide)
    /// A text of the catalog: whether the element has it.
    case endpoint(FlowSide, @Sendable (Endpoint) -> String)
    case service(FlowSide, @Sendable (ServiceReference) -> String)
    case rule(@Sendable (RuleReference) -> String)
    case kernelReason
    case interface

    var isOfTimes: Bool {
        switch self {
        case .time, .timeNanoseconds: true
        default: false
        }
    }

    /// About the part of all flows that one value leaves.
    var share: Double {
        switch self {
        case .time, .timeNanoseconds, .sequence: 0.25
        case .fact, .number: 0.2
        case .kernelReason, .rule, .service, .interface: 0.05
        case .address, .identity, .port, .endpoint: 0.02
        }
    }
}
