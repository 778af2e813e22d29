import FlowModel

// Fragments of what has few values, by raw value.
extension FragmentTable {
    private static func always(_ render: @escaping @Sendable (UInt32, inout [UInt8]) -> Void) -> FragmentTable {
        FragmentTable { number, json in
            render(number, &json)
            return true
        }
    }

    static let verdicts = always { number, json in
        if number != 0 { json.append(member: "verdict", Verdict(rawValue: UInt8(number)), Verdict.names) }
    }

    static let directions = always { number, json in
        let direction = TrafficDirection(rawValue: UInt8(number))
        if number != 0 { json.append(member: "traffic_direction", direction, TrafficDirection.names) }
    }

    static let dropReasons = always { number, json in
        let name = DropReason(rawValue: UInt16(number)).name
        json.append(member: "drop_reason_desc", literal: name.map { "\"\($0)\"" } ?? "\(number)")
    }

    /// The flags and the end of `l4`; in the order of `flow.TCPFlags`, which is the order of the header's bits.
    static let tcpFlags = always { number, json in
        json.append(text: "\"flags\":{")
        for (bit, name) in ["FIN", "SYN", "RST", "PSH", "ACK", "URG", "ECE", "CWR"].enumerated()
        where number >> UInt32(bit) & 1 == 1 {
            json.append(member: name, literal: "true")
        }
        json.closeObject()
        json.append(text: "}},")
    }

    /// Where a trace was made and why, by `traceNumber`.
    static func traces(_ mask: FlowFieldMask) -> FragmentTable {
        always { number, json in
            let point = ObservationPoint(rawValue: UInt8(number & 0xff))
            if point != .unknown && mask.contains(.traceObservationPoint) {
                let name = point.name.map { "\"\($0)\"" } ?? "\(point.rawValue)"
                json.append(member: "trace_observation_point", literal: name)
            }
            let reason = TraceReason(rawValue: UInt8(number >> 8))
            if reason != .unknown && mask.contains(.traceReason) {
                json.append(member: "trace_reason", reason, TraceReason.names)
            }
        }
    }

    static func traceNumber(_ flow: Flow) -> UInt32 {
        UInt32(flow.observationPoint.rawValue) | UInt32(flow.traceReason.rawValue) << 8
    }
}

// Summaries of packets, without the quotes around them.
extension FragmentTable {
    static let tcpSummaries = always { number, json in
        var flow = Flow()
        (flow.ipProtocol, flow.tcpFlags, flow.attributes) = (.tcp, TCPFlags(rawValue: UInt8(number)), .layer4)
        json.append(text: FlowSummary.text(flow))
    }

    /// By type, and code times 256.
    static func icmpSummaries(_ names: ICMPNames) -> FragmentTable {
        always { number, json in
            json.append(text: names.text(type: UInt8(number & 0xff), code: UInt8(number >> 8)))
        }
    }

    /// Of all other packets, by protocol and by which headers there are.
    static let otherSummaries = always { number, json in
        var flow = Flow()
        flow.ipProtocol = IPProtocol(rawValue: UInt8(number & 0xff))
        flow.attributes = FlowAttributes(rawValue: UInt8(number >> 8))
        json.append(text: FlowSummary.text(flow))
    }

    static func otherSummaryNumber(_ flow: Flow) -> UInt32 {
        let headers = FlowAttributes.layer4.rawValue | FlowAttributes.ip.rawValue | FlowAttributes.ipv6.rawValue
        return UInt32(flow.ipProtocol.rawValue) | UInt32(flow.attributes.rawValue & headers) << 8
    }
}
