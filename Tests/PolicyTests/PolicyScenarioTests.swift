import Policy
import PolicyScenarios
import Testing

@Suite("Policies by their meaning")
struct PolicyScenarioTests {
    @Test("The rules say of each connection what they mean", arguments: PolicyScenario.all.indices)
    func evaluated(index: Int) throws {
        let scenario = PolicyScenario.all[index]
        let policies = PolicySet(scenario: scenario.policies)
        #expect(policies.problems.isEmpty, "\(scenario.name): \(policies.problems)")
        let (cluster, evaluator) = (ScenarioCluster(policies), PolicyEvaluator(policies))
        for aCase in scenario.cases {
            let (subject, peer) = try #require(aCase.sides(in: cluster), "\(aCase)")
            let decision = evaluator.decide(
                try #require(subject.subject), aCase.direction, peer: peer.peer,
                address: peer.address(isIPv6: aCase.isIPv6), ipProtocol: aCase.ipProtocol, port: aCase.port)
            #expect(decision.agrees(with: aCase.outcome), "\(scenario.name): \(aCase): \(decision)")
        }
    }

    @Test("There are 200 cases at least, and each outcome is among them often")
    func enough() {
        let cases = PolicyScenario.all.flatMap(\.cases)
        #expect(cases.count >= 200, "\(cases.count)")
        #expect(cases.count { $0.outcome.passes } >= 80 && cases.count { !$0.outcome.passes } >= 80)
    }
}
