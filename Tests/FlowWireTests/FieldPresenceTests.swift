import FlowCatalog
import FlowModel
import FlowWire
import Testing

struct FieldPresenceTests {
    let fixture = WireFixture()

    @Test("Drops never tell a reply, even if it is known")
    func dropsAndReplies() {
        for var flow in [fixture.drop, fixture.kernelDrop] {
            flow.attributes.formUnion([.replyKnown, .isReply])
            #expect(!fixture.json(flow).contains("reply"))
        }
    }

    @Test("A trace tells is_reply if it is known, and reply only if it is true")
    func traceReplies() {
        var flow = fixture.trace
        flow.attributes = [.ip, .layer4, .replyKnown]
        #expect(fixture.json(flow).contains(#""is_reply":false"#))
        #expect(!fixture.json(flow).contains(#""reply":"#))
        flow.attributes = [.ip, .layer4]
        #expect(!fixture.json(flow).contains("is_reply"))
    }

    @Test("A policy verdict tells is_reply false unless it denies, a drop reason only if it denies")
    func policyVerdict() {
        var flow = fixture.drop
        flow.kind = .policyVerdict
        flow.policyMatchType = PolicyMatchType(rawValue: 2)
        var line = fixture.json(flow)
        #expect(line.contains(#""drop_reason":133"#) && line.contains(#""drop_reason_desc":"POLICY_DENIED""#))
        #expect(!line.contains("is_reply"))
        #expect(line.contains(#""event_type":{"type":5},"traffic_direction":"INGRESS","policy_match_type":2,"#))
        for verdict in [Verdict.forwarded, .redirected, .audit] {
            flow.verdict = verdict
            line = fixture.json(flow)
            #expect(line.contains(#""is_reply":false"#))
            #expect(!line.contains("drop_reason"))
        }
    }

    @Test("Trace fields, interface and policy match type belong to their own kinds of event")
    func otherKinds() {
        var flow = fixture.trace
        flow.policyMatchType = PolicyMatchType(rawValue: 2)
        flow.dropReason = .policyDenied
        #expect(!fixture.json(flow).contains("policy_match_type") && !fixture.json(flow).contains("drop_reason"))
        flow.kind = .drop
        #expect(!fixture.json(flow).contains("trace_") && !fixture.json(flow).contains("interface"))
        flow.kind = .kernelDrop
        #expect(fixture.json(flow).contains(#""interface":{"index":42,"name":"lxc7e3f19a0"}"#))
        flow.interfaceIndex = 0
        #expect(fixture.json(flow).contains(#""interface":{"name":"lxc7e3f19a0"}"#))
        flow.kind = .trace
        #expect(!fixture.json(flow).contains("interface"))
    }

    @Test("An observation point other than delivery is told by name, and by number as sub-type")
    func observationPoints() {
        var flow = fixture.trace
        flow.observationPoint = ObservationPoint(rawValue: 3)
        #expect(fixture.json(flow).contains(#""event_type":{"type":4,"sub_type":3}"#))
        #expect(fixture.json(flow).contains(#""trace_observation_point":"TO_STACK""#))
        flow.observationPoint = ObservationPoint(rawValue: 77)
        #expect(fixture.json(flow).contains(#""trace_observation_point":77"#))
    }

    @Test("Enumeration numbers without a name are bare numbers, zeros are left out")
    func enumerations() {
        var flow = fixture.drop
        flow.dropReason = DropReason(rawValue: 159)
        flow.verdict = Verdict(rawValue: 9)
        flow.direction = TrafficDirection(rawValue: 3)
        let line = fixture.json(flow)
        #expect(line.contains(#""drop_reason_desc":159"#) && line.contains(#""verdict":9,"#))
        #expect(line.contains(#""traffic_direction":3,"#))
        flow.verdict = .unknown
        flow.dropReason = .unknown
        flow.direction = .unknown
        let zeros = fixture.json(flow)
        #expect(!zeros.contains("verdict") && !zeros.contains("drop_reason") && !zeros.contains("traffic_direction"))
        #expect(zeros.contains(#""event_type":{"type":1},"#))
    }

    @Test("Layer 4 is told by protocol, zeros are left out, and without its header there is none")
    func layer4() {
        var flow = fixture.drop
        flow.tcpFlags = []
        flow.sourcePort = 0
        #expect(fixture.json(flow).contains(#""l4":{"TCP":{"destination_port":5432,"flags":{}}}"#))
        flow.destinationPort = 0
        #expect(fixture.json(flow).contains(#""l4":{"TCP":{"flags":{}}}"#))
        flow.sourcePort = 53
        for (number, name) in [(IPProtocol.udp, "UDP"), (.sctp, "SCTP")] {
            flow.ipProtocol = number
            #expect(fixture.json(flow).contains(#""l4":{"\#(name)":{"source_port":53}}"#))
        }
        flow.ipProtocol = .igmp
        #expect(fixture.json(flow).contains(#""l4":{"IGMP":{}}"#))
        flow.ipProtocol = IPProtocol(rawValue: 47)
        #expect(!fixture.json(flow).contains(#""l4""#))
        flow.ipProtocol = .tcp
        flow.attributes = [.ip, .fragment]
        #expect(!fixture.json(flow).contains(#""l4""#))
        #expect(fixture.json(flow).contains(#""Summary":"IPv4""#))
    }

    @Test("ICMP is told by type and code, version 6 under its own name")
    func icmp() {
        var flow = fixture.drop
        flow.ipProtocol = .icmp
        flow.icmpType = 3
        flow.icmpCode = 3
        #expect(fixture.json(flow).contains(#""l4":{"ICMPv4":{"type":3,"code":3}}"#))
        #expect(fixture.json(flow).contains(#""Summary":"ICMPv4 DestinationUnreachable(Port)""#))
        flow.icmpType = 0
        flow.icmpCode = 0
        #expect(fixture.json(flow).contains(#""l4":{"ICMPv4":{}}"#))
        flow.ipProtocol = .icmpv6
        flow.icmpType = 135
        #expect(fixture.json(flow).contains(#""l4":{"ICMPv6":{"type":135}}"#))
        #expect(fixture.json(flow).contains(#""Summary":"ICMPv6 NeighborSolicitation""#))
    }

    @Test("A packet with an IP header has both sides even if nothing is known; without one it has neither")
    func endpoints() {
        var flow = fixture.drop
        (flow.sourceEndpoint, flow.sourceIdentity) = (0, 0)
        #expect(fixture.json(flow).contains(#""source":{},"destination":{"ID":1337,"identity":31415,"#))
        flow.attributes = []
        (flow.destinationEndpoint, flow.destinationIdentity) = (0, 0)
        let line = fixture.json(flow)
        #expect(!line.contains(#""IP""#) && !line.contains(#""source""#) && !line.contains(#""destination""#))
        #expect(line.contains(#""Summary":"Ethernet""#))
    }

    @Test("The identity is the flow's, also where the catalog has another one")
    func identities() {
        var flow = fixture.drop
        flow.sourceIdentity = 7
        flow.destinationIdentity = 0
        #expect(fixture.json(flow).contains(#""source":{"identity":7,"cluster_name":"east","namespace":"shop","#))
        #expect(fixture.json(flow).contains(#""destination":{"ID":1337,"cluster_name":"east","#))
        flow.sourceIdentity = 0
        #expect(fixture.json(flow).contains(#""source":{"cluster_name":"east","#))
        flow.sourceEndpoint = fixture.catalog.endpoints.intern(Endpoint(id: 9, identity: .host))
        flow.sourceIdentity = 6
        #expect(fixture.json(flow).contains(#""source":{"ID":9,"identity":6},"#))
        flow.sourceIdentity = 0
        #expect(fixture.json(flow).contains(#""source":{"ID":9},"#))
        flow.sourceEndpoint = fixture.catalog.endpoints.intern(Endpoint(identity: .unknown, podName: "p"))
        #expect(fixture.json(flow).contains(#""source":{"pod_name":"p"},"#))
        flow.sourceIdentity = 5
        #expect(fixture.json(flow).contains(#""source":{"identity":5,"pod_name":"p"},"#))
    }

    @Test("Services stand after the event type")
    func services() {
        var flow = fixture.drop
        flow.destinationService = fixture.catalog.services.intern(ServiceReference(name: "db", namespace: "data"))
        let expected = #""sub_type":133},"destination_service":{"name":"db","namespace":"data"},"traffic_direction""#
        #expect(fixture.json(flow).contains(expected))
    }

    @Test("IPv6 is told in canonical form")
    func ipv6() {
        var flow = fixture.drop
        flow.source = IPAddress("FD00:0::1")!
        flow.destination = IPAddress("2001:db8:0:0:1::")!
        flow.attributes.insert(.ipv6)
        let expected = #""IP":{"source":"fd00::1","destination":"2001:db8:0:0:1::","ipVersion":"IPv6"}"#
        #expect(fixture.json(flow).contains(expected))
    }

    @Test("Without anything to say the member apus is left out")
    func emptyApus() {
        var flow = fixture.trace
        (flow.packets, flow.bytes, flow.sequence) = (0, 0, 0)
        #expect(fixture.json(flow) == fixture.json(flow, .hubble))
    }
}
