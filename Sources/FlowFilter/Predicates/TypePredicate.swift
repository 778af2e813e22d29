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
        "drop (policy and kernel), kernel-drop, trace, policy-verdict, their numbers 1, 4, 5, of files capture, trace-sock, "
        + "l7, 3, 7, 129, and with a sub-type drop:POLICY_DENIED, drop:133, trace:to-endpoint, trace:from-network"

    /// nil for anything that `accepted` does not name.
    ///
    /// - Parameter isOfFile: types that Apus does not capture are known, too.
    package init?(_ text: String, isOfFile: Bool = false) {
        let parts = text.lowercased().split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard let kinds = Self.kinds[String(parts[0])] ?? (isOfFile ? Self.kindsOfFiles[String(parts[0])] : nil)
        else { return nil }
        self.kinds = kinds
        guard parts.count == 2 else { return }
        guard let number = Self.subType(String(parts[1]), of: kinds) else { return nil }
        subType = number
    }

    private static let kinds: [String: [FlowKind]] = [
        "drop": [.drop, .kernelDrop], "1": [.drop, .kernelDrop], "kernel-drop": [.kernelDrop],
        "trace": [.trace], "4": [.trace], "policy-verdict": [.policyVerdict], "5": [.policyVerdict],
    ]

    private static let kindsOfFiles: [String: [FlowKind]] = [
        "capture": [.capture], "3": [.capture], "trace-sock": [.socketTrace], "7": [.socketTrace],
        "l7": [.layer7], "129": [.layer7],
    ]

    private static func subType(_ text: String, of kinds: [FlowKind]) -> UInt16? {
        if kinds.contains(.drop) { return DropReason(filterValue: text)?.rawValue }
        if kinds == [.trace] { return point(text) }
        return kinds == [.policyVerdict] ? nil : UInt8(text).map(UInt16.init)
    }

    /// Cilium's datapath gives delivery to an endpoint the number 0, Hubble's enumeration the number 101.
    private static func point(_ text: String) -> UInt16? {
        if let number = UInt8(text) {
            return UInt16(number == 0 ? ObservationPoint.toEndpoint.rawValue : number)
        }
        let name = String(text.uppercased().map { $0 == "-" ? "_" : $0 })
        return ObservationPoint(name: name).map { UInt16($0.rawValue) }
    }
}

extension FilterProgram {
    mutating func requireType(_ conditions: [TypeCondition], _ set: SetWord) {
        if conditions.isEmpty { return }
        let ranges = conditions.flatMap { condition in
            condition.kinds.map { kind in
                Self.type(kind, condition.subType ?? 0)...Self.type(kind, condition.subType ?? .max)
            }
        }
        types.restrict(set, .source, to: ranges)
    }

    mutating func requireKind(_ kinds: [FlowKind], _ set: SetWord) {
        requireType([TypeCondition(kinds: kinds)], set)
    }

    /// Kind and sub-type as one number.
    @inline(__always)
    private static func type(_ kind: FlowKind, _ subType: UInt16) -> UInt32 {
        UInt32(kind.rawValue) << 16 | UInt32(subType)
    }

    @inline(never)
    func narrowByType(_ candidates: inout Candidates, _ flows: Span<Flow>) {
        types.narrow(&candidates, flows) { flow in
            let kind = flow.kind
            let isDrop = kind == .drop || kind == .kernelDrop
            return Self.type(kind, isDrop ? flow.dropReason.rawValue : UInt16(flow.observationPoint.rawValue))
        }
    }
}
