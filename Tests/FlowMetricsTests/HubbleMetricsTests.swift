import FlowMetrics
import FlowModel
import Testing

/// Hubble's metrics: what counts, and its own labels.
@Suite struct HubbleMetricsTests {
    private let fixture = Fixture()

    private func flow(_ kind: FlowKind, _ verdict: Verdict, _ ipProtocol: IPProtocol = .tcp) -> Flow {
        fixture.flow { ($0.kind, $0.verdict, $0.ipProtocol) = (kind, verdict, ipProtocol) }
    }

    @Test("flow counts each flow under its protocol, type, subtype and verdict")
    func flows() throws {
        var dns = flow(.layer7, .forwarded, .udp)
        dns.attributes.insert(.dns)
        var toNetwork = flow(.trace, .forwarded)
        toNetwork.observationPoint = ObservationPoint(name: "TO_NETWORK")!
        let samples = try fixture.samples(
            "flow",
            [
                flow(.trace, .forwarded), flow(.trace, .forwarded), flow(.policyVerdict, .audit, .udp),
                flow(.policyVerdict, .forwarded, IPProtocol(rawValue: 47)), flow(.drop, .dropped, .icmp),
                flow(.kernelDrop, .dropped, .icmpv6), flow(.socketTrace, .translated), flow(.capture, .forwarded), dns,
                toNetwork,
            ])
        #expect(
            samples == [
                #"hubble_flows_processed_total{protocol="TCP",verdict="FORWARDED",type="Trace",subtype="to-endpoint"} 2"#,
                #"hubble_flows_processed_total{protocol="UDP",verdict="AUDIT",type="PolicyVerdict",subtype=""} 1"#,
                #"hubble_flows_processed_total{protocol="Unknown L4",verdict="FORWARDED",type="PolicyVerdict",subtype=""} 1"#,
                #"hubble_flows_processed_total{protocol="ICMPv4",verdict="DROPPED",type="Drop",subtype=""} 1"#,
                #"hubble_flows_processed_total{protocol="ICMPv6",verdict="DROPPED",type="Drop",subtype=""} 1"#,
                #"hubble_flows_processed_total{protocol="Unknown flow",verdict="TRANSLATED",type="Unknown",subtype="7"} 1"#,
                #"hubble_flows_processed_total{protocol="TCP",verdict="FORWARDED",type="Capture",subtype=""} 1"#,
                #"hubble_flows_processed_total{protocol="DNS",verdict="FORWARDED",type="L7",subtype="DNS"} 1"#,
                #"hubble_flows_processed_total{protocol="TCP",verdict="FORWARDED",type="Trace",subtype="to-network"} 1"#,
            ])
    }

    @Test("drop counts what was dropped, by Hubble's reason, and nothing else")
    func drops() throws {
        var denied = flow(.drop, .dropped)
        denied.dropReason = .policyDenied
        var verdict = flow(.policyVerdict, .dropped, .udp)
        verdict.dropReason = .policyDenied
        var kernel = flow(.kernelDrop, .dropped, .udp)
        kernel.dropReason = DropReason(name: "SOCKET_LOOKUP_FAILED")!
        var audited = flow(.policyVerdict, .audit)
        audited.dropReason = .policyDenied
        var unnamed = flow(.drop, .dropped)
        unnamed.dropReason = DropReason(rawValue: 77)
        #expect(
            try fixture.samples("drop", [denied, verdict, kernel, kernel, audited, flow(.trace, .forwarded), unnamed])
                == [
                    #"hubble_drop_total{protocol="TCP",reason="POLICY_DENIED"} 1"#,
                    #"hubble_drop_total{protocol="UDP",reason="POLICY_DENIED"} 1"#,
                    #"hubble_drop_total{protocol="UDP",reason="SOCKET_LOOKUP_FAILED"} 2"#,
                    #"hubble_drop_total{protocol="TCP",reason="77"} 1"#,
                ])
    }

    @Test("tcp counts one for each FIN, SYN, SYN-ACK and RST of forwarded flows")
    func tcp() throws {
        func with(_ flags: TCPFlags, _ change: (inout Flow) -> Void = { _ in }) -> Flow {
            fixture.flow {
                $0.tcpFlags = flags
                change(&$0)
            }
        }
        let flows = [
            with(.syn), with([.syn, .ack]), with([.fin, .ack]), with([.fin, .rst]), with(.ack),
            with(.syn) { $0.verdict = .dropped }, with(.syn) { $0.verdict = .redirected },
            with(.syn) { $0.ipProtocol = .udp }, with(.rst) { $0.attributes.insert(.ipv6) },
        ]
        #expect(
            Set(try fixture.samples("tcp", flows)) == [
                #"hubble_tcp_flags_total{flag="SYN",family="IPv4"} 2"#,
                #"hubble_tcp_flags_total{flag="SYN-ACK",family="IPv4"} 1"#,
                #"hubble_tcp_flags_total{flag="FIN",family="IPv4"} 2"#,
                #"hubble_tcp_flags_total{flag="RST",family="IPv4"} 1"#,
                #"hubble_tcp_flags_total{flag="RST",family="IPv6"} 1"#,
            ])
    }

    @Test("port-distribution counts forwarded flows that are known to be no replies, ICMP under port 0")
    func ports() throws {
        let flows = [
            fixture.flow(), fixture.flow { $0.attributes.insert(.isReply) },
            fixture.flow { $0.attributes = [.ip, .layer4] }, fixture.flow { $0.verdict = .dropped },
            fixture.flow { ($0.ipProtocol, $0.destinationPort) = (.icmp, 0) },
            fixture.flow { ($0.ipProtocol, $0.destinationPort) = (.udp, 53) },
        ]
        #expect(
            try fixture.samples("port-distribution", flows) == [
                #"hubble_port_distribution_total{protocol="TCP",port="80"} 1"#,
                #"hubble_port_distribution_total{protocol="ICMPv4",port="0"} 1"#,
                #"hubble_port_distribution_total{protocol="UDP",port="53"} 1"#,
            ])
    }

    @Test("icmp counts messages by type as the summary names them")
    func icmp() throws {
        let flows = [
            fixture.flow { ($0.ipProtocol, $0.icmpType) = (.icmp, 8) },
            fixture.flow { ($0.ipProtocol, $0.icmpType, $0.icmpCode) = (.icmp, 3, 3) },
            fixture.flow { ($0.ipProtocol, $0.icmpType, $0.verdict) = (.icmpv6, 128, .dropped) }, fixture.flow(),
        ]
        #expect(
            try fixture.samples("icmp", flows) == [
                #"hubble_icmp_total{family="IPv4",type="EchoRequest"} 1"#,
                #"hubble_icmp_total{family="IPv4",type="DestinationUnreachable(Port)"} 1"#,
                #"hubble_icmp_total{family="IPv6",type="EchoRequest"} 1"#,
            ])
    }

    @Test("policy counts verdicts by direction, match and action, those of the host's own flows left out")
    func policy() throws {
        func verdict(_ verdict: Verdict, _ match: UInt8, _ direction: TrafficDirection) -> Flow {
            fixture.flow {
                ($0.kind, $0.verdict, $0.direction) = (.policyVerdict, verdict, direction)
                $0.policyMatchType = PolicyMatchType(rawValue: match)
            }
        }
        var host = verdict(.forwarded, 1, .ingress)
        host.sourceIdentity = Identity.host.rawValue
        var http = verdict(.redirected, 0, .unknown)
        http.kind = .layer7
        http.attributes.insert(.http)
        #expect(
            try fixture.samples(
                "policy",
                [
                    verdict(.forwarded, 2, .egress), verdict(.dropped, 0, .ingress), verdict(.audit, 4, .ingress), host,
                    http, fixture.flow(),
                ]) == [
                    #"hubble_policy_verdicts_total{direction="egress",match="l3-l4",action="forwarded"} 1"#,
                    #"hubble_policy_verdicts_total{direction="ingress",match="none",action="dropped"} 1"#,
                    #"hubble_policy_verdicts_total{direction="ingress",match="all",action="audit"} 1"#,
                    #"hubble_policy_verdicts_total{direction="traffic_direction_unknown",match="l7/http",action="redirected"} 1"#,
                ])
    }

    @Test("flows-to-world counts what leaves the cluster; its options widen and narrow it")
    func toWorld() throws {
        func out(_ change: (inout Flow) -> Void = { _ in }) -> Flow {
            fixture.flow {
                $0.destinationEndpoint = fixture.world
                $0.tcpFlags = .ack
                change(&$0)
            }
        }
        let flows = [
            out(), out { $0.attributes.insert(.isReply) }, fixture.flow(),
            out { ($0.verdict, $0.dropReason) = (.dropped, .policyDenied) },
            out { ($0.verdict, $0.dropReason) = (.dropped, .policyDeny) }, out { $0.tcpFlags = .syn },
            out { ($0.ipProtocol, $0.destinationPort) = (.icmp, 0) },
        ]
        func line(_ ipProtocol: String, _ verdict: String, _ rest: String) -> String {
            #"hubble_flows_to_world_total{protocol="\#(ipProtocol)",verdict="\#(verdict)"\#(rest)"#
        }
        #expect(
            try fixture.samples("flows-to-world", flows) == [
                line("TCP", "FORWARDED", "} 2"), line("TCP", "DROPPED", "} 1"), line("ICMPv4", "FORWARDED", "} 1"),
            ])
        #expect(
            try fixture.samples("flows-to-world:any-drop", flows) == [
                line("TCP", "FORWARDED", "} 2"), line("TCP", "DROPPED", "} 2"), line("ICMPv4", "FORWARDED", "} 1"),
            ])
        #expect(
            try fixture.samples("flows-to-world:syn-only;port", flows) == [
                line("TCP", "FORWARDED", #",port="80"} 1"#), line("ICMPv4", "FORWARDED", #",port=""} 1"#),
            ])
    }

    @Test("A flow of no metric's kind is in none of them")
    func nothing() throws {
        let empty = Flow()
        let all = "drop tcp port-distribution icmp policy flows-to-world dns httpV2 policy-drop kernel-drop"
        #expect(try fixture.samples(all, [empty]) == [])
    }
}
