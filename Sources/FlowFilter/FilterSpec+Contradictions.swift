import FlowCatalog
import FlowModel

extension FilterSpec {
    /// Why no flow at all can match, in words for a person; empty where one may.
    package var contradictions: [String] {
        let excluded = deny.contains { denied in denied.isEmpty || allow == [denied] }
        if excluded { return ["no flow can match: what is wanted is left out again"] }
        let reasons = allow.map(\.contradiction)
        guard !reasons.isEmpty, !reasons.contains(nil) else { return [] }
        return reasons.compactMap(\.self).map { "no flow can match: \($0)" }
    }

    /// A condition is about what a `Flow` has no place for.
    package var isOfDetails: Bool { (allow + deny).contains(where: \.isOfDetails) }
}

extension FilterConditions {
    fileprivate var isOfDetails: Bool { !details.isEmpty || (also + excluding).contains(where: \.isOfDetails) }

    /// What in these conditions excludes each other; nil if nothing does.
    fileprivate var contradiction: String? {
        if self == .none { return "the node or the expression that is asked for is never there" }
        var program = FilterProgram(FlowCatalog())
        program.add(self, isDeny: false, within: nil)
        if let field = program.fieldWithoutValue { return "what is asked of the \(field) excludes itself" }
        let parts = [self] + also
        let kinds = parts.flatMap(\.types).flatMap(\.kinds)
        let verdicts = parts.flatMap(\.verdicts)
        let wantsDropsOnly = !kinds.isEmpty && kinds.allSatisfy { $0 == .drop || $0 == .kernelDrop }
        if wantsDropsOnly && !verdicts.isEmpty && !verdicts.contains(.dropped) {
            return "drops have the verdict DROPPED only"
        }
        let versions = parts.flatMap(\.ipVersions)
        for prefixes in parts.map(\.addresses) where !versions.isEmpty {
            for side in Side.allCases where !prefixes[side].isEmpty {
                let isMet = prefixes[side].contains { prefix in
                    versions.contains(.v4) && prefix.mayHold(v4: true)
                        || versions.contains(.v6) && prefix.mayHold(v4: false)
                }
                if !isMet { return "the addresses are of another version of IP" }
            }
        }
        return nil
    }
}

extension IPPrefix {
    fileprivate func mayHold(v4: Bool) -> Bool { address.isV4 && bits >= 96 ? v4 : !v4 || bits < 96 }
}

extension FilterProgram {
    /// A field of which no value would leave the first set standing.
    fileprivate var fieldWithoutValue: String? {
        let fields: [(String, Bool)] = [
            ("verdict", verdicts.leaves(1)), ("type", types.leaves(1)), ("reason of a drop", dropReasons.leaves(1)),
            ("protocol", protocols.leaves(1)), ("direction", directions.leaves(1)), ("reply", replies.leaves(1)),
            ("version of IP", attributes.leaves(1)), ("TCP flags", tcpFlags.leaves(1)),
            ("type of ICMP message", icmpTypes.leaves(1)), ("identities", identities.leaves(1)),
            ("addresses", addresses.leaves(1)),
        ]
        return fields.first { !$0.1 }?.0
    }
}
