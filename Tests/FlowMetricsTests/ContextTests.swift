import FlowCatalog
import FlowFilter
import FlowMetrics
import FlowModel
import Testing

/// What contexts make of a flow's sides.
@Suite struct ContextTests {
    private let fixture = Fixture()

    @Test(
        "Each context has its value",
        arguments: [
            ("identity", "k8s:app=frontend,k8s:io.kubernetes.pod.namespace=web", "reserved:world"),
            ("namespace", "web", ""), ("pod", "web/frontend-1", ""), ("pod-name", "frontend-1", ""),
            ("dns", "", "a.example,b.example"), ("ip", "10.0.0.1", "10.0.0.2"),
            ("reserved-identity", "", "reserved:world"), ("workload", "web/frontend", ""),
            ("workload-name", "frontend", ""), ("app", "frontend", ""),
            ("pod|dns|ip", "web/frontend-1", "a.example,b.example"),
            ("dns|pod", "web/frontend-1", "a.example,b.example"),
            ("reserved-identity|workload-name|ip", "frontend", "reserved:world"),
            ("namespace|ip", "web", "10.0.0.2"), ("NAMESPACE", "web", ""),
        ])
    func value(context: String, source: String, destination: String) throws {
        let flow = fixture.flow { $0.destinationEndpoint = fixture.world }
        let samples = try fixture.samples(
            "tcp:sourceContext=\(context);destinationContext=\(context)",
            [
                {
                    var flow = flow; flow.tcpFlags = .syn; return flow
                }()
            ])
        #expect(
            samples == [
                #"hubble_tcp_flags_total{source="\#(source)",destination="\#(destination)",flag="SYN",family="IPv4"} 1"#
            ])
    }

    @Test("A context of a direction takes the plain one's place for flows of that direction")
    func directions() throws {
        let context = "icmp:sourceContext=namespace;sourceEgressContext=pod-name;destinationIngressContext=ip"
        func flow(_ direction: TrafficDirection) -> Flow {
            fixture.flow { ($0.ipProtocol, $0.icmpType, $0.direction) = (.icmp, 8, direction) }
        }
        let rest = #"family="IPv4",type="EchoRequest"} 1"#
        #expect(
            try fixture.samples(context, [flow(.egress), flow(.ingress), flow(.unknown)]) == [
                #"hubble_icmp_total{source="frontend-1",destination="",\#(rest)"#,
                #"hubble_icmp_total{source="web",destination="10.0.0.2",\#(rest)"#,
                #"hubble_icmp_total{source="web",destination="",\#(rest)"#,
            ])
    }

    @Test("Labels of labelsContext are always there, be they empty")
    func labels() throws {
        let all =
            "source_ip,source_pod,source_namespace,source_workload,source_workload_kind,source_app,destination_ip,"
            + "destination_pod,destination_namespace,destination_workload,destination_workload_kind,destination_app,traffic_direction"
        let flow = fixture.flow {
            ($0.ipProtocol, $0.icmpType) = (.icmp, 0)
            $0.destinationEndpoint = fixture.world
        }
        #expect(
            try fixture.samples("icmp:labelsContext=\(all)", [flow]) == [
                #"hubble_icmp_total{source_ip="10.0.0.1",source_pod="frontend-1",source_namespace="web","#
                    + #"source_workload="frontend",source_workload_kind="Deployment",source_app="frontend","#
                    + #"destination_ip="10.0.0.2",destination_pod="",destination_namespace="",destination_workload="","#
                    + #"destination_workload_kind="",destination_app="",traffic_direction="egress",family="IPv4","#
                    + #"type="EchoReply"} 1"#
            ])
    }

    @Test("app takes the first label that names one, in the order of the labels")
    func app() throws {
        let pods = [
            ["k8s:app.kubernetes.io/name=named", "k8s:app=plain"], ["k8s:app=plain", "k8s:k8s-app=system"],
            ["k8s:app=", "k8s:k8s-app=system"],
        ]
        let flows = pods.map { labels in
            let pod = fixture.catalog.endpoints.intern(Endpoint(identity: Identity(rawValue: 400), labels: labels))
            return fixture.flow {
                $0.sourceEndpoint = pod
                $0.tcpFlags = .syn
            }
        }
        let values = try fixture.samples("tcp:sourceContext=app", flows).map { $0.split(separator: "\"")[1] }
        #expect(values == ["named", "plain", "system"])
    }

    @Test("Pods of the same workload share a series; a name that comes later has one of its own")
    func sharing() throws {
        let metrics = FlowMetrics(
            try MetricsSettings(flag: "tcp:sourceContext=workload-name"), catalog: fixture.catalog)
        var other = Fixture.pod("frontend", "web")
        other.podName = "frontend-2"
        let flow = fixture.flow { $0.tcpFlags = .syn }
        var sibling = flow
        sibling.sourceEndpoint = fixture.catalog.endpoints.intern(other)
        metrics.add([flow, sibling].span)
        #expect(metrics.samples() == [#"hubble_tcp_flags_total{source="frontend",flag="SYN",family="IPv4"} 2"#])
        var late = flow
        // The catalog does not have it yet, as when a reader is ahead of it.
        late.sourceEndpoint = UInt32(fixture.catalog.endpoints.count)
        metrics.add([late].span)
        _ = fixture.catalog.endpoints.intern(Fixture.pod("late", "web"))
        metrics.add([late].span)
        #expect(
            metrics.samples().dropFirst() == [
                #"hubble_tcp_flags_total{source="",flag="SYN",family="IPv4"} 1"#,
                #"hubble_tcp_flags_total{source="late",flag="SYN",family="IPv4"} 1"#,
            ])
    }

    @Test("Filters of a metric decide which flows it counts, and no other metric")
    func filters() throws {
        var drop = MetricSettings(.drop)
        var shop = FilterConditions()
        shop.verdicts = [.dropped]
        shop.ports.destination = [80...80]
        var icmp = FilterConditions()
        icmp.dropReasons = [.policyDeny]
        drop.filter = FilterSpec(allow: [shop], deny: [icmp])
        var settings = MetricsSettings(metrics: [drop])
        try settings.add(MetricSettings(.flow))
        let metrics = FlowMetrics(settings, catalog: fixture.catalog)
        let flows = [
            fixture.flow { ($0.kind, $0.verdict, $0.dropReason) = (.drop, .dropped, .policyDenied) },
            fixture.flow { ($0.kind, $0.verdict, $0.dropReason) = (.drop, .dropped, .policyDeny) },
            fixture.flow {
                ($0.kind, $0.verdict, $0.dropReason, $0.destinationPort) = (.drop, .dropped, .policyDenied, 81)
            },
            fixture.flow(),
        ]
        metrics.add(flows.span)
        #expect(
            metrics.samples() == [
                #"hubble_drop_total{protocol="TCP",reason="POLICY_DENIED"} 1"#,
                #"hubble_flows_processed_total{protocol="TCP",verdict="DROPPED",type="Drop",subtype=""} 3"#,
                #"hubble_flows_processed_total{protocol="TCP",verdict="FORWARDED",type="Trace",subtype="to-endpoint"} 1"#,
            ])
    }

    @Test("Quotes, backslashes and line feeds in a value are escaped")
    func escaping() throws {
        let pod = fixture.catalog.endpoints.intern(
            Endpoint(identity: Identity(rawValue: 400), namespace: "a\"b\\c\nd", podName: "p"))
        let flow = fixture.flow {
            $0.sourceEndpoint = pod
            $0.tcpFlags = .syn
        }
        #expect(
            try fixture.samples("tcp:sourceContext=namespace", [flow]) == [
                #"hubble_tcp_flags_total{source="a\"b\\c\nd",flag="SYN",family="IPv4"} 1"#
            ])
    }
}
