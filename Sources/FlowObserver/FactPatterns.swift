internal import FlowFilter
internal import FlowHistory
internal import FlowModel

/// What a filter's conditions say of a flow's small fields: of each list, one pattern must match.
struct FactPatterns {
    private(set) var lists: [[FlowPattern]] = []

    init(_ conditions: FilterConditions) {
        add(conditions.verdicts.map { .verdict($0) })
        // With types of which there is no flow, a list without patterns, which nothing matches.
        if !conditions.types.isEmpty { lists.append(conditions.types.flatMap(Self.patterns)) }
        add(conditions.dropReasons.map { .verdict(.dropped) & .dropReason($0) })
        if !conditions.kernelReasons.isEmpty { add([.kind(.kernelDrop)]) }
        add(conditions.protocols.flatMap(Self.patterns))
        add(conditions.directions.map { .direction($0) })
        add(conditions.replies.flatMap(Self.patterns))
        add(
            conditions.ipVersions.map { version in
                switch version {
                case .v4: .attributes(.ip, without: .ipv6)
                case .v6: .attributes([.ip, .ipv6])
                case .none: .attributes([], without: .ip)
                }
            })
        add(conditions.tcpFlags.map { .attributes(.layer4) & .ipProtocol(.tcp) & .tcpFlags($0) })
        add(
            conditions.icmpTypes.flatMap { type in
                [IPProtocol.icmp, .icmpv6].map { .attributes(.layer4) & .ipProtocol($0) & .icmpType(type) }
            })
        if !conditions.ports.isEmpty {
            add([IPProtocol.tcp, .udp, .sctp].map { .attributes(.layer4) & .ipProtocol($0) })
        }
        if !conditions.addresses.isEmpty { add([.attributes(.ip)]) }
    }

    private mutating func add(_ patterns: [FlowPattern]) {
        if !patterns.isEmpty { lists.append(patterns) }
    }

    private static func patterns(_ condition: TypeCondition) -> [FlowPattern] {
        condition.kinds.compactMap { kind in
            guard let subType = condition.subType else { return .kind(kind) }
            if kind == .drop || kind == .kernelDrop {
                return .kind(kind) & .dropReason(DropReason(rawValue: subType))
            }
            guard let point = UInt8(exactly: subType) else { return nil }
            return .kind(kind) & .observationPoint(ObservationPoint(rawValue: point))
        }
    }

    private static func patterns(_ condition: ProtocolCondition) -> [FlowPattern] {
        let layer7: [FlowPattern] = condition.layer7.isEmpty ? [] : [.attributes(condition.layer7)]
        return layer7 + condition.protocols.map { .attributes(.layer4) & .ipProtocol($0) }
    }

    /// Where it is unknown only drops match, as "no reply".
    private static func patterns(_ isReply: Bool) -> [FlowPattern] {
        isReply
            ? [.attributes([.replyKnown, .isReply])]
            : [.attributes(.replyKnown, without: .isReply), .attributes([], without: .replyKnown) & .verdict(.dropped)]
    }
}
