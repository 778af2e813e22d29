/// The members of one line of JSON, by their names in lowerCamel form: what kind of line it is, and what of its flow
/// Apus has no place for.
package struct FlowJSONMembers: Decodable, Sendable {
    package enum Kind: Sendable {
        /// A `GetFlowsResponse` with a flow or a gap.
        case response
        /// A `flow.Flow` by itself.
        case bareFlow
        /// A `GetFlowsResponse` or `ExportEvent` of a kind that Apus does not use, such as a node's status.
        case other
        case unknown
    }

    package let kind: Kind
    /// Members of the flow that are dropped when it is decoded; sorted.
    package let droppedMembers: [String]

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: AnyMember.self)
        let names = Set(container.allKeys.map(\.stringValue))
        let isFlow = !names.isDisjoint(with: Self.tellFlow)
        kind =
            if !names.isDisjoint(with: ["flow", "lostEvents"]) {
                .response
            } else if !names.isDisjoint(with: ["nodeStatus", "agentEvent", "debugEvent"]) {
                .other
            } else {
                isFlow ? .bareFlow : .unknown
            }
        let flow = AnyMember(stringValue: "flow")
        let members: [AnyMember] =
            if names.contains("flow") {
                try container.nestedContainer(keyedBy: AnyMember.self, forKey: flow).allKeys
            } else {
                isFlow ? container.allKeys : []
            }
        droppedMembers = members.map(\.stringValue).filter { !Self.kept.contains($0) }.sorted()
    }

    private static let tellFlow: Set = ["verdict", "eventType", "IP", "trafficDirection", "source"]

    /// Members that a flow keeps, and those that are written anew: `uuid`, `emitter`, `Type`, `Summary`, `reply`.
    private static let kept: Set = [
        "time", "uuid", "emitter", "verdict", "dropReason", "IP", "l4", "source", "destination", "Type", "nodeName",
        "sourceNames", "destinationNames", "reply", "eventType", "sourceService", "destinationService",
        "trafficDirection", "policyMatchType", "traceObservationPoint", "traceReason", "dropReasonDesc", "isReply",
        "interface", "Summary", "egressAllowedBy", "ingressAllowedBy", "egressDeniedBy", "ingressDeniedBy", "apus",
    ]
}

private struct AnyMember: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }

    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
}
