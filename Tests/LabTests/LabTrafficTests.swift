import FlowModel
import Lab
import Manifests
import Testing

// Needs root, as `LabTests` says.
@Suite(.enabled(if: missing == nil, "\(missing.map(\.description) ?? "")"), .timeLimit(.minutes(1)))
struct LabTrafficTests {
    private func demo() throws -> Lab {
        try Lab(.from(ManifestSet.parse(DemoManifests.yaml, file: "demo").documents))
    }

    @Test(
        "Without policies every conversation of the demo is answered, but for those to closed ports, which are refused")
    func demoTraffic() async throws {
        let lab = try demo()
        defer { lab.close() }
        let plan = TrafficPlan.demo(lab)
        let traffic = try LabTraffic(plan, exchangesPerSecond: 500)
        while traffic.tallies.count < plan.clients.count { try await Task.sleep(for: .milliseconds(10)) }
        traffic.stop()
        let tallies = traffic.tallies
        for client in plan.clients {
            let tally = try #require(tallies[client.conversation])
            let isClosed = client.expectation == .closed
            #expect(tally.attempts > 0, "\(client.conversation)")
            #expect(tally.attempts == (isClosed ? tally.refused : tally.answered), "\(client.conversation)")
            #expect(tally.opened == (client.conversation.ipProtocol == .tcp ? tally.answered : 0))
            #expect(tally.bytesReceived == (isClosed ? 0 : tally.bytesSent), "\(client.conversation)")
        }
    }

    @Test("The demo has each kind of conversation, over both families, all of them distinct")
    func demoPlan() throws {
        let lab = try demo()
        defer { lab.close() }
        let clients = TrafficPlan.demo(lab).clients
        #expect((60...100).contains(clients.count))
        #expect(Set(clients.map(\.conversation)).count == clients.count)
        for expectation in [TrafficPlan.Expectation.allowed, .denied, .closed] {
            let some = clients.filter { $0.expectation == expectation }
            #expect(some.contains { $0.conversation.address.isV4 } && some.contains { !$0.conversation.address.isV4 })
        }
        let protocols: Set<IPProtocol> = [.tcp, .udp, .icmp, .icmpv6]
        #expect(Set(clients.map(\.conversation.ipProtocol)) == protocols)
    }

    @Test("Traffic keeps to its rate")
    func keepsRate() async throws {
        let lab = try demo()
        defer { lab.close() }
        let start = ContinuousClock.now
        let traffic = try LabTraffic(.demo(lab), exchangesPerSecond: 50)
        try await Task.sleep(for: .seconds(1))
        traffic.stop()
        // A busy machine sleeps longer.
        let seconds = (ContinuousClock.now - start) / .seconds(1)
        let attempts = traffic.tallies.values.reduce(0) { $0 + $1.attempts }
        #expect((15 * seconds...55 * seconds + 5).contains(Double(attempts)))
    }

    @Test("Traffic stops at once, also while packets go nowhere, and stopping twice is harmless")
    func stopsAtOnce() async throws {
        let lab = try demo()
        defer { lab.close() }
        var plan = TrafficPlan()
        let nobody = try #require(IPAddress("192.0.2.77"))
        let conversation = Conversation(
            from: lab.world.qualifiedName, to: "nobody", address: nobody, ipProtocol: .tcp, port: 80)
        plan.clients = [TrafficPlan.Client(host: lab.world, conversation: conversation, expectation: .denied)]
        let traffic = try LabTraffic(plan, exchangesPerSecond: 1000)
        try await Task.sleep(for: .milliseconds(500))
        let duration = ContinuousClock().measure {
            traffic.stop()
            traffic.stop()
        }
        #expect(duration < .milliseconds(200))
        let tally = try #require(traffic.tallies[conversation])
        #expect(tally.timedOut == tally.attempts && tally.opened == 0 && tally.failed == 0)
    }

    @Test("A server whose port is taken is told")
    func portTaken() throws {
        let lab = try demo()
        defer { lab.close() }
        try lab.listen(on: lab.world, port: 80)
        #expect(throws: LabError.self) { try LabTraffic(.demo(lab)) }
    }
}
