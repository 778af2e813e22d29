import FlowModel
import Lab
import Manifests
import SystemRuntime
import Testing

/// Why tests that build a laboratory are skipped here, if they are.
let missing = LabRequirements.missing()

func plan(pods: Int) throws -> LabPlan {
    let yaml = (0..<pods).map { "apiVersion: v1\nkind: Pod\nmetadata: {name: pod-\($0)}\n" }.joined(separator: "---\n")
    return try LabPlan.from(ManifestSet.parse(yaml, file: "test.yaml").documents)
}

// Needs root: CAP_SYS_ADMIN and CAP_NET_ADMIN for namespaces and links, and iproute2.
@Suite(.enabled(if: missing == nil, "\(missing.map(\.description) ?? "")"), .timeLimit(.minutes(1)))
struct LabTests {
    @Test("Pods and the world reach each other with TCP, UDP and ping, over both families")
    func connects() async throws {
        let lab = try Lab(plan(pods: 2))
        defer { lab.close() }
        let hosts = lab.pods + [lab.world]
        for host in hosts {
            try lab.listen(on: host, port: 80)
            try lab.listen(on: host, ipProtocol: .udp, port: 53)
        }
        for from in hosts {
            for to in hosts {
                for address in to.addresses {
                    #expect(await lab.connect(from: from, to: address, port: 80) == .answered(bytes: 64))
                    #expect(await lab.sendUDP(from: from, to: address, port: 53) == .answered(bytes: 64))
                    #expect(await lab.ping(from: from, to: address) == .answered(bytes: 56))
                }
            }
        }
    }

    @Test("Payloads larger than any buffer of sockets come back whole")
    func largePayload() async throws {
        let lab = try Lab(plan(pods: 2))
        defer { lab.close() }
        try lab.listen(on: lab.pods[1], port: 80)
        let result = await lab.connect(from: lab.pods[0], to: lab.pods[1].ipv4, port: 80, payloadBytes: 200_000)
        #expect(result == .answered(bytes: 200_000))
    }

    @Test("Closed ports refuse, addresses that nobody has do not answer")
    func refuses() async throws {
        let lab = try Lab(plan(pods: 2))
        defer { lab.close() }
        let client = lab.pods[0]
        for address in lab.pods[1].addresses {
            #expect(await lab.connect(from: client, to: address, port: 9999) == .refused)
            // More often than the kernel would send ICMP errors if it were not told to.
            for _ in 0..<10 { #expect(await lab.sendUDP(from: client, to: address, port: 9999) == .refused) }
        }
        let nobody = try #require(IPAddress("192.0.2.77"))
        #expect(await lab.connect(from: client, to: nobody, port: 80, timeout: .milliseconds(50)) == .timedOut)
        #expect(await lab.ping(from: client, to: nobody, timeout: .milliseconds(50)) == .timedOut)
    }

    @Test("Hosts tell their interface in the node's namespace")
    func interfaces() throws {
        let lab = try Lab(plan(pods: 2))
        defer { lab.close() }
        #expect(lab.pods.map(\.hostInterfaceName) == ["lxc-pod-0", "lxc-pod-1"])
        #expect(Set((lab.pods + [lab.world]).map(\.hostInterface)).count == 3)
        let expected = lab.pods.map { "lxc-pod-\($0.name.suffix(1)):\($0.hostInterface)" }
        let found = try lab.nodeNamespace.run { try interfaceNumbers() }
        #expect(Set(expected).isSubset(of: found))
        #expect(Set(lab.namespaceInodes).count == 4)
        #expect(try !lab.namespaceInodes.contains(NetworkNamespace.current().inode))
    }

    @Test("Two laboratories with the same addresses stand side by side and do not see each other")
    func sideBySide() async throws {
        let first = try Lab(plan(pods: 1))
        let second = try Lab(plan(pods: 1))
        defer { second.close() }
        try first.listen(on: first.world, port: 80)
        let address = LabPlan.worldIPv4
        #expect(await first.connect(from: first.pods[0], to: address, port: 80) == .answered(bytes: 64))
        #expect(await second.connect(from: second.pods[0], to: address, port: 80) == .refused)
        first.close()
        #expect(await second.ping(from: second.pods[0], to: address) == .answered(bytes: 56))
    }

    @Test("A port that is taken is told, with the host and the port")
    func portTaken() throws {
        let lab = try Lab(plan(pods: 1))
        defer { lab.close() }
        try lab.listen(on: lab.pods[0], port: 80)
        let error = #expect(throws: LabError.self) { try lab.listen(on: lab.pods[0], port: 80) }
        #expect(error?.description == "default/pod-0 of the laboratory: take tcp port 80: Address already in use")
    }

    @Test("A laboratory of the demo's size is up within 2 s")
    func isQuick() throws {
        let plan = try LabPlan.from(ManifestSet.parse(DemoManifests.yaml, file: "demo").documents)
        let duration = try ContinuousClock().measure { try Lab(plan).close() }
        #expect(duration < .seconds(2))
    }
}
