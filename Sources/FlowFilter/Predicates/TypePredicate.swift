package import FlowModel

/// A type of flow as requests name it: `drop`, `drop:133`, `trace:to-endpoint`.
package struct TypeCondition: Hashable, Sendable {
    /// A kernel drop counts as a drop, as it does in Hubble's event types.
    package var kinds: [FlowKind]
    /// A drop reason for drops, an observation point for traces; nil for any.
    package var subType: UInt16?

    package init(kinds: [FlowKind], subType: UInt16? = nil) {
        self.kinds = kinds
        self.subType = subType
    }

    static let accepted =
        "drop (policy and kernel), kernel-drop, trace, policy-verdict, their numbers 1, 4, 5, and with a sub-type "
        + "drop:POLICY_DENIED, drop:133, trace:to-endpoint"

    /// nil for anything that `accepted` does not name.
    package init?(_ text: String) {
        let parts = text.lowercased().split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard let kinds = Self.kinds[String(parts[0])] else { return nil }
        self.kinds = kinds
        guard parts.count == 2 else { return }
        guard let number = Self.subType(String(parts[1]), of: kinds) else { return nil }
        subType = number
    }

    private static let kinds: [String: [FlowKind]] = [
        "drop": [.drop, .kernelDrop], "1": [.drop, .kernelDrop], "kernel-drop": [.kernelDrop],
        "trace": [.trace], "4": [.trace], "policy-verdict": [.policyVerdict], "5": [.policyVerdict],
    ]

    /// Cilium's datapath gives delivery to an endpoint the number 0, Hubble's enumeration the number 101.
    private static func subType(_ text: String, of kinds: [FlowKind]) -> UInt16? {
        if kinds == [.trace] {
            let isDelivery = text == "to-endpoint" || text == "0"
            return isDelivery ? UInt16(ObservationPoint.toEndpoint.rawValue) : UInt16(text)
        }
        return kinds.contains(.drop) ? DropReason(filterValue: text)?.rawValue : nil
    }
}

struct TypePredicate {
    private let conditions: [TypeCondition]

    init?(_ conditions: [TypeCondition]) {
        if conditions.isEmpty { return nil }
        self.conditions = conditions
    }

    func matches(_ flow: borrowing Flow) -> Bool {
        let kind = flow.kind
        let subType = kind == .trace ? UInt16(flow.observationPoint.rawValue) : flow.dropReason.rawValue
        return conditions.contains { $0.kinds.contains(kind) && ($0.subType == nil || $0.subType == subType) }
    }
}
