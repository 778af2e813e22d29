import FlowModel
import Manifests

/// Reads CiliumNetworkPolicy and CiliumClusterwideNetworkPolicy. Whatever it does not understand refuses the policy.
struct CiliumPolicyParser {
    let origin: PolicyOrigin
    let context: PolicyContext
    /// Entries of earlier specs of the same policy, by list: indices go on counting.
    private var countsByList: [String: Int] = [:]

    init(origin: PolicyOrigin, context: PolicyContext) {
        self.origin = origin
        self.context = context
    }

    var isClusterwide: Bool { origin.namespace.isEmpty }

    /// - Parameter remarks: gets what is accepted and has no effect, or not all of it.
    mutating func specs(_ root: ManifestNode, _ remarks: inout [FieldProblem]) throws(FieldProblem) -> [PolicySpec] {
        try root.allowOnly(["apiVersion", "kind", "metadata", "spec", "specs", "status"])
        var nodes: [ManifestNode] = []
        if let spec = try root.field("spec") { nodes.append(spec) }
        nodes += try root.field("specs")?.list() ?? []
        guard !nodes.isEmpty else { throw root.problem("has neither spec nor specs; one of the two is required") }
        var specs: [PolicySpec] = []
        for node in nodes {
            let spec = try spec(node, &remarks)
            if let nodes = try node.field("nodeSelector") {
                remarks.append(nodes.problem("rules for nodes are not enforced; those for endpoints are"))
            } else {
                specs.append(spec)
            }
        }
        return specs
    }

    private static let fields = [
        "endpointSelector", "nodeSelector", "ingress", "ingressDeny", "egress", "egressDeny", "enableDefaultDeny",
        "labels", "description", "log",
    ]

    private mutating func spec(
        _ node: ManifestNode, _ remarks: inout [FieldProblem]
    ) throws(FieldProblem) -> PolicySpec {
        try node.allowOnly(Self.fields)
        let subjects = try subjects(node)
        let labels = try Self.userLabels(node)
        let scope = PeerScope(origin: origin, clusterName: context.clusterName, subjects: subjects)
        let defaultDeny = try node.field("enableDefaultDeny")
        try defaultDeny?.allowOnly(["ingress", "egress"])
        func isDefaultDeny(_ direction: String) throws(FieldProblem) -> Bool {
            try defaultDeny?.field(direction)?.bool() ?? true
        }
        var spec = PolicySpec(subjects: subjects, ingress: DirectionRules(), egress: DirectionRules())
        spec.ingress.isDefaultDeny = try isDefaultDeny("ingress")
        spec.egress.isDefaultDeny = try isDefaultDeny("egress")
        if let contradiction = subjects.contradiction {
            remarks.append(node.problem("is about no endpoint: no labels can meet \(contradiction)"))
        }
        var places: [(place: ManifestNode, rule: PolicyRule)] = []
        for list in RuleList.all {
            let rules = try rules(list, of: node, scope: scope, labels: labels, &remarks)
            if list.direction == .egress {
                spec.egress.rules += rules.map(\.rule)
            } else {
                spec.ingress.rules += rules.map(\.rule)
            }
            places += rules
        }
        Self.remarkOverlaps(places, &remarks)
        guard !(spec.ingress.rules.isEmpty && spec.egress.rules.isEmpty) else {
            throw node.problem("has no rule: one of ingress, ingressDeny, egress, egressDeny must have an entry")
        }
        return spec
    }

    private mutating func rules(
        _ list: RuleList, of spec: ManifestNode, scope: PeerScope, labels: [String],
        _ remarks: inout [FieldProblem]
    ) throws(FieldProblem) -> [(place: ManifestNode, rule: PolicyRule)] {
        let parser = CiliumRuleParser(list: list, scope: scope, context: context)
        var rules: [(place: ManifestNode, rule: PolicyRule)] = []
        for entry in try spec.field(list.name)?.list() ?? [] {
            let index = countsByList[list.name, default: 0]
            countsByList[list.name] = index + 1
            let (peers, traffic) = try parser.parse(entry, &remarks)
            let reference = origin.rule(list.direction, isDeny: list.isDeny, index: index, labels: labels)
            rules.append((entry, PolicyRule(peers: peers, traffic: traffic, reference: reference)))
        }
        return rules
    }

    /// What can never let anything through, as the same endpoints are denied all of it.
    private static func remarkOverlaps(
        _ rules: [(place: ManifestNode, rule: PolicyRule)], _ remarks: inout [FieldProblem]
    ) {
        for (place, rule) in rules {
            if let contradiction = rule.peers.selectors.lazy.compactMap(\.contradiction).first {
                remarks.append(
                    place.problem("means no peer by one of its selectors: no labels can meet \(contradiction)"))
            }
            if rule.peers.prefixes.contains(where: \.isEmpty) {
                remarks.append(place.problem("means no peer by one of its prefixes: nothing is left of it"))
            }
            guard !rule.isDeny, rule.peers != .nobody, rule.traffic != .only([]) else { continue }
            let direction = rule.reference.direction
            let denial = rules.first {
                $0.rule.isDeny && $0.rule.reference.direction == direction && $0.rule.covers(rule)
            }
            guard let denial else { continue }
            let list = direction == .egress ? "egressDeny" : "ingressDeny"
            remarks.append(
                place.problem(
                    "can never let anything through: \(list)[\(denial.rule.reference.index)] denies all of it"))
        }
    }

    private func subjects(_ spec: ManifestNode) throws(FieldProblem) -> LabelSelector {
        let endpoints = try spec.field("endpointSelector")
        let nodes = try spec.field("nodeSelector")
        if endpoints != nil, let nodes {
            throw nodes.problem("cannot be given beside endpointSelector: exactly one of the two is accepted")
        }
        if let nodes {
            guard isClusterwide else {
                throw nodes.problem(
                    "is accepted in CiliumClusterwideNetworkPolicy only; endpointSelector is required")
            }
            return try LabelSelector(nodes, keySource: nil)
        }
        guard let endpoints else {
            throw spec.problem("spec has neither endpointSelector nor nodeSelector; one of the two is required")
        }
        let selector = try LabelSelector(endpoints, keySource: nil)
        guard !isClusterwide else { return selector }
        // The policy's own namespace always, whatever the selector says of namespaces.
        let others = selector.requirements.filter {
            !($0.isOfKubernetes && $0.key == LabelRequirement.namespaceKey)
        }
        return LabelSelector(requirements: others).adding(.namespace(origin.namespace))
    }

    /// `key`, `value` and `source`, or `source:key=value`.
    private static func userLabels(_ spec: ManifestNode) throws(FieldProblem) -> [String] {
        var labels: [String] = []
        for node in try spec.field("labels")?.list() ?? [] {
            guard case .map = node.value else {
                labels.append(try node.text())
                continue
            }
            try node.allowOnly(["key", "value", "source"])
            guard let key = try node.field("key")?.text() else { throw node.problem("key is required") }
            let source = try node.field("source")?.text() ?? "unspec"
            let value = try node.field("value")?.text() ?? ""
            labels.append(value.isEmpty ? "\(source):\(key)" : "\(source):\(key)=\(value)")
        }
        return labels
    }
}

/// One of the four lists of a Cilium rule.
struct RuleList {
    let name: String
    let direction: TrafficDirection
    let isDeny: Bool

    static let all = [
        RuleList(name: "ingress", direction: .ingress, isDeny: false),
        RuleList(name: "ingressDeny", direction: .ingress, isDeny: true),
        RuleList(name: "egress", direction: .egress, isDeny: false),
        RuleList(name: "egressDeny", direction: .egress, isDeny: true),
    ]

    /// `from` or `to`, as in `fromEndpoints`.
    var peerPrefix: String { direction == .egress ? "to" : "from" }
}
