package import FlowCatalog
package import FlowModel
import FlowWire

/// What became of one flow, and why, in plain words.
package enum FlowExplanation {
    package static func text(_ flow: Flow, _ catalog: FlowCatalog, nodeName: String) -> String {
        var names = FlowNames(catalog)
        var clock = TimeText(.rfc3339Milli)
        let text = FlowText(flow, nil, &names, PrinterOptions())
        let painter = Painter(isColoured: false)
        func side(_ side: FlowSide) -> String {
            var bytes = Array("\(side.text(isNumeric: false, painter)) ".utf8)
            side.appendIdentity(to: &bytes, painter)
            return String(decoding: bytes, as: UTF8.self)
        }
        var lines = [
            "flow:  \(side(text.source)) → \(side(text.destination)), \(text.summary)",
            "when:  \(clock.text(nanoseconds: flow.timeNanoseconds))"
                + (nodeName.isEmpty ? "" : " on node \(nodeName)"),
            "event: \(text.type) \(text.verdict)",
        ]
        if flow.verdict == .dropped {
            let explanation = explanation(flow, catalog, &names)
            lines += ["why:   \(explanation.why)", "next:  \(explanation.next)"]
        } else {
            lines.append("why:   \(allowed(flow, &names))")
        }
        return lines.map { $0.withoutControls + "\n" }.joined()
    }

    private static func explanation(
        _ flow: Flow, _ catalog: FlowCatalog, _ names: inout FlowNames
    ) -> DropExplanation {
        let rule = names.rule(flow)
        let isKernelDrop = flow.kind == .kernelDrop && flow.kernelReason != 0
        let cause = DropsReport.Cause(
            reason: flow.dropReason, kernelReason: isKernelDrop ? names.kernelReason(flow) : "",
            kernelFunction: isKernelDrop && flow.kernelFunction != 0 ? names.kernelFunction(flow) : "",
            direction: flow.direction, rule: rule.isRule || rule.defaultDeny != nil ? rule : nil)
        let from = SideReport(
            catalog.endpoints[flow.sourceEndpoint] ?? Endpoint(identity: .unknown), identity: flow.sourceIdentity)
        let to = SideReport(
            catalog.endpoints[flow.destinationEndpoint] ?? Endpoint(identity: .unknown),
            identity: flow.destinationIdentity)
        let ipProtocol = flow.ipProtocol.layer4Name ?? "\(flow.ipProtocol.rawValue)"
        return DropExplanation(
            cause, endpoint: flow.direction == .egress ? from.name : to.name,
            from: from.pod == nil ? flow.source.description : from.name,
            to: to.pod == nil ? flow.destination.description : to.name,
            port: flow.destinationPort == 0 ? ipProtocol : "\(flow.destinationPort)/\(ipProtocol)",
            nearest: rule.defaultDeny.flatMap { names.nearestRule(flow, $0) }.map { rule in
                let wants = [rule.peer.map { "peer \($0)" }, rule.ports].compactMap(\.self).joined(separator: " and ")
                return "\(rule.policy.name) rule \(rule.index), which wants \(wants)"
            })
    }

    private static func allowed(_ flow: Flow, _ names: inout FlowNames) -> String {
        let rule = names.rule(flow)
        if rule.isRule { return "rule \(rule.index) of \(rule.kind) \(rule.namespace)/\(rule.name) lets it pass" }
        return flow.kind == .policyVerdict
            ? "no policy is about this direction, or it was let pass by none in particular"
            : "this event tells of a packet on its way; the policy's verdict is an event of its own (--type policy-verdict)"
    }
}
