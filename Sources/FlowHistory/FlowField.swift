/// What an aggregation may group by.
package enum FlowField: Sendable, Equatable {
    /// Indices in the catalog's endpoints.
    case sourceEndpoint, destinationEndpoint
    case sourceIdentity, destinationIdentity
    /// Raw values.
    case verdict, kind, dropReason, direction, ipProtocol
    case sourcePort, destinationPort
    /// Index in the catalog's rules.
    case rule
    /// Index in the catalog's names.
    case kernelReason
    /// The start of the interval, nanoseconds since 1970-01-01 UTC.
    case time(everyNanoseconds: UInt64)

    /// What must be read of a block for it, besides the rest.
    var groups: [BlockGroup] {
        switch self {
        case .sourceEndpoint, .destinationEndpoint, .sourceIdentity, .destinationIdentity: [.sides]
        case .verdict, .kind, .dropReason, .direction, .ipProtocol, .rule, .kernelReason: [.facts]
        case .sourcePort, .destinationPort: [.facts, .ports]
        case .time: [.rest]
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
