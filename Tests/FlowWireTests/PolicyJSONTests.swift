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

    @Test("A default deny names the policies that are about the endpoint, and the nearest rule with what it wants")
    func cause() {
        var flow = fixture.drop
        flow.rule = fixture.defaultDeny
        flow.destinationPort = 81
        let json = fixture.json(flow)
        let policies = #"""
            "apus":{"default_deny":true,"selected_by":[{"kind":"CiliumNetworkPolicy","name":"web","namespace":"data"},\#
            {"kind":"CiliumNetworkPolicy","name":"all"}],
            """#
        let nearest = #"""
            "nearest_rule":{"kind":"CiliumNetworkPolicy","name":"web","namespace":"data","index":1,\#
            "wanted_ports":"TCP 80"},"packets"
            """#
        #expect(json.contains(policies + nearest), "\(json)")
        #expect(!json.contains("_by\":[{\"name\""))
        flow.sourceEndpoint = 0
        flow.destinationPort = 80
        #expect(fixture.json(flow).contains(#""index":1,"wanted_peer":"app=cart"},"#))
        #expect(!fixture.json(flow, .hubble).contains("cart\"}"))
        flow.dropReason = .policyDeny
        #expect(!fixture.json(flow).contains("nearest_rule"))
    }

    @Test("One encoder tells of each packet what it lacks, whichever came before it")
    func manyPackets() {
        var encoder = FlowJSONEncoder(fixture.context)
        for port in 1...2_000 as ClosedRange<UInt16> {
            var flow = fixture.drop
            flow.rule = fixture.defaultDeny
            flow.destinationPort = port
            if port.isMultiple(of: 3) { flow.sourceEndpoint = 0 }
            var line: [UInt8] = []
            encoder.append(flow, to: &line)
            let text = String(decoding: line, as: UTF8.self)
            #expect(text.contains("wanted_ports") == (port != 80))
            #expect(text.contains("wanted_peer") == port.isMultiple(of: 3))
        }
    }

    @Test("A rule's revision stands with its policy")
    func revision() {
        var flow = fixture.drop
        var rule = fixture.catalog.rules[fixture.rule]!
        rule.revision = 12
        flow.rule = fixture.catalog.rules.intern(rule)
        flow.dropReason = .policyDeny
        #expect(
            fixture.json(flow).contains(
                #""labels":["k8s:io.cilium.k8s.policy.name=ledger"],"revision":"12","kind":"CiliumNetworkPolicy"}"#))
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
