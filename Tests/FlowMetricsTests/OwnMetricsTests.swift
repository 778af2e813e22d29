import FlowCatalog
import FlowMetrics
import FlowModel
import Testing

/// What Apus counts beyond Hubble.
@Suite struct OwnMetricsTests {
    private let fixture = Fixture()

    @Test("traffic adds up the bytes and packets that flows stand for")
    func traffic() throws {
        let flows = [
            fixture.flow(), fixture.flow { ($0.bytes, $0.packets) = (1 << 40, 7) },
            fixture.flow { ($0.verdict, $0.direction) = (.dropped, .ingress) },
        ]
        #expect(
            try fixture.samples("traffic:sourceContext=namespace", flows) == [
                #"apus_traffic_bytes_total{source="web",direction="egress",verdict="FORWARDED"} 1099511627896"#,
                #"apus_traffic_bytes_total{source="web",direction="ingress",verdict="DROPPED"} 120"#,
                #"apus_traffic_packets_total{source="web",direction="egress",verdict="FORWARDED"} 9"#,
                #"apus_traffic_packets_total{source="web",direction="ingress",verdict="DROPPED"} 2"#,
            ])
    }

    @Test("policy-drop names the policy with the rule, or those that select the endpoint")
    func policyDrop() throws {
        let rule = fixture.catalog.rules.intern(
            RuleReference(
                kind: "CiliumNetworkPolicy", name: "deny-db", namespace: "shop", direction: .ingress, isDeny: true,
                index: 0, labels: []))
        let cause = fixture.catalog.rules.intern(
            RuleReference(
                DefaultDeny(policies: [
                    PolicyName(kind: "CiliumNetworkPolicy", namespace: "shop", name: "a"),
                    PolicyName(kind: "CiliumClusterwideNetworkPolicy", namespace: "", name: "b"),
                ]), .egress))
        func denied(_ reason: DropReason, _ rule: UInt32, _ change: (inout Flow) -> Void = { _ in }) -> Flow {
            fixture.flow {
                ($0.kind, $0.verdict, $0.dropReason, $0.rule) = (.drop, .dropped, reason, rule)
                change(&$0)
            }
        }
        #expect(
            try fixture.samples(
                "policy-drop",
                [
                    denied(.policyDeny, rule), denied(.policyDenied, cause) { $0.verdict = .audit },
                    denied(.policyDenied, 0), denied(.invalidPacketDropped, 0),
                    denied(.policyDenied, 0) { $0.kind = .kernelDrop }, fixture.flow(),
                ]) == [
                    #"apus_policy_drop_total{direction="egress",verdict="DROPPED",cause="deny-rule",policy="shop/deny-db"} 1"#,
                    #"apus_policy_drop_total{direction="egress",verdict="AUDIT",cause="default-deny",policy="shop/a,b"} 1"#,
                    #"apus_policy_drop_total{direction="egress",verdict="DROPPED",cause="default-deny",policy=""} 1"#,
                ])
    }

    @Test("A name that the catalog does not have yet is asked for again")
    func lateName() throws {
        let metrics = FlowMetrics(try MetricsSettings(flag: "kernel-drop"), catalog: fixture.catalog)
        let index = UInt32(fixture.catalog.names.count)
        let flow = fixture.flow { ($0.kind, $0.verdict, $0.kernelReason) = (.kernelDrop, .dropped, index) }
        metrics.add([flow].span)
        #expect(metrics.samples() == [#"apus_kernel_drop_total{reason=""} 1"#])
        _ = fixture.catalog.names.intern("NO_SOCKET")
        metrics.add([flow].span)
        #expect(
            metrics.samples() == [
                #"apus_kernel_drop_total{reason=""} 1"#, #"apus_kernel_drop_total{reason="NO_SOCKET"} 1"#,
            ])
    }

    @Test("kernel-drop tells the kernel's own reason")
    func kernelDrop() throws {
        let reason = fixture.catalog.names.intern("NO_SOCKET")
        func dropped(_ kind: FlowKind) -> Flow {
            fixture.flow { ($0.kind, $0.verdict, $0.kernelReason) = (kind, .dropped, reason) }
        }
        #expect(
            try fixture.samples("kernel-drop", [dropped(.kernelDrop), dropped(.kernelDrop), dropped(.drop)]) == [
                #"apus_kernel_drop_total{reason="NO_SOCKET"} 2"#
            ])
    }
}
