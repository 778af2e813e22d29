import FlowModel

// From `reply` to `interface`: what kind of event it was.
extension FlowJSONEncoder {
    mutating func appendEvent(_ flow: Flow, _ dropReason: DropReason, to buffer: inout [UInt8]) {
        let isReply = flow.shownReply
        if isReply == true { buffer.append(text: ",\"reply\":true") }
        appendEventType(flow, dropReason, to: &buffer)
        appendServices(flow, to: &buffer)
        if flow.direction != .unknown {
            buffer.append(member: "traffic_direction", flow.direction.rawValue, TrafficDirection.names)
        }
        if flow.kind == .policyVerdict && flow.policyMatchType != .none {
            buffer.append(member: "policy_match_type", nonZero: UInt64(flow.policyMatchType.rawValue))
        }
        if flow.kind == .trace { appendTrace(flow, to: &buffer) }
        if dropReason != .unknown { appendDescription(of: dropReason, to: &buffer) }
        if let isReply { buffer.append(text: ",\"is_reply\":\(isReply)") }
        if flow.kind == .trace && flow.interfaceIndex != 0 || flow.kind == .kernelDrop {
            appendInterface(flow, to: &buffer)
        }
    }

    private func appendEventType(_ flow: Flow, _ dropReason: DropReason, to buffer: inout [UInt8]) {
        let type = flow.kind == .kernelDrop ? FlowKind.drop : flow.kind
        buffer.append(text: ",\"event_type\":{")
        buffer.append(member: "type", nonZero: UInt64(type.rawValue))
        let subType =
            switch flow.kind {
            case .drop, .kernelDrop: dropReason.rawValue
            case .trace: UInt16(flow.observationPoint.subType)
            default: UInt16(0)
            }
        buffer.append(member: "sub_type", nonZero: UInt64(subType))
        buffer.append(UInt8(ascii: "}"))
    }

    private func appendTrace(_ flow: Flow, to buffer: inout [UInt8]) {
        if flow.observationPoint != .unknown {
            let name = flow.observationPoint.name.map { "\"\($0)\"" } ?? "\(flow.observationPoint.rawValue)"
            buffer.append(member: "trace_observation_point", literal: name)
        }
        if flow.traceReason != .unknown {
            buffer.append(member: "trace_reason", flow.traceReason.rawValue, TraceReason.names)
        }
    }

    private func appendDescription(of reason: DropReason, to buffer: inout [UInt8]) {
        buffer.append(member: "drop_reason_desc", literal: reason.name.map { "\"\($0)\"" } ?? "\(reason.rawValue)")
    }

    private mutating func appendInterface(_ flow: Flow, to buffer: inout [UInt8]) {
        guard flow.interfaceIndex != 0 || flow.interfaceName != 0 else { return }
        buffer.append(text: ",\"interface\":{")
        buffer.append(member: "index", nonZero: UInt64(flow.interfaceIndex))
        if flow.interfaceName != 0 {
            buffer.append(key: "name")
            buffer.append(UInt8(ascii: "\""))
            buffer.append(contentsOf: names[flow.interfaceName].escaped)
            buffer.append(UInt8(ascii: "\""))
        }
        buffer.append(UInt8(ascii: "}"))
    }

    private mutating func appendServices(_ flow: Flow, to buffer: inout [UInt8]) {
        if flow.sourceService != 0 {
            buffer.append(key: "source_service")
            buffer.append(contentsOf: services[flow.sourceService])
        }
        if flow.destinationService != 0 {
            buffer.append(key: "destination_service")
            buffer.append(contentsOf: services[flow.destinationService])
        }
    }
}

extension [UInt8] {
    /// An enumeration's value by name; a number without a name as it is.
    fileprivate mutating func append(member name: String, _ value: UInt8, _ names: [String]) {
        append(member: name, literal: Int(value) < names.count ? "\"\(names[Int(value)])\"" : "\(value)")
    }
}
