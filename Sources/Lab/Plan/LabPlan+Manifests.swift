internal import FlowModel
package import Manifests

extension LabPlan {
    /// Takes Pods as they are and expands Deployments, as their controllers would; other kinds have no place in a
    /// laboratory. Addresses that manifests name are not used: the laboratory assigns its own.
    ///
    /// - Throws: at the first object that cannot be built.
    package static func from(_ documents: [ManifestDocument]) throws(ManifestProblem) -> LabPlan {
        var plan = LabPlan(pods: [])
        var names: Set<[String]> = []
        for document in documents {
            for pod in try pods(of: document) {
                guard names.insert([pod.namespace, pod.name]).inserted else {
                    throw document.problem("there is a pod of this name already")
                }
                guard plan.pods.count < maximumPodCount else {
                    throw document.problem("a laboratory has at most \(maximumPodCount) pods")
                }
                plan.append(pod)
            }
        }
        return plan
    }

    private mutating func append(_ pod: Pod) {
        var pod = pod
        (pod.ipv4, pod.ipv6) = Self.addresses(forPodAt: pods.count)
        pods.append(pod)
    }

    private static func pods(of document: ManifestDocument) throws(ManifestProblem) -> [Pod] {
        do throws(FieldProblem) {
            switch document.kind {
            case "Pod": return [try PodTemplate(document.node, in: document).pod(named: document.name, owner: nil)]
            case "Deployment": return try deploymentPods(document)
            default: return []
            }
        } catch {
            throw document.problem(error)
        }
    }

    private static func deploymentPods(_ document: ManifestDocument) throws(FieldProblem) -> [Pod] {
        guard let spec = try document.node.field("spec"), let node = try spec.field("template") else {
            throw document.node.problem("spec.template is required")
        }
        var template = try PodTemplate(node, in: document)
        let replicas = try spec.field("replicas")?.integer(in: 0...maximumPodCount) ?? 1
        let labels = template.labels.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
        let hash = GeneratedName.suffix(10, of: [template.namespace, document.name] + labels)
        let replicaSet = "\(document.name)-\(hash)"
        template.labels["pod-template-hash"] = hash
        return (0..<replicas).map { index in
            let suffix = GeneratedName.suffix(5, of: [template.namespace, replicaSet, "\(index)"])
            return template.pod(named: "\(replicaSet)-\(suffix)", owner: Owner(kind: "ReplicaSet", name: replicaSet))
        }
    }
}

/// What a Pod, and the template of a Deployment, say of a pod.
private struct PodTemplate {
    var labels: [String: String]
    let namespace: String
    private let serviceAccount: String
    private var ports: [LabPlan.ContainerPort] = []

    init(_ node: ManifestNode, in document: ManifestDocument) throws(FieldProblem) {
        guard !document.name.isEmpty else { throw document.node.problem("metadata.name is required") }
        namespace = document.namespace ?? "default"
        labels = try node.field("metadata")?.field("labels")?.textMap() ?? [:]
        let spec = try node.field("spec")
        serviceAccount = try spec?.field("serviceAccountName")?.text() ?? "default"
        if let hostNetwork = try spec?.field("hostNetwork"), try hostNetwork.bool() {
            throw hostNetwork.problem("pods of a laboratory have networks of their own: true is not possible")
        }
        for container in try spec?.field("containers")?.list() ?? [] {
            for port in try container.field("ports")?.list() ?? [] { ports.append(try Self.port(port)) }
        }
    }

    func pod(named name: String, owner: LabPlan.Owner?) -> LabPlan.Pod {
        LabPlan.Pod(
            name: name, namespace: namespace, labels: labels, serviceAccount: serviceAccount, ports: ports,
            owner: owner,
            ipv4: .unspecified, ipv6: .unspecified)
    }

    private static func port(_ node: ManifestNode) throws(FieldProblem) -> LabPlan.ContainerPort {
        guard let number = try node.field("containerPort")?.integer(in: 1...65_535) else {
            throw node.problem("containerPort is required")
        }
        let protocolNode = try node.field("protocol")
        let ipProtocol: IPProtocol
        switch try protocolNode?.text() ?? "TCP" {
        case "TCP": ipProtocol = .tcp
        case "UDP": ipProtocol = .udp
        case "SCTP": ipProtocol = .sctp
        case let other: throw (protocolNode ?? node).problem("must be TCP, UDP or SCTP, not \"\(other)\"")
        }
        let name = try node.field("name")?.text() ?? ""
        return LabPlan.ContainerPort(name: name, number: UInt16(number), ipProtocol: ipProtocol)
    }
}
