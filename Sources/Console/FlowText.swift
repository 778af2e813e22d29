import FlowModel
import FlowWire

/// The columns of a flow.
struct FlowText {
    var time: String
    var source: FlowSide
    var destination: FlowSide
    var type: String
    var verdict: String
    var verdictColour: Colour?
    var summary: String
    /// See `Flow.shownReply`.
    var isReply: Bool?

    init(_ flow: Flow, _ names: inout FlowNames, _ clock: inout TimeText, _ options: PrinterOptions) {
        time = clock.text(nanoseconds: flow.timeNanoseconds)
        source = names.source(flow)
        destination = names.destination(flow)
        type = Self.type(flow, &names)
        verdict = Self.verdict(flow)
        if options.showsPolicyNames { verdict += Self.policyNames(flow, &names) }
        verdictColour = Self.colour(flow.verdict)
        summary = FlowSummary.text(flow)
        if flow.kind == .kernelDrop && flow.kernelFunction != 0 { summary += "; in \(names.kernelFunction(flow))" }
        isReply = flow.shownReply
    }

    private static func type(_ flow: Flow, _ names: inout FlowNames) -> String {
        switch flow.kind {
        case .drop: flow.dropReason.printedText
        case .kernelDrop: "Kernel drop \(flow.kernelReason == 0 ? "UNKNOWN" : names.kernelReason(flow))"
        case .trace: flow.observationPoint.printedText
        case .policyVerdict: "policy-verdict:\(flow.policyMatchType.name) \(flow.direction.name)"
        default: "UNKNOWN"
        }
    }

    private static func verdict(_ flow: Flow) -> String {
        guard flow.kind == .policyVerdict else { return flow.verdict.name }
        return switch flow.verdict {
        case .forwarded, .redirected: "ALLOWED"
        case .dropped, .error: "DENIED"
        case .audit: "AUDITED"
        default: flow.verdict.name
        }
    }

    /// ` BY deny-all (CiliumNetworkPolicy)`; of a default deny the policies that select the endpoint, and the nearest rule;
    /// empty where no policy decided. Hubble's drops carry no policy: there it is ours to say.
    private static func policyNames(_ flow: Flow, _ names: inout FlowNames) -> String {
        guard flow.kind == .policyVerdict || flow.kind == .drop, flow.rule != 0 else { return "" }
        let rule = names.rule(flow)
        if let cause = rule.defaultDeny {
            return DefaultDenyText.text(cause, names.nearestRule(flow, cause), flow.direction)
        }
        if rule.name.isEmpty || rule.kind.isEmpty { return "" }
        return " BY \(rule.name) (\(rule.kind))".withoutControls
    }

    private static func colour(_ verdict: Verdict) -> Colour? {
        switch verdict {
        case .forwarded, .redirected: .green
        case .dropped, .error: .red
        case .audit: .yellow
        default: nil
        }
    }
}

extension ObservationPoint {
    /// `to-endpoint`
    var printedText: String { Self.printedTexts[Int(rawValue)] }

    /// By raw value.
    private static let printedTexts: [String] = (0...UInt8.max).map { number in
        let point = ObservationPoint(rawValue: number)
        if point == .unknown { return "UNKNOWN" }
        return point.name.map { $0.lowercased().split(separator: "_").joined(separator: "-") } ?? "\(number)"
    }
}
