import FlowModel

/// Why nothing let a packet through, in a line.
enum DefaultDenyText {
    /// ` BY no rule of zero-trust (CiliumNetworkPolicy); nearest: zero-trust egress[0] wants peer name=secret-pods`
    static func text(_ cause: DefaultDeny, _ nearest: NearestRule?, _ direction: TrafficDirection) -> String {
        let policies = cause.policies.map { "\($0.name) (\($0.kind))" }.joined(separator: ", ")
        guard let rule = nearest else { return " BY no rule of \(policies)".withoutControls }
        let list = direction == .egress ? "egress" : "ingress"
        let wants = [rule.peer.map { "peer \($0)" }, rule.ports].compactMap(\.self)
        return
            " BY no rule of \(policies); nearest: \(rule.policy.name) \(list)[\(rule.index)] wants \(wants.joined(separator: " and "))"
            .withoutControls
    }
}
