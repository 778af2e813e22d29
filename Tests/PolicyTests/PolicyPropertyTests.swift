import FlowCatalog
import FlowModel
import Foundation
import PolicyScenarios
import Testing

@testable import Policy

/// Random policies: what the kernel does with the compiled entries is what they mean.
@Suite struct PolicyPropertyTests {
    private static let rounds = 256
    private static let questions = 400

    @Test("Over 100,000 random decisions, compiled entries and the evaluator decide as the policies mean")
    func compiledAgreesWithMeaning() throws {
        // Another seed each time; what fails names its own, to be given as POLICY_SEED.
        let given = ProcessInfo.processInfo.environment["POLICY_SEED"].flatMap { UInt64($0) }
        let first = given ?? UInt64.random(in: 0...UInt64.max)
        print("random policies from seed \(first)")
        var decided = 0
        for round in 0..<UInt64(Self.rounds) { decided += try decide(RandomPolicies(seed: first &+ round)) }
        #expect(decided == Self.rounds * Self.questions && decided >= 100_000)
    }

    /// - Returns: how many decisions were compared.
    private func decide(_ random: RandomPolicies) throws -> Int {
        var random = random
        let set = PolicySet(scenario: random.text)
        try #require(set.problems.isEmpty, "seed \(random.seed): \(set.problems)\n\(random.text)")
        let cluster = ScenarioCluster(set, parties: random.parties)
        var compiler = PolicyCompiler(catalog: FlowCatalog())
        let compiled = compiler.update(set, peers: cluster.peers, subjects: cluster.subjects)
        let kernels = Dictionary(
            uniqueKeysWithValues: compiled.map { ($0.endpoint, KernelModel(policy: $0.policy)) })
        let evaluator = PolicyEvaluator(set)
        for number in 0..<Self.questions {
            let question = random.question()
            let subject = cluster.parties[question.subject]
            let peer = cluster.party(of: question.peer)
            let expected = random.outcome(question)
            let kernel =
                kernels[subject.endpoint]?.decide(
                    question.direction, peer.peer.identity, question.ipProtocol, question.port) ?? .notEnforced
            let rules = evaluator.decide(
                try #require(subject.subject), question.direction, peer: peer.peer, address: peer.addresses[0],
                ipProtocol: question.ipProtocol, port: question.port)
            guard kernel.agrees(with: expected), rules.agrees(with: expected) else {
                Issue.record(
                    """
                    seed \(random.seed), question \(number): \(question): meant \(expected), kernel \(kernel), rules \(rules)
                    \(subject.peer.labels)
                    \(peer.peer.labels)
                    \(random.text)
                    """)
                return number
            }
        }
        return Self.questions
    }
}

extension KernelModel.Decision {
    fileprivate func agrees(with outcome: RandomPolicies.Outcome) -> Bool {
        switch (self, outcome) {
        case (.notEnforced, .open), (.allowed, .allowed), (.denied, .denied), (.deniedByDefault, .deniedByDefault): true
        default: false
        }
    }
}

extension PolicyEvaluator.Decision {
    fileprivate func agrees(with outcome: RandomPolicies.Outcome) -> Bool {
        switch (self, outcome) {
        case (.notEnforced, .open), (.allowed, .allowed), (.denied, .denied), (.deniedByDefault, .deniedByDefault): true
        default: false
        }
    }
}
