import FlowModel

// `Summary`, and the policies that let the packet through or stopped it.
extension FlowJSONEncoder {
    /// A kernel drop's summary also says why and where in the kernel: clients of Hubble see it nowhere else.
    mutating func appendSummary(_ flow: Flow, to buffer: inout [UInt8]) {
        buffer.append(text: ",\"Summary\":\"")
        buffer.append(text: FlowSummary.text(flow))
        if flow.kind == .kernelDrop {
            buffer.append(text: "; kernel drop ")
            appendKernelReason(flow, to: &buffer)
            if flow.kernelFunction != 0 {
                buffer.append(text: " in ")
                buffer.append(contentsOf: names[flow.kernelFunction].escaped)
            }
        }
        buffer.append(UInt8(ascii: "\""))
    }

    mutating func appendKernelReason(_ flow: Flow, to buffer: inout [UInt8]) {
        if flow.kernelReason == 0 { return buffer.append(text: "UNKNOWN") }
        buffer.append(contentsOf: names[flow.kernelReason].escaped)
    }

    /// One of the four `*_by` lists, with the rule that decided a verdict or a drop.
    mutating func appendPolicy(_ flow: Flow, to buffer: inout [UInt8]) {
        let isAllowed = flow.kind == .policyVerdict && (flow.verdict == .forwarded || flow.verdict == .redirected)
        guard isAllowed || flow.isDeniedByPolicy else { return }
        let rule = rules[flow.rule]
        let isEgress = (flow.direction == .unknown ? rule.direction : flow.direction) == .egress
        buffer.append(key: "\(isEgress ? "egress" : "ingress")_\(isAllowed ? "allowed" : "denied")_by")
        buffer.append(UInt8(ascii: "["))
        buffer.append(contentsOf: rule.policy)
        buffer.append(UInt8(ascii: "]"))
    }
}
