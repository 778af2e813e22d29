internal import FlowModel
package import Manifests

extension LabPlan {
    /// The node and its pods as a cluster would describe them: addresses in `status`, replica sets in
    /// `ownerReferences`.
    package func podManifestsYAML() -> String {
        ([Self.nodeYAML] + pods.map(Self.yaml)).joined(separator: "---\n")
    }

    /// What the rest of Apus reads: the objects that the plan was made from, with the laboratory's node and pods in
    /// place of the Nodes and Pods among them.
    package func replacingPods(in manifests: ManifestSet) -> ManifestSet {
        var others = manifests
        others.documents.removeAll { $0.kind == "Pod" || $0.kind == "Node" }
        return others + ManifestSet.parse(podManifestsYAML(), file: "laboratory")
    }

    private static var nodeYAML: String {
        """
        apiVersion: v1
        kind: Node
        metadata:
          name: \(quoted(nodeName))
        status:
          addresses:

        """ + nodeAddresses.map { "  - {type: InternalIP, address: \(quoted("\($0)"))}\n" }.joined()
    }

    private static func yaml(_ pod: Pod) -> String {
        metadata(pod) + spec(pod) + """
            status:
              phase: Running
              podIP: \(quoted("\(pod.ipv4)"))
              podIPs:
              - ip: \(quoted("\(pod.ipv4)"))
              - ip: \(quoted("\(pod.ipv6)"))

            """
    }

    private static func metadata(_ pod: Pod) -> String {
        var text = """
            apiVersion: v1
            kind: Pod
            metadata:
              name: \(quoted(pod.name))
              namespace: \(quoted(pod.namespace))

            """
        if let owner = pod.owner {
            text += """
                  generateName: \(quoted(owner.name + "-"))
                  ownerReferences:
                  - {apiVersion: apps/v1, kind: \(owner.kind), name: \(quoted(owner.name)), controller: true}

                """
        }
        guard !pod.labels.isEmpty else { return text }
        let labels = pod.labels.sorted { $0.key < $1.key }
        return text + "  labels:\n" + labels.map { "    \(quoted($0)): \(quoted($1))\n" }.joined()
    }

    private static func spec(_ pod: Pod) -> String {
        let text = """
            spec:
              nodeName: \(quoted(nodeName))
              serviceAccountName: \(quoted(pod.serviceAccount))
              containers:
              - name: main

            """
        return pod.ports.isEmpty ? text : text + "    ports:\n" + pod.ports.map(port).joined()
    }

    private static func port(_ port: ContainerPort) -> String {
        let name = port.name.isEmpty ? "" : ", name: \(quoted(port.name))"
        return "    - {containerPort: \(port.number), protocol: \(port.ipProtocol.layer4Name ?? "TCP")\(name)}\n"
    }

    /// A double-quoted YAML text.
    private static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\": result += "\\\(scalar)"
            case _ where scalar.value < 32 || scalar.value == 127:
                let digits = String(scalar.value, radix: 16)
                result += "\\x" + (digits.count == 1 ? "0" : "") + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}
