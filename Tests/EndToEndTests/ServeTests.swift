import BPFRuntime
import Foundation
import Lab
import SystemRuntime
import Testing

/// `apus serve` on the node of a laboratory.
@Suite(.enabled(if: Apus.obstacle == nil, Comment(rawValue: Apus.obstacle ?? "")), .serialized)
struct ServeTests {
    /// Asks until the answer is the wanted one; the time that it took, nil after two seconds.
    private func time(until wanted: Bool, _ ask: () async -> Bool) async -> Duration? {
        let start = ContinuousClock.now
        while ContinuousClock.now - start < .seconds(2) {
            if await ask() == wanted { return ContinuousClock.now - start }
        }
        return nil
    }

    private static func allowing(_ port: Int) -> String {
        """
        apiVersion: cilium.io/v2
        kind: CiliumNetworkPolicy
        metadata: {name: frontend-backend-communication, namespace: default}
        spec:
          endpointSelector: {matchLabels: {app: frontend}}
          ingress:
          - fromEndpoints: [{matchLabels: {app: backend}}]
            toPorts: [{ports: [{port: "\(port)", protocol: TCP}]}]
        """
    }

    @Test("An edited policy changes verdicts within a second; a broken or refused one leaves the last in force")
    func editedPolicy() async throws {
        let served = try ServedLab()
        let (lab, backend, frontend) = (served.lab, served.pod("backend"), served.pod("frontend"))
        for port in [9_090, 8_080] { try lab.listen(on: frontend, port: UInt16(port)) }
        func connects(_ port: UInt16) async -> Bool {
            if case .answered = await lab.connect(from: backend, to: frontend.ipv4, port: port) { true } else { false }
        }
        #expect(await connects(9_090))
        #expect(await !connects(8_080))

        try served.writePolicies(Self.allowing(8_080))
        let opened = await time(until: true) { await connects(8_080) }
        #expect(try #require(opened) < .seconds(1))
        #expect(await !connects(9_090))

        let mistakes = [
            "kind: CiliumNetworkPolicy\n  broken: [",
            Self.allowing(9_090).replacingOccurrences(of: "endpointSelector", with: "endpointSelektor"),
            """
            apiVersion: cilium.io/v2
            kind: CiliumNetworkPolicy
            metadata: {name: frontend-backend-communication, namespace: default}
            spec:
              ingress: [{fromEndpoints: [{}]}]
            """,
        ]
        for mistake in mistakes {
            try served.writePolicies(mistake)
            try await Task.sleep(for: .milliseconds(600))
            #expect(await connects(8_080))
            #expect(await !connects(9_090))
        }
        #expect(served.server.errors.contains("neither endpointSelector nor nodeSelector"))
        _ = try served.stop()
    }

    @Test("A pod of another node gets its policy and its name when its manifest comes, and loses both when it goes")
    func remotePod() async throws {
        let served = try ServedLab()
        let (lab, frontend) = (served.lab, served.pod("frontend"))
        try lab.listen(on: frontend, port: 9_090)
        func connects() async -> Bool {
            let result = await lab.connect(from: lab.world, to: frontend.ipv4, port: 9_090)
            if case .answered = result { return true } else { return false }
        }
        #expect(await !connects())
        let file = served.manifests + "/remote.yaml"
        try """
        apiVersion: v1
        kind: Pod
        metadata: {name: far-away, namespace: default, labels: {app: backend}}
        spec: {nodeName: another-node}
        status: {podIPs: [{ip: "\(lab.world.ipv4)"}]}
        """.write(toFile: file, atomically: true, encoding: .utf8)
        #expect(await time(until: true) { await connects() } != nil)
        try FileManager.default.removeItem(atPath: file)
        #expect(await time(until: false) { await connects() } != nil)
        let flows = try served.stop()
        let named = flows.filter { $0.isPolicyVerdict && $0.source?.pod_name == "far-away" }
        #expect(!named.isEmpty && named.allSatisfy { $0.verdict == "FORWARDED" })
    }

    @Test("Observing only, everything passes; audited, what policy would drop is told as AUDIT and passes")
    func withoutEnforcement() async throws {
        for mode in ["none", "audit"] {
            let served = try ServedLab(enforcement: mode)
            let frontend = served.pod("frontend")
            try served.lab.listen(on: frontend, port: 9_090)
            let result = await served.lab.connect(from: served.pod("outsider"), to: frontend.ipv6, port: 9_090)
            #expect(result == .answered(bytes: 64), "\(mode)")
            let flows = try served.stop()
            let verdicts = flows.filter { $0.isPolicyVerdict && $0.traffic_direction == "INGRESS" }.map(\.verdict)
            #expect(verdicts == [mode == "audit" ? "AUDIT" : "FORWARDED"])
            #expect(flows.filter { $0.isDrop }.isEmpty)
        }
    }

    @Test("A pod that is audited is let through and told so, while others are enforced")
    func auditedPod() async throws {
        let served = try ServedLab(["--enforcement-of", "default/front*=audit"])
        let (frontend, secret) = (served.pod("frontend"), served.pod("secret"))
        try served.lab.listen(on: frontend, port: 9_090)
        #expect(
            await served.lab.connect(from: served.pod("outsider"), to: frontend.ipv4, port: 9_090)
                == .answered(bytes: 64))
        #expect(await served.lab.connect(from: secret, to: frontend.ipv4, port: 9_090) == .timedOut)
        let flows = try served.stop()
        let audited = flows.filter { $0.verdict == "AUDIT" }
        #expect(!audited.isEmpty && audited.allSatisfy { $0.destination?.pod_name?.hasPrefix("frontend-") == true })
        #expect(audited.allSatisfy { $0.apus?.selected_by?.map(\.name) == ["frontend-backend-communication"] })
        let drops = flows.filter { $0.isDrop }
        #expect(!drops.isEmpty && drops.allSatisfy { $0.source?.pod_name == "secret-pods" })
    }

    @Test("Policies that the kernel's map has no room for change nothing, and the log and a metric say so")
    func fullMap() async throws {
        let served = try ServedLab(["--policy-entries", "24"])
        let frontend = served.pod("frontend")
        try served.lab.listen(on: frontend, port: 9_090)
        let many = (1...40).map { "{port: \"\($0 * 2 + 1)\", protocol: TCP}" }.joined(separator: ", ")
        try served.writePolicies(
            """
            {apiVersion: cilium.io/v2, kind: CiliumNetworkPolicy, metadata: {name: large}, spec: {endpointSelector: {},
             ingress: [{toPorts: [{ports: [\(many)]}]}]}}
            """)
        _ = served.server.waitForErrors(containing: "were not put in force")
        #expect(
            served.server.errors.contains(
                "the kernel's map policy is full with 24 entries: raise policyEntries (--policy-entries)"))
        #expect(
            await served.lab.connect(from: served.pod("backend"), to: frontend.ipv4, port: 9_090)
                == .answered(bytes: 64))
        #expect(await served.lab.connect(from: served.pod("outsider"), to: frontend.ipv4, port: 9_090) == .timedOut)
        let metrics = try served.ask("/metrics")
        #expect(metrics.contains("\napus_policy_failures_total 1\n"))
        #expect(metrics.contains("\napus_policy_map_capacity_entries 24\n") && metrics.contains("\napus_policies 2\n"))
        #expect(metrics.contains("\napus_connection_sweeps_total 1\n"))
        try served.writePolicies(ServedLab.policies)
        _ = try served.stop()
    }

    @Test("When it has stopped, its programs are gone from the interfaces and packets pass")
    func stopped() async throws {
        let served = try ServedLab()
        let (outsider, frontend) = (served.pod("outsider"), served.pod("frontend"))
        try served.lab.listen(on: frontend, port: 9_090)
        #expect(await served.lab.connect(from: outsider, to: frontend.ipv4, port: 9_090) == .timedOut)
        let host = frontend.hostInterfaceName
        let programs = { @Sendable () throws -> [UInt32]? in
            try TrafficControlHook(interfaceIndex: NetworkInterfaces.index(of: host)!, direction: .egress).programs()
        }
        let node = served.lab.nodeNamespace
        #expect(try node.run(programs)?.count ?? 1 == 1)
        #expect(try served.stop().contains { $0.isDrop && $0.source?.pod_name == "outsider" })
        #expect(try node.run(programs) ?? [] == [])
        let filters = try Tool.run(
            "nsenter",
            [
                "--net=\(served.lab.nodeNamespace.path)", "tc", "filter", "show", "dev", frontend.hostInterfaceName,
                "egress",
            ])
        #expect(filters.output == "")
        #expect(await served.lab.connect(from: outsider, to: frontend.ipv4, port: 9_090) == .answered(bytes: 64))
    }
}
