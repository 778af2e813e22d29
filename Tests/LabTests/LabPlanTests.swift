import FlowModel
import Lab
import Manifests
import Testing

@Suite struct LabPlanTests {
    private func plan(_ yaml: String) throws -> LabPlan {
        let manifests = ManifestSet.parse(yaml, file: "test.yaml")
        #expect(manifests.problems.isEmpty)
        return try LabPlan.from(manifests.documents)
    }

    private static let deployment = """
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: web, namespace: shop}
        spec:
          replicas: 3
          template:
            metadata:
              labels: {app: web}
            spec:
              serviceAccountName: seller
              containers:
              - ports: [{name: http, containerPort: 8080}, {containerPort: 53, protocol: UDP}]
        """

    @Test("A deployment becomes as many pods as it has replicas, named and owned as its controllers would do it")
    func expandsDeployments() throws {
        let plan = try plan(Self.deployment)
        try #require(plan.pods.count == 3)
        let first = plan.pods[0]
        let hash = try #require(first.labels["pod-template-hash"])
        #expect(hash.count == 10)
        #expect(first.owner == LabPlan.Owner(kind: "ReplicaSet", name: "web-\(hash)"))
        #expect(first.name.hasPrefix("web-\(hash)-") && first.name.count == "web-".count + 10 + 1 + 5)
        #expect(Set(plan.pods.map(\.name)).count == 3)
        #expect(first.labels["app"] == "web" && first.namespace == "shop" && first.serviceAccount == "seller")
        #expect(first.ports.map(\.number) == [8080, 53] && first.ports.map(\.ipProtocol) == [.tcp, .udp])
    }

    @Test("Equal manifests give equal plans, and another template gives other names")
    func isDeterministic() throws {
        let other = Self.deployment.replacing("app: web", with: "app: shop")
        #expect(try plan(Self.deployment) == plan(Self.deployment))
        #expect(try plan(Self.deployment).pods[0].name == "web-xmdbr2v4m7-wm6ms")
        #expect(try plan(Self.deployment).pods[0].name != plan(other).pods[0].name)
    }

    @Test("Pods get addresses of both families in their order, also beyond 256 of them")
    func assignsAddresses() throws {
        let pods = try plan(Self.deployment.replacing("replicas: 3", with: "replicas: 300")).pods
        #expect(pods[0].ipv4 == IPAddress("10.0.0.10") && pods[0].ipv6 == IPAddress("fd00:a905::a"))
        #expect(pods[299].ipv4 == IPAddress("10.0.1.53") && pods[299].ipv6 == IPAddress("fd00:a905::135"))
        #expect(Set(pods.map(\.ipv4)).count == 300)
    }

    @Test("The demo has two frontends, two backends, a secret pod and an outsider")
    func demo() throws {
        let pods = try plan(DemoManifests.yaml).pods
        #expect(
            pods.map { $0.labels["app"] ?? $0.name } == [
                "frontend", "frontend", "backend", "backend", "secret-pods", "outsider",
            ])
        #expect(pods.last?.owner == nil)
    }

    @Test("The pods' manifests say what a cluster would: read again they give the same pods")
    func writesManifests() throws {
        let original = try plan(DemoManifests.yaml)
        let manifests = ManifestSet.parse(original.podManifestsYAML(), file: "pods.yaml")
        #expect(manifests.problems.isEmpty)
        #expect(manifests.documents.map(\.kind) == ["Node"] + Array(repeating: "Pod", count: 6))
        let again = try LabPlan.from(manifests.documents)
        #expect(again.pods.map(\.name) == original.pods.map(\.name))
        #expect(again.pods.map(\.labels) == original.pods.map(\.labels))
        #expect(again.pods.map(\.ports) == original.pods.map(\.ports))
        let pod = try #require(manifests.documents.dropFirst().first?.node)
        let metadata = try #require(try pod.field("metadata"))
        let owner = try #require(try metadata.field("ownerReferences")?.list().first)
        #expect(try metadata.field("generateName")?.text() == "\(owner.field("name")!.text())-")
        #expect(try owner.field("controller")?.bool() == true)
        let addresses = try #require(try pod.field("status")?.field("podIPs")?.list())
        #expect(try addresses.map { try $0.field("ip")?.text() } == ["10.0.0.10", "fd00:a905::a"])
        #expect(try pod.field("spec")?.field("nodeName")?.text() == LabPlan.nodeName)
    }

    @Test("In what the rest of Apus reads, the laboratory's pods stand in for those that were asked for")
    func replacesPods() throws {
        let manifests = ManifestSet.parse(DemoManifests.yaml, file: "demo.yaml")
        let plan = try LabPlan.from(manifests.documents)
        let merged = plan.replacingPods(in: manifests)
        #expect(merged.problems.isEmpty)
        #expect(merged.documents.filter { $0.kind == "Pod" }.map(\.name) == plan.pods.map(\.name))
        #expect(merged.documents.filter { $0.kind == "CiliumNetworkPolicy" }.count == 2)
        #expect(merged.documents.filter { $0.kind == "Service" }.count == 2)
    }

    @Test("Texts that YAML would take for something else come back as they were")
    func quotes() throws {
        let odd = "apiVersion: v1\nkind: Pod\nmetadata: {name: a, labels: {x: 'true', y: '1', z: 'a\"\\:'}}\n"
        let original = try plan(odd)
        let again = ManifestSet.parse(original.podManifestsYAML(), file: "pods.yaml")
        #expect(try LabPlan.from(again.documents).pods[0].labels == ["x": "true", "y": "1", "z": "a\"\\:"])
    }

    @Test(
        "What cannot be built is refused with its place and what is accepted",
        arguments: [
            ("spec: {hostNetwork: true}", "spec.hostNetwork"),
            (
                "spec: {containers: [{ports: [{containerPort: 70000}]}]}",
                "containerPort: must be a whole number from 1 to 65535"
            ),
            ("spec: {containers: [{ports: [{containerPort: 7, protocol: QUIC}]}]}", "TCP, UDP or SCTP"),
            ("spec: {containers: [{ports: [{name: a}]}]}", "containerPort is required"),
        ])
    func refuses(spec: String, message: String) throws {
        let yaml = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\n\(spec)\n"
        let problem = #expect(throws: ManifestProblem.self) { try plan(yaml) }
        #expect(problem?.description.hasPrefix("test.yaml:4:") == true)
        #expect(problem?.description.contains(message) == true)
    }

    @Test("Two pods of one name, and more pods than a laboratory holds, are refused")
    func refusesTooMuch() {
        let pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\n"
        #expect(throws: ManifestProblem.self) { try plan(pod + "---\n" + pod) }
        #expect(throws: ManifestProblem.self) {
            let big = Self.deployment.replacing("replicas: 3", with: "replicas: 1000")
            return try plan(big + "\n---\n" + pod)
        }
    }
}
