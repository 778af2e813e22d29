import FlowModel
import FlowWire

/// The columns of a flow, but for its time.
struct FlowText {
    var source: FlowSide
    var destination: FlowSide
    var type: String
    var verdict: String
    var verdictColour: Colour?
    var summary: String
    /// See `Flow.shownReply`.
    var isReply: Bool?

    /// - Parameter details: what is told of the flow beyond what it holds.
    init(
        _ flow: Flow, _ details: FlowDetails?, _ names: inout FlowNames, _ options: PrinterOptions
    ) {
        source = names.source(flow)
        destination = names.destination(flow)
        type = Self.type(flow, &names)
        verdict = Self.verdict(flow)
        summary = FlowSummary.text(flow)
        if flow.kind == .kernelDrop && flow.kernelFunction != 0 { summary += "; in \(names.kernelFunction(flow))" }
        verdictColour = Self.colour(flow.verdict)
        isReply = flow.shownReply
        if let details { take(details, flow) }
        if options.showsPolicyNames { verdict += Self.policyNames(flow, details, &names) }
    }

    @inline(never)
    private mutating func take(_ details: FlowDetails, _ flow: Flow) {
        source.ethernet = details.ethernetSource.withoutControls
        destination.ethernet = details.ethernetDestination.withoutControls
        if let type = details.type(flow.kind) { self.type = type.withoutControls }
        if let told = details.summary { summary = told.withoutControls }
        if details.ipTraceID != 0 { summary = "IP Trace ID: \(details.ipTraceID); " + summary }
        if !details.authType.isEmpty && details.authType != "DISABLED" {
            summary += "; Auth: \(details.authType.withoutControls)"
        }
    }

    private static func type(_ flow: Flow, _ names: inout FlowNames) -> String {
        switch flow.kind {
        case .drop: flow.dropReason.printedText
        case .kernelDrop: "Kernel drop \(flow.kernelReason == 0 ? "UNKNOWN" : names.kernelReason(flow))"
        case .trace: flow.observationPoint.printedText
        case .policyVerdict: verdictType(flow)
        default: "UNKNOWN"
        }
    }

    private static func verdictType(_ flow: Flow) -> String {
        let (match, direction) = (Int(flow.policyMatchType.rawValue), Int(flow.direction.rawValue))
        guard match < PolicyMatchType.names.count, direction < TrafficDirection.names.count else {
            return "policy-verdict:\(flow.policyMatchType.name) \(flow.direction.name)"
        }
        return verdictTypes[match * TrafficDirection.names.count + direction]
    }

    /// By match type, and within it by direction.
    private static let verdictTypes = PolicyMatchType.names.flatMap { match in
        TrafficDirection.names.map { "policy-verdict:\(match) \($0)" }
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
    private static func policyNames(_ flow: Flow, _ details: FlowDetails?, _ names: inout FlowNames) -> String {
        if let policies = details?.policies {
            let told = policies.map { "\($0.name) (\($0.kind))" }.joined(separator: ", ")
            return flow.kind == .policyVerdict && !told.isEmpty ? " BY \(told)".withoutControls : ""
        }
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

extension FlowDetails {
    /// Of the kinds of flow that Apus does not capture.
    fileprivate func type(_ kind: FlowKind) -> String? {
        switch kind {
        case .layer7: return layer7Type
        case .capture: return self.capturePoint.isEmpty ? "DBG_CAPTURE_POINT_UNKNOWN" : self.capturePoint
        case .socketTrace: return Self.translationPoints[self.translationPoint] ?? "UNKNOWN"
        default: return nil
        }
    }

    /// `http-request`, `dns-response proxy`
    private var layer7Type: String {
        let type = (self.layer7?.type ?? "").lowercased()
        return switch self.layer7?.record {
        case .http: "http-\(type)"
        case .dns(let dns): "dns-\(type) \(dns.observationSource)"
        case .kafka: "kafka-\(type)"
        default: "unknown-\(type)"
        }
    }

    private static let translationPoints = [
        "SOCK_XLATE_POINT_PRE_DIRECTION_FWD": "pre-xlate-fwd", "SOCK_XLATE_POINT_POST_DIRECTION_FWD": "post-xlate-fwd",
        "SOCK_XLATE_POINT_PRE_DIRECTION_REV": "pre-xlate-rev", "SOCK_XLATE_POINT_POST_DIRECTION_REV": "post-xlate-rev",
    ]
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
