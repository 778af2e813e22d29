import FlowCatalog
import FlowModel
import Testing

@testable import Policy

/// The two policies of the demonstration, in the form in which it ships them.
@Suite struct DemoPolicyTests {
    private let set = policies(
        """
        apiVersion: cilium.io/v2
        kind: CiliumNetworkPolicy
        metadata: {name: frontend-backend-communication}
        spec:
          endpointSelector: {matchLabels: {app: frontend}}
          ingress:
          - fromEndpoints: [{matchLabels: {app: backend}}]
            toPorts: [{ports: [{port: "9090", protocol: TCP}]}]
        ---
        apiVersion: cilium.io/v2
        kind: CiliumNetworkPolicy
        metadata: {name: zero-trust}
        spec:
          endpointSelector: {matchLabels: {name: secret-pods}}
          egress: [{toEndpoints: [{matchLabels: {name: secret-pods}}]}]
          ingress: [{fromEndpoints: [{matchLabels: {name: secret-pods}}]}]
        """)
    private let frontend = PolicyPeer(identity: Identity(rawValue: 300), labels: podLabels("app=frontend"))
    private let backend = PolicyPeer(identity: Identity(rawValue: 301), labels: podLabels("app=backend"))
    private let secret = PolicyPeer(identity: Identity(rawValue: 302), labels: podLabels("name=secret-pods"))
    private let outsider = PolicyPeer(identity: Identity(rawValue: 303), labels: podLabels("app=outsider"))

    private var cluster: TestCluster {
        var cluster = TestCluster()
        cluster.peers += [frontend, backend, secret, outsider]
        return cluster
    }

    @Test("frontend-backend-communication lets backend reach frontend at 9090/TCP and closes the rest into frontend")
    func frontendBackend() throws {
        #expect(set.problems.isEmpty)
        let cluster = cluster
        let policy = cluster.compile(set, TestCluster.subject(frontend))
        #expect(policy.ingress == .enforce)
        #expect(policy.egress == .none)
        #expect(policy.entries.count == 2)
        let kernel = KernelModel(policy: policy)
        let allowed = kernel.decide(.ingress, backend.identity, .tcp, 9090)
        guard case .allowed(let number) = allowed else { throw Unexpected(allowed) }
        #expect(
            cluster.catalog.rules[number]?.withoutRevision
                == RuleReference(
                    kind: "CiliumNetworkPolicy", name: "frontend-backend-communication", namespace: "default",
                    direction: .ingress, isDeny: false, index: 0,
                    labels: [
                        "k8s:io.cilium.k8s.policy.derived-from=CiliumNetworkPolicy",
                        "k8s:io.cilium.k8s.policy.name=frontend-backend-communication",
                        "k8s:io.cilium.k8s.policy.namespace=default",
                    ]))
        for (peer, ipProtocol, port) in [
            (backend, .tcp, 8080), (backend, .udp, 9090), (backend, .icmp, 8), (outsider, .tcp, 9090),
            (frontend, .tcp, 9090), (TestCluster.world, .tcp, 9090),
        ] as [(PolicyPeer, IPProtocol, UInt16)] {
            #expect(kernel.decide(.ingress, peer.identity, ipProtocol, port) == .deniedByDefault)
        }
        #expect(kernel.decide(.ingress, .host, .tcp, 8080).passes)
    }

    @Test("zero-trust closes secret-pods in both directions, but for each other")
    func zeroTrust() throws {
        let policy = cluster.compile(set, TestCluster.subject(secret))
        #expect(policy.ingress == .enforce)
        #expect(policy.egress == .enforce)
        let kernel = KernelModel(policy: policy)
        for direction in [TrafficDirection.ingress, .egress] {
            #expect(kernel.decide(direction, secret.identity, .icmp, 8).passes)
            #expect(kernel.decide(direction, outsider.identity, .tcp, 8080) == .deniedByDefault)
            #expect(kernel.decide(direction, .world, .tcp, 80) == .deniedByDefault)
        }
        #expect(kernel.decide(.ingress, .host, .tcp, 80).passes)
        #expect(!kernel.decide(.egress, .host, .tcp, 80).passes)
    }

    @Test("Other pods are not enforced")
    func others() {
        let policy = cluster.compile(set, TestCluster.subject(backend))
        #expect(policy == TestCluster.none)
    }
}

struct Unexpected: Error {
    let decision: KernelModel.Decision
    init(_ decision: KernelModel.Decision) { self.decision = decision }
}
