import FlowModel

// The member `apus`: what Hubble has no field for. Each of its members is followed by a comma, of which the last is
// taken for the closing brace.
extension FlowJSONEncoder {
    /// What does not count: the kernel's account of its drop, and the rule.
    mutating func appendApusStart(_ flow: Flow, to buffer: inout [UInt8]) {
        buffer.append(contentsOf: pieces.apus)
        if flow.kind == .kernelDrop { appendKernel(flow, to: &buffer) }
        if flow.rule != 0 {
            buffer.append(text: "\"rule\":")
            buffer.append(contentsOf: rules[flow.rule].rule)
            buffer.append(UInt8(ascii: ","))
        } else if flow.isDefaultDeny {
            buffer.append(text: "\"default_deny\":true,")
        }
    }

    func appendCounts(_ flow: Flow, to buffer: inout [UInt8]) {
        if flow.packets != 0 {
            buffer.append(contentsOf: pieces.packets)
            buffer.append(decimal: UInt64(flow.packets))
            buffer.append(UInt8(ascii: ","))
        }
        if flow.bytes != 0 {
            buffer.append(contentsOf: pieces.bytes)
            buffer.append(decimal: flow.bytes)
            buffer.appendStringEnd()
        }
        if flow.sequence != 0 {
            buffer.append(contentsOf: pieces.sequence)
            buffer.append(decimal: flow.sequence)
            buffer.appendStringEnd()
        }
    }

    func unknownNames(_ flow: Flow) -> [UInt8] {
        var members: [UInt8] = []
        let sides = [
            ("source_unknown", flow.unknownNames.source), ("destination_unknown", flow.unknownNames.destination),
        ]
        for (name, reason) in sides where reason != .none {
            members.append(text: "\"\(name)\":\"\(reason.jsonName)\",")
        }
        return members
    }

    /// Without members it is left out, as every empty member here.
    func closeApus(_ buffer: inout [UInt8]) {
        if buffer[buffer.count - 1] == UInt8(ascii: ",") {
            buffer[buffer.count - 1] = UInt8(ascii: "}")
        } else {
            buffer.removeLast(pieces.apus.count)
        }
    }

    private mutating func appendKernel(_ flow: Flow, to buffer: inout [UInt8]) {
        buffer.append(text: "\"kernel_drop_reason\":\"")
        appendKernelReason(flow, to: &buffer)
        buffer.appendStringEnd()
        if flow.kernelFunction != 0 {
            buffer.append(text: "\"kernel_function\":\"")
            buffer.append(contentsOf: names[flow.kernelFunction].escaped)
            buffer.appendStringEnd()
        }
        if flow.networkNamespace != 0 { buffer.append(text: "\"network_namespace\":\(flow.networkNamespace),") }
    }
}

extension [UInt8] {
    /// A quote and a comma: two bytes cost less than a copied piece.
    fileprivate mutating func appendStringEnd() {
        append(UInt8(ascii: "\""))
        append(UInt8(ascii: ","))
    }
}
