import FlowCatalog
import FlowModel
import FlowWire
import HubbleMessages
import SwiftProtobuf
import Testing

struct ProtobufEncoderTests {
    private let fixture = WireFixture()

    @Test("A policy drop tells what was dropped, where and why")
    func drop() throws {
        let response = try fixture.protobuf(fixture.drop)
        let flow = response.flow
        #expect(response.nodeName == "east/node-b" && flow.nodeName == "east/node-b" && flow.type == .l3L4)
        #expect(response.time == flow.time && flow.time.seconds == 1_773_480_413 && flow.time.nanos == 589_793_238)
        #expect(flow.uuid == "08080808-0808-8818-8000-000000001267")
        #expect(flow.emitter.name == "Apus" && flow.emitter.version == "0.1.0")
        #expect(flow.verdict == .dropped && flow.dropReason == 133 && flow.dropReasonDesc == .policyDenied)
        #expect(flow.ip.source == "10.244.1.7" && flow.ip.destination == "10.244.2.19" && flow.ip.ipVersion == .ipv4)
        #expect(flow.l4.tcp.sourcePort == 41822 && flow.l4.tcp.destinationPort == 5432)
        #expect(flow.l4.tcp.flags == .with { $0.syn = true })
        #expect(flow.source.identity == 24601 && flow.source.podName == "cart-7c9d5f6b8d-x2x4q")
        #expect(flow.source.labels == ["k8s:app=cart", "k8s:io.kubernetes.pod.namespace=shop"])
        #expect(flow.destination.id == 1337 && flow.destination.workloads.map(\.kind) == ["StatefulSet"])
        #expect(flow.eventType.type == 1 && flow.eventType.subType == 133 && flow.trafficDirection == .ingress)
        #expect(flow.summary == "TCP Flags: SYN" && !flow.hasIsReply && flow.apus.defaultDeny)
        #expect(flow.apus.packets == 1 && flow.apus.bytes == 60 && flow.apus.sequence == 4711)
    }

    @Test("A kernel drop tells its own reason and place, in Summary, too")
    func kernelDrop() throws {
        let flow = try fixture.protobuf(fixture.kernelDrop).flow
        #expect(flow.dropReasonDesc == .socketLookupFailed && flow.eventType.type == 1)
        #expect(flow.summary == "TCP Flags: SYN; kernel drop NO_SOCKET in tcp_v4_rcv")
        #expect(flow.apus.kernelDropReason == "NO_SOCKET" && flow.apus.kernelFunction == "tcp_v4_rcv")
        #expect(flow.apus.networkNamespace == 4_026_532_008)
        #expect(flow.apus.sourceUnknown == .addressNotInDirectory && flow.apus.destinationUnknown == .reserved)
    }

    @Test("A rule that decided stands in the list of its direction and outcome")
    func rule() throws {
        var flow = fixture.drop
        (flow.kind, flow.verdict, flow.rule) = (.policyVerdict, .forwarded, fixture.rule)
        flow.direction = .egress
        let message = try fixture.protobuf(flow).flow
        #expect(message.egressAllowedBy.map(\.name) == ["ledger"] && message.ingressAllowedBy.isEmpty)
        #expect(message.apus.rule.index == 2 && message.apus.rule.direction == .ingress)
        #expect(message.hasIsReply && !message.isReply.value)
    }

    @Test("DNS names of a side are told beside it")
    func dnsNames() throws {
        var flow = fixture.trace
        flow.sourceEndpoint = fixture.catalog.endpoints.intern(
            Endpoint(identity: .world, dnsNames: ["a.example.com", "b.example.com"]))
        let message = try fixture.protobuf(flow).flow
        #expect(message.sourceNames == ["a.example.com", "b.example.com"] && message.destinationNames.isEmpty)
        (flow.sourceEndpoint, flow.destinationEndpoint) = (0, flow.sourceEndpoint)
        #expect(try fixture.protobuf(flow).flow.destinationNames == message.sourceNames)
    }

    @Test("Lengths of one to four bytes are right", arguments: [0, 1, 100, 120, 130, 1_000, 16_000, 16_500, 3_000_000])
    func lengths(size: Int) throws {
        let text = String(repeating: "x", count: size)
        var flow = fixture.kernelDrop
        flow.sourceEndpoint = fixture.catalog.endpoints.intern(Endpoint(identity: .world, podName: text))
        flow.kernelFunction = fixture.catalog.names.intern(text)
        for mask in [FlowFieldMask.all, .source, [], .summary, .apus] {
            let message = try fixture.protobuf(flow, mask: mask).flow
            #expect(message.source.podName == (mask.contains(.source) ? text : ""))
            #expect(message.apus.kernelFunction == (mask.contains(.apus) ? text : ""))
        }
    }

    @Test("Every flow has the summary that the console prints")
    func summaries() throws {
        var encoder = FlowProtobufEncoder(fixture.context, mask: .summary)
        var flow = fixture.trace
        for ipProtocol in UInt8.min...UInt8.max {
            for attributes in [[], .ip, [.ip, .ipv6], [.ip, .layer4], [.ip, .ipv6, .layer4]] as [FlowAttributes] {
                (flow.ipProtocol, flow.attributes) = (IPProtocol(rawValue: ipProtocol), attributes)
                try expectSummary(flow, &encoder)
            }
        }
        flow.attributes = [.ip, .layer4]
        for number in UInt8.min...UInt8.max {
            for (ipProtocol, code) in [(IPProtocol.tcp, 0), (.icmp, 0), (.icmp, 5), (.icmpv6, 0), (.icmpv6, 255)] {
                (flow.ipProtocol, flow.tcpFlags) = (ipProtocol, TCPFlags(rawValue: number))
                (flow.icmpType, flow.icmpCode) = (number, UInt8(code))
                try expectSummary(flow, &encoder)
            }
        }
    }

    private func expectSummary(_ flow: Flow, _ encoder: inout FlowProtobufEncoder) throws {
        var buffer: [UInt8] = []
        encoder.append(flow, to: &buffer)
        #expect(try Observer_GetFlowsResponse(serializedBytes: buffer).flow.summary == FlowSummary.text(flow))
    }

    @Test("A name that the catalog learned later is told once it is there")
    func laterNames() throws {
        var encoder = FlowProtobufEncoder(fixture.context)
        var flow = fixture.drop
        flow.sourceEndpoint = UInt32(fixture.catalog.endpoints.count)
        for expected in ["", "late"] {
            if !expected.isEmpty {
                _ = fixture.catalog.endpoints.intern(Endpoint(identity: .world, podName: expected))
            }
            var buffer: [UInt8] = []
            encoder.append(flow, to: &buffer)
            #expect(try Observer_GetFlowsResponse(serializedBytes: buffer).flow.source.podName == expected)
        }
    }

    @Test("Bytes that Hubble wrote are read as it meant them")
    func hubbleBytes() throws {
        let response = try Observer_GetFlowsResponse(serializedBytes: Self.hubble.hexadecimalBytes)
        #expect(try JSONValue(response) == JSONValue(Self.hubbleLine))
    }
}

extension String {
    fileprivate var hexadecimalBytes: [UInt8] {
        let digits = utf8.map { $0 < 58 ? $0 - 48 : $0 - 87 }
        return stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
    }
}

// An invented flow as Hubble's own code writes it: a reply of a web server to a pod.
extension ProtobufEncoderTests {
    private static let hubble = """
        c23e0b656173742f6e6f64652d61ca3e0608dfd3d4cd060ac5030a0608dfd3d4cd06100122260a1133613a36663a31313a63\
        323a39653a3034121130613a35383a30613a66343a30313a30372a1c0a0c3230332e302e3131332e3130120a31302e323434\
        2e312e371801320f0a0d08bb0310cc96031a04200128014241108f8080082214636964723a3230332e302e3131332e31302f\
        333222146671646e3a7061792e6578616d706c652e636f6d220e72657365727665643a776f726c644a85010880101099c001\
        1a0473686f70220c6b38733a6170703d6361727422256b38733a696f2e63696c69756d2e6b38732e706f6c6963792e636c75\
        737465723d6561737422246b38733a696f2e6b756265726e657465732e706f642e6e616d6573706163653d73686f702a1563\
        6172742d376339643566366238642d78327834713a046561737450015a0b656173742f6e6f64652d616a0f7061792e657861\
        6d706c652e636f6d8001019a01020804b00102c00165d201020801e2010f082a120b6c786337653366313961309202246533\
        6131633764342d393562302d346630642d623766322d356338663661326431653930a00203ca02100a06487562626c651206\
        312e32312e3082ea301354435020466c6167733a2041434b2c20505348
        """

    private static let hubbleLine = #"""
        {"flow":{"time":"2026-03-14T09:26:55Z","uuid":"e3a1c7d4-95b0-4f0d-b7f2-5c8f6a2d1e90","emitter":{"nam\#
        e":"Hubble","version":"1.21.0"},"verdict":"FORWARDED","ethernet":{"source":"3a:6f:11:c2:9e:04","dest\#
        ination":"0a:58:0a:f4:01:07"},"IP":{"source":"203.0.113.10","destination":"10.244.1.7","ipVersion":"\#
        IPv4"},"l4":{"TCP":{"source_port":443,"destination_port":52044,"flags":{"PSH":true,"ACK":true}}},"so\#
        urce":{"identity":16777231,"labels":["cidr:203.0.113.10/32","fqdn:pay.example.com","reserved:world"]\#
        },"destination":{"ID":2048,"identity":24601,"cluster_name":"east","namespace":"shop","labels":["k8s:\#
        app=cart","k8s:io.cilium.k8s.policy.cluster=east","k8s:io.kubernetes.pod.namespace=shop"],"pod_name"\#
        :"cart-7c9d5f6b8d-x2x4q"},"Type":"L3_L4","node_name":"east/node-a","source_names":["pay.example.com"\#
        ],"reply":true,"event_type":{"type":4},"traffic_direction":"EGRESS","trace_observation_point":"TO_EN\#
        DPOINT","trace_reason":"REPLY","is_reply":true,"interface":{"index":42,"name":"lxc7e3f19a0"},"Summar\#
        y":"TCP Flags: ACK, PSH"},"node_name":"east/node-a","time":"2026-03-14T09:26:55Z"}
        """#
}
