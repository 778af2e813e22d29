import FlowModel
import Manifests

/// Reads NetworkPolicy of networking.k8s.io/v1. It can allow only; what it selects is default-deny.
struct KubernetesPolicyParser {
    let origin: PolicyOrigin
    let clusterName: String

    func spec(_ root: ManifestNode) throws(FieldProblem) -> PolicySpec {
        try root.allowOnly(["apiVersion", "kind", "metadata", "spec", "status"])
        guard let node = try root.field("spec") else { throw root.problem("spec is required") }
        try node.allowOnly(["podSelector", "policyTypes", "ingress", "egress"])
        guard let pods = try node.field("podSelector") else {
            throw node.problem("podSelector is required; {} means every pod of the namespace")
        }
        let types = try policyTypes(node)
        let subjects = try LabelSelector(pods, keySource: "k8s").adding(.namespace(origin.namespace))
        var ingress = DirectionRules(rules: try rules(.ingress, of: node))
        var egress = DirectionRules(rules: try rules(.egress, of: node))
        // A direction without entries allows nothing: a rule for nobody says so.
        if ingress.rules.isEmpty, types.contains("Ingress") || !types.contains("Egress") {
            ingress.rules = [closing(.ingress)]
        }
        if egress.rules.isEmpty, types.contains("Egress") { egress.rules = [closing(.egress)] }
        return PolicySpec(subjects: subjects, ingress: ingress, egress: egress)
    }

    private func policyTypes(_ spec: ManifestNode) throws(FieldProblem) -> [String] {
        var types: [String] = []
        for node in try spec.field("policyTypes")?.list() ?? [] {
            let type = try node.text()
            guard ["Ingress", "Egress"].contains(type) else {
                throw node.problem("must be Ingress or Egress, not \"\(type)\"")
            }
            types.append(type)
        }
        return types
    }

    private func closing(_ direction: TrafficDirection) -> PolicyRule {
        let reference = origin.rule(direction, isDeny: false, index: 0, labels: [])
        return PolicyRule(peers: .nobody, traffic: .everything, reference: reference)
    }

    private func rules(_ direction: TrafficDirection, of spec: ManifestNode) throws(FieldProblem) -> [PolicyRule] {
        let (list, peersField) = direction == .egress ? ("egress", "to") : ("ingress", "from")
        var rules: [PolicyRule] = []
        for entry in try spec.field(list)?.list() ?? [] {
            try entry.allowOnly([peersField, "ports"])
            let reference = origin.rule(direction, isDeny: false, index: rules.count, labels: [])
            rules.append(
                PolicyRule(
                    peers: try peers(try entry.field(peersField)), traffic: try traffic(try entry.field("ports")),
                    reference: reference))
        }
        return rules
    }

    private func peers(_ node: ManifestNode?) throws(FieldProblem) -> PeerSelection {
        let items = try node?.list() ?? []
        guard !items.isEmpty else { return .everyone }
        var selection = PeerSelection()
        for item in items { selection.add(try peer(item)) }
        return selection
    }

    private func peer(_ item: ManifestNode) throws(FieldProblem) -> PeerSelection {
        try item.allowOnly(["podSelector", "namespaceSelector", "ipBlock"])
        if let block = try item.field("ipBlock") {
            try block.allowOnly(["cidr", "except"])
            guard let cidr = try block.field("cidr") else { throw block.problem("cidr is required") }
            let prefix = try cidr.prefix()
            let exceptions = try block.field("except").exceptions(from: prefix)
            return PeerSelection(prefixes: [PrefixPeers(prefix, except: exceptions)])
        }
        let pods = try item.field("podSelector")
        let namespaces = try item.field("namespaceSelector")
        guard pods != nil || namespaces != nil else {
            throw item.problem("one of podSelector, namespaceSelector and ipBlock is required")
        }
        return PeerSelection(selectors: [try selector(pods: pods, namespaces: namespaces)])
    }

    private func selector(pods: ManifestNode?, namespaces: ManifestNode?) throws(FieldProblem) -> LabelSelector {
        var selector = LabelSelector()
        if let pods { selector = try LabelSelector(pods, keySource: "k8s") }
        if !selector.names(kubernetesKey: LabelRequirement.clusterKey) {
            selector = selector.adding(.cluster(clusterName))
        }
        guard let namespaces else { return selector.adding(.namespace(origin.namespace)) }
        let chosen = try LabelSelector(
            namespaces, keySource: "k8s", keyPrefix: LabelRequirement.namespaceLabelPrefix)
        let requirements = chosen.requirements.isEmpty ? [.anyNamespace] : chosen.requirements
        return LabelSelector(requirements: selector.requirements + requirements)
    }

    private func traffic(_ node: ManifestNode?) throws(FieldProblem) -> TrafficSelection {
        let items = try node?.list() ?? []
        guard !items.isEmpty else { return .everything }
        var matches: [PortMatch] = []
        for item in items { matches.append(try port(item)) }
        return .only(matches)
    }

    private func port(_ item: ManifestNode) throws(FieldProblem) -> PortMatch {
        try item.allowOnly(["port", "endPort", "protocol"])
        let ipProtocol = try ipProtocol(try item.field("protocol"))
        guard let port = try item.field("port") else { return PortMatch(ipProtocol: ipProtocol, ports: .all) }
        if case .text(let name, _) = port.value, name.utf8.contains(where: { !(48...57).contains($0) }) {
            return PortMatch(ipProtocol: ipProtocol, ports: .named(name))
        }
        let first = UInt16(try port.integer(in: 1...65_535))
        guard let endPort = try item.field("endPort") else {
            return PortMatch(ipProtocol: ipProtocol, ports: .range(first...first))
        }
        let last = UInt16(try endPort.integer(in: Int(first)...65_535))
        return PortMatch(ipProtocol: ipProtocol, ports: .range(first...last))
    }

    private func ipProtocol(_ node: ManifestNode?) throws(FieldProblem) -> IPProtocol {
        guard let node else { return .tcp }
        switch try node.text() {
        case "TCP": return .tcp
        case "UDP": return .udp
        case "SCTP": return .sctp
        case let other: throw node.problem("must be TCP, UDP or SCTP, not \"\(other)\"")
        }
    }
}
