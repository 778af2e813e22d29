import FlowCatalog
import FlowModel
import Manifests
import Testing

@testable import Directory

@Suite struct DirectoryTests {
    private let catalog = FlowCatalog()

    private func directory(allocator: IdentityAllocator = IdentityAllocator()) -> Directory {
        Directory(catalog: catalog, allocator: allocator, nodeName: "node-a", nodeAddresses: ["192.0.2.1"])
    }

    @Test("A pod's address leads to its endpoint with namespace, labels, workload and identity")
    func pod() throws {
        let text = """
            apiVersion: v1
            kind: Namespace
            metadata: {name: shop, labels: {team: blue}}
            ---
            apiVersion: v1
            kind: Pod
            metadata:
              name: frontend-abc12-x1
              generateName: frontend-abc12-
              namespace: shop
              labels: {app: frontend, pod-template-hash: abc12, app.kubernetes.io/part-of: web}
              ownerReferences: [{kind: ReplicaSet, name: frontend-abc12, controller: true}]
            spec:
              nodeName: node-a
              serviceAccountName: front
              containers: [{ports: [{name: http, containerPort: 8080}, {containerPort: 53, protocol: UDP}]}]
            status: {phase: Running, podIP: 10.0.0.5, podIPs: [{ip: 10.0.0.5}, {ip: "fd00::5"}]}
            """
        var directory = directory()
        let update = directory.update(manifests(text))
        #expect(update.problems.isEmpty)
        let subject = try #require(update.subjects.first)
        let entry = update.snapshot.name(of: "10.0.0.5")
        #expect(update.snapshot.name(of: "fd00::5") == entry)
        #expect(entry.unknown == .none)
        #expect(Identity.clusterRange.contains(entry.identity))
        let endpoint = try #require(catalog.endpoints[entry.endpoint])
        #expect(
            endpoint
                == Endpoint(
                    id: subject.id, identity: subject.identity, clusterName: "default", namespace: "shop",
                    podName: "frontend-abc12-x1",
                    labels: [
                        "k8s:app.kubernetes.io/part-of=web", "k8s:app=frontend",
                        "k8s:io.cilium.k8s.namespace.labels.kubernetes.io/metadata.name=shop",
                        "k8s:io.cilium.k8s.namespace.labels.team=blue", "k8s:io.cilium.k8s.policy.cluster=default",
                        "k8s:io.cilium.k8s.policy.serviceaccount=front", "k8s:io.kubernetes.pod.namespace=shop",
                    ],
                    workloads: [Workload(name: "frontend", kind: "Deployment")]))
        #expect((1...65_535).contains(subject.id))
        #expect(subject.namedPorts == [ContainerPort(name: "http", number: 8080, ipProtocol: .tcp)])
        #expect(subject.addresses == ["10.0.0.5", "fd00::5"])
        #expect(update.identities.contains { $0.identity == subject.identity && $0.labels == endpoint.labels })
        let addresses = update.addresses.filter { $0.identity == subject.identity }
        #expect(addresses.map(\.prefix.description).sorted() == ["10.0.0.5/32", "fd00::5/128"])
    }

    @Test("Pods of one label set share an identity; a pod of another node is known but no subject")
    func identities() throws {
        let text =
            podYAML("a", address: "10.0.0.1") + podYAML("b", address: "10.0.0.2")
            + podYAML("c", labels: "app: db", address: "10.0.0.3")
            + podYAML("far", address: "10.1.0.1", extra: "nodeName: node-b")
        var directory = directory()
        let update = directory.update(manifests(text))
        let identity = { (address: IPAddress) in update.snapshot.name(of: address).identity }
        #expect(identity("10.0.0.1") == identity("10.0.0.2"))
        #expect(identity("10.0.0.1") == identity("10.1.0.1"))
        #expect(identity("10.0.0.1") != identity("10.0.0.3"))
        #expect(update.subjects.map(\.podName) == ["a", "b", "c"])
        #expect(Set(update.subjects.map(\.id)).count == 3)
        #expect(catalog.endpoints[update.snapshot.name(of: "10.1.0.1").endpoint]?.id == 0)
    }

    @Test("Nodes, prefixes of policies and the world are told apart, the longest prefix first")
    func prefixes() throws {
        let text =
            podYAML("a", address: "10.0.0.1") + podYAML("net", address: "192.0.2.7", extra: "hostNetwork: true")
            + "---\n{apiVersion: v1, kind: Node, metadata: {name: node-b},"
            + " status: {addresses: [{type: InternalIP, address: 192.0.2.2}, {type: Hostname, address: node-b}]}}"
        let named = ["10.0.0.0/8", "10.0.0.0/24", "192.0.2.1/32", "2001:db8::/32"].compactMap { IPPrefix($0) }
        var directory = directory()
        let update = directory.update(manifests(text), prefixes: named)
        let entry = { (address: IPAddress) in update.snapshot.name(of: address) }
        let label = { (address: IPAddress) in catalog.endpoints[entry(address).endpoint]?.labels.first }
        #expect(entry("192.0.2.1").identity == Identity.host.rawValue)
        #expect(entry("192.0.2.1").unknown == .reserved)
        #expect(entry("192.0.2.7").identity == Identity.host.rawValue)
        #expect(entry("192.0.2.2").identity == Identity.remoteNode.rawValue)
        #expect(entry("10.0.0.1").unknown == .none)
        #expect(label("10.0.0.2") == "cidr:10.0.0.0/24")
        #expect(label("10.9.0.2") == "cidr:10.0.0.0/8")
        #expect(label("2001:db8::9") == "cidr:2001-db8--0/32")
        #expect(Identity.prefixRange.contains(entry("10.9.0.2").identity))
        #expect(entry("10.9.0.2").unknown == .addressNotInDirectory)
        #expect(entry("8.8.8.8").identity == Identity.world.rawValue)
        #expect(label("8.8.8.8") == "reserved:world")
        #expect(label("2001:db9::1") == "reserved:world")
        #expect(update.snapshot.endpointIndex(forIdentity: 2) == entry("8.8.8.8").endpoint)
        #expect(update.snapshot.endpointIndex(forIdentity: 4000) == 0)
        #expect(update.addresses.first { $0.prefix == IPPrefix("192.0.2.1/32") }?.identity == .host)
        #expect(
            update.identities.first { $0.prefix == IPPrefix("10.0.0.0/8") }?.labels
                == ["cidr:10.0.0.0/8", "reserved:world"])
    }

    @Test("Services are found by address, port and protocol; headless ones have no address")
    func services() throws {
        let text = """
            apiVersion: v1
            kind: Service
            metadata: {name: web, namespace: shop}
            spec:
              clusterIP: 10.96.0.1
              clusterIPs: [10.96.0.1, "fd00:1::1"]
              ports: [{port: 80}, {port: 53, protocol: UDP}]
            ---
            apiVersion: v1
            kind: Service
            metadata: {name: headless}
            spec: {clusterIP: None, ports: [{port: 80}]}
            """
        var directory = directory()
        let update = directory.update(manifests(text))
        let index = update.snapshot.service(address: "10.96.0.1", port: 80, ipProtocol: .tcp)
        #expect(catalog.services[index] == ServiceReference(name: "web", namespace: "shop"))
        #expect(update.snapshot.service(address: "fd00:1::1", port: 53, ipProtocol: .udp) == index)
        #expect(update.snapshot.service(address: "10.96.0.1", port: 80, ipProtocol: .udp) == 0)
        #expect(update.snapshot.service(address: "10.96.0.1", port: 81, ipProtocol: .tcp) == 0)
        #expect(update.services.count == 2)
        #expect(update.problems.isEmpty)
    }

    @Test("Pods without an address or that have ended hold none; other kinds are counted")
    func ended() throws {
        let text =
            podYAML("done", address: "10.0.0.1").replacing("status: {", with: "status: {phase: Succeeded, ")
            + "---\n{apiVersion: v1, kind: Pod, metadata: {name: pending}}"
            + "\n---\n{apiVersion: apps/v1, kind: Deployment, metadata: {name: d}}"
        var directory = directory()
        let update = directory.update(manifests(text))
        #expect(update.subjects.isEmpty)
        #expect(update.snapshot.name(of: "10.0.0.1").identity == Identity.world.rawValue)
        #expect(update.otherKinds == ["Deployment": 1])
        #expect(update.problems.isEmpty)
    }

    @Test("A bad pod is told and left out; an address that is claimed twice belongs to the first")
    func problems() throws {
        let text =
            podYAML("a", address: "10.0.0.1") + podYAML("b", address: "10.0.0.1")
            + podYAML("c", address: "10.0.0") + podYAML("a", address: "10.0.0.4")
        var directory = directory()
        let update = directory.update(manifests(text))
        #expect(update.subjects.map(\.podName) == ["a", "b"])
        #expect(
            Set(update.problems.map(\.description)) == [
                "test.yaml:8:1: Pod shop/b: address 10.0.0.1 belongs to pod shop/a already",
                "test.yaml:18:17: Pod shop/c: status.podIP: must be an IPv4 or IPv6 address, not \"10.0.0\"",
                "test.yaml:20:1: Pod shop/a: is given a second time; the one at test.yaml:2 counts",
            ])
        #expect(catalog.endpoints[update.snapshot.name(of: "10.0.0.1").endpoint]?.podName == "a")
    }

    @Test("A pod's labels are filtered, and it cannot claim another namespace's labels")
    func labelFilter() throws {
        let labels = [
            "app: web", "controller-uid: x", "io.kubernetes.pod.namespace: kube-system", "k8s.io/x: y",
            "io.cilium.k8s.namespace.labels.team: red", "node.beta.kubernetes.io/x: y",
            "topology.kubernetes.io/zone: z",
            "statefulset.kubernetes.io/pod-name: web-0",
        ].joined(separator: ", ")
        var directory = directory()
        let update = directory.update(manifests(podYAML("a", labels: labels, address: "10.0.0.1")))
        #expect(
            update.subjects.first?.labels == [
                "k8s:app=web", "k8s:io.cilium.k8s.namespace.labels.kubernetes.io/metadata.name=shop",
                "k8s:io.cilium.k8s.policy.cluster=default", "k8s:io.cilium.k8s.policy.serviceaccount=default",
                "k8s:io.kubernetes.pod.namespace=shop",
            ])
    }

    @Test("A publisher's generation rises with each snapshot")
    func publisher() throws {
        let publisher = DirectoryPublisher()
        #expect(publisher.generation == 0)
        #expect(publisher.current().name(of: "10.0.0.1").endpoint == 0)
        var directory = directory()
        let snapshot = directory.update(manifests("")).snapshot
        publisher.publish(snapshot)
        #expect(publisher.generation == 1)
        #expect(publisher.current() === snapshot)
    }
}
