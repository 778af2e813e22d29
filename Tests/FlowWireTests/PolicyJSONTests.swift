import FlowCatalog
import FlowModel
import FlowWire
import Testing

struct PolicyJSONTests {
    private let fixture = WireFixture()
    private let policy = #"""
        [{"name":"ledger","namespace":"data","labels":["k8s:io.cilium.k8s.policy.name=ledger"],\#
        "kind":"CiliumNetworkPolicy"}]
        """#

    private func line(
        _ kind: FlowKind, _ verdict: Verdict, _ direction: TrafficDirection, _ reason: DropReason = .unknown
    ) -> String {
        var flow = fixture.drop
        flow.kind = kind
        flow.verdict = verdict
        flow.direction = direction
        flow.dropReason = reason
        flow.rule = fixture.rule
        return fixture.json(flow)
    }

    @Test("The deciding rule stands in the list of its direction and outcome")
    func lists() {
        #expect(line(.policyVerdict, .forwarded, .ingress).contains(#""ingress_allowed_by":\#(policy)"#))
        #expect(line(.policyVerdict, .redirected, .egress).contains(#""egress_allowed_by":\#(policy)"#))
        #expect(line(.policyVerdict, .dropped, .egress, .policyDeny).contains(#""egress_denied_by":\#(policy)"#))
        #expect(line(.drop, .dropped, .ingress, .policyDeny).contains(#""ingress_denied_by":\#(policy)"#))
        #expect(line(.policyVerdict, .audit, .ingress).contains(#""ingress_denied_by":\#(policy)"#))
        #expect(line(.policyVerdict, .audit, .unknown).contains(#""ingress_denied_by":\#(policy)"#))
    }

    @Test("A trace, or a drop for another reason than policy, is in no list, but its rule is in apus")
    func noList() {
        let rule = #"""
            "apus":{"rule":{"kind":"CiliumNetworkPolicy","name":"ledger","namespace":"data",\#
            "direction":"INGRESS","index":2},"packets":1
            """#
        for text in [line(.trace, .forwarded, .ingress), line(.drop, .dropped, .ingress, .invalidPacketDropped)] {
            #expect(!text.contains("_by") && text.contains(rule))
        }
    }

    @Test("Only a policy drop or audit without a rule is a default deny")
    func defaultDeny() {
        var flow = fixture.drop
        #expect(fixture.json(flow).contains(#""default_deny":true"#))
        flow.dropReason = .invalidPacketDropped
        #expect(!fixture.json(flow).contains("default_deny"))
        flow.kind = .policyVerdict
        flow.verdict = .audit
        #expect(fixture.json(flow).contains(#""default_deny":true"#))
        flow.verdict = .forwarded
        #expect(!fixture.json(flow).contains("default_deny"))
        flow.verdict = .dropped
        flow.dropReason = .policyDeny
        #expect(!fixture.json(flow).contains("default_deny"))
    }

    @Test("A deny rule says so")
    func denyRule() {
        var flow = fixture.drop
        flow.rule = fixture.catalog.rules.intern(
            RuleReference(
                kind: "NetworkPolicy", name: "n", namespace: "", direction: .egress, isDeny: true, index: 0, labels: [])
        )
        let rule = #""rule":{"kind":"NetworkPolicy","name":"n","direction":"EGRESS","deny":true}"#
        #expect(fixture.json(flow).contains(rule))
    }
}
