import FlowModel

/// What an aggregation may group by.
package enum FlowField: Sendable, Equatable {
    /// Indices in the catalog's endpoints.
    case sourceEndpoint, destinationEndpoint
    case sourceIdentity, destinationIdentity
    /// Raw values.
    case verdict, kind, dropReason, direction, ipProtocol
    /// 1: known to be a reply.
    case isReply
    case sourcePort, destinationPort
    /// The destination's, or, of a reply, the source's.
    case serverPort
    /// Indices in the catalog's services.
    case sourceService, destinationService
    /// Index in the catalog's rules.
    case rule
    /// Indices in the catalog's names.
    case kernelReason, kernelFunction
    /// The start of the interval, nanoseconds since 1970-01-01 UTC.
    case time(everyNanoseconds: UInt64)

    /// What must be read of a block for it, besides the rest.
    var groups: [BlockGroup] {
        switch self {
        case .sourceEndpoint, .destinationEndpoint, .sourceIdentity, .destinationIdentity: [.sides]
        case .verdict, .kind, .dropReason, .direction, .ipProtocol, .isReply, .rule, .kernelReason, .kernelFunction,
            .sourceService, .destinationService:
            [.facts]
        case .sourcePort, .destinationPort, .serverPort: [.facts, .ports]
        case .time: [.rest]
        }
    }

    /// The same as a block's columns give.
    func value(of flow: Flow) -> UInt64 {
        switch self {
        case .sourceEndpoint: UInt64(flow.sourceEndpoint)
        case .destinationEndpoint: UInt64(flow.destinationEndpoint)
        case .sourceIdentity: UInt64(flow.sourceIdentity)
        case .destinationIdentity: UInt64(flow.destinationIdentity)
        case .verdict: UInt64(flow.verdict.rawValue)
        case .kind: UInt64(flow.kind.rawValue)
        case .dropReason: UInt64(flow.dropReason.rawValue)
        case .direction: UInt64(flow.direction.rawValue)
        case .ipProtocol: UInt64(flow.ipProtocol.rawValue)
        case .isReply: flow.attributes.contains(.knownReply) ? 1 : 0
        case .sourcePort: UInt64(flow.sourcePort)
        case .destinationPort: UInt64(flow.destinationPort)
        case .serverPort: UInt64(flow.attributes.contains(.knownReply) ? flow.sourcePort : flow.destinationPort)
        case .sourceService: UInt64(flow.sourceService)
        case .destinationService: UInt64(flow.destinationService)
        case .rule: UInt64(flow.rule)
        case .kernelReason: UInt64(flow.kernelReason)
        case .kernelFunction: UInt64(flow.kernelFunction)
        case .time(let every): flow.timeNanoseconds - flow.timeNanoseconds % max(1, every)
        }
    }
}

/// Flows that have the same values in the fields of an aggregation.
package struct FlowAggregate: Sendable, Equatable {
    /// In the order in which the fields were named.
    package var values: [UInt64]
    package var flows: UInt64
    package var bytes: UInt64
    package var packets: UInt64
    /// Nanoseconds since 1970-01-01 UTC.
    package var firstTime: UInt64
    package var lastTime: UInt64

    /// Adds the flows of another group.
    package mutating func add(_ other: FlowAggregate) {
        flows += other.flows
        bytes += other.bytes
        packets += other.packets
        firstTime = min(firstTime, other.firstTime)
        lastTime = max(lastTime, other.lastTime)
    }
}

/// The answer to an aggregation.
package struct HistoryAggregation: Sendable {
    /// In no order.
    package var groups: [FlowAggregate] = []
    /// Flows that would have needed more groups than were allowed.
    package var ungroupedFlows: UInt64 = 0
    /// As in `HistoryCursor`.
    package var damagedBlocks = 0
    package var firstDamage: HistoryError?
}
