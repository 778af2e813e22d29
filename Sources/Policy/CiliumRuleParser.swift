import FlowModel
import Manifests

/// Reads one entry of `ingress`, `ingressDeny`, `egress` or `egressDeny`.
struct CiliumRuleParser {
    let list: RuleList
    let scope: PeerScope
    let context: PolicyContext

    private var peerFields: [String] {
        ["Endpoints", "CIDR", "CIDRSet", "Entities"].map { list.peerPrefix + $0 }
            + (list.direction == .egress ? ["toServices"] + (list.isDeny ? [] : ["toFQDNs"]) : [])
    }

    /// Where they are empty, they are as good as absent; the other lists mean nobody then.
    private static let absentIfEmpty = ["toServices", "toFQDNs"]

    /// Known to Cilium, not to Apus; an empty list of them means nothing and passes.
    private var unsupportedFields: [String] {
        ["Nodes", "Groups", "Requires"].map { list.peerPrefix + $0 }
    }

    func parse(
        _ entry: ManifestNode, _ remarks: inout [FieldProblem]
    ) throws(FieldProblem) -> (PeerSelection, TrafficSelection) {
        try entry.allowOnly(
            peerFields + unsupportedFields + ["toPorts", "icmps"] + (list.isDeny ? [] : ["authentication"]))
        try refuse(unsupportedFields, of: entry)
        try checkAuthentication(entry)
        let traffic = try traffic(entry, &remarks)
        return (try peers(entry, hasTraffic: traffic != .everything, &remarks), traffic)
    }

    private func refuse(_ names: [String], of node: ManifestNode) throws(FieldProblem) {
        for name in names {
            guard let field = try node.field(name) else { continue }
            if case .list(let items) = field.value, items.isEmpty, !name.hasSuffix("Nodes") { continue }
            throw field.problem("\(name) is not supported: the policy is refused as a whole")
        }
    }

    private func checkAuthentication(_ entry: ManifestNode) throws(FieldProblem) {
        guard let authentication = try entry.field("authentication") else { return }
        try authentication.allowOnly(["mode"])
        guard let mode = try authentication.field("mode") else { throw authentication.problem("mode is required") }
        guard try mode.text() == "disabled" else {
            throw mode.problem("authentication is not supported; only \"disabled\" is accepted")
        }
    }

    // MARK: Peers

    private func peers(
        _ entry: ManifestNode, hasTraffic: Bool, _ remarks: inout [FieldProblem]
    ) throws(FieldProblem) -> PeerSelection {
        var selection = PeerSelection()
        var given: String?
        var isAbsent = true
        for name in peerFields {
            guard let field = try entry.field(name) else { continue }
            let items = try field.list()
            if items.isEmpty && Self.absentIfEmpty.contains(name) { continue }
            isAbsent = false
            for item in items {
                if let given, given != name {
                    throw field.problem("cannot be given beside \(given): one kind of peers in an entry is accepted")
                }
                given = name
                selection.add(try peer(item, of: name, &remarks))
            }
        }
        // No peers at all mean everyone, but an entry without anything allows nothing.
        return isAbsent && hasTraffic ? .everyone : selection
    }

    private func peer(
        _ item: ManifestNode, of field: String, _ remarks: inout [FieldProblem]
    ) throws(FieldProblem) -> PeerSelection {
        if field == "toServices" { return try service(item, &remarks) }
        if field == "toFQDNs" { return try domain(item, &remarks) }
        if field.hasSuffix("Endpoints") {
            let selector = try LabelSelector(item, keySource: nil)
            return PeerSelection(selectors: [scope.narrow(selector)])
        }
        if field.hasSuffix("CIDR") { return PeerSelection(prefixes: [PrefixPeers(try item.prefix())]) }
        if field.hasSuffix("CIDRSet") { return PeerSelection(prefixes: [try prefixSet(item)]) }
        let name = try item.text()
        guard let selection = PeerSelection(entity: name, clusterName: scope.clusterName) else {
            throw item.problem(
                "unknown entity \"\(name)\"; accepted are \(PeerSelection.entityNames.joined(separator: ", "))")
        }
        return selection
    }

    /// The addresses that are known by the name now.
    private func domain(_ item: ManifestNode, _ remarks: inout [FieldProblem]) throws(FieldProblem) -> PeerSelection {
        let selector = try DomainSelector(item)
        let addresses = context.addressNames.filter { $0.value.contains(where: selector.matches) }.keys.sorted()
        if addresses.isEmpty {
            remarks.append(item.problem("no address is known by such a name yet: until one is, this means nobody"))
        }
        return PeerSelection(prefixes: addresses.map { PrefixPeers(.host($0)) })
    }

    private func service(_ item: ManifestNode, _ remarks: inout [FieldProblem]) throws(FieldProblem) -> PeerSelection {
        try item.allowOnly(["k8sService", "k8sServiceSelector"])
        let (named, chosen) = (try item.field("k8sService"), try item.field("k8sServiceSelector"))
        guard (named == nil) != (chosen == nil), let node = named ?? chosen else {
            throw item.problem("one of k8sService and k8sServiceSelector is required")
        }
        try node.allowOnly([named == nil ? "selector" : "serviceName", "namespace"])
        let namespace = try node.field("namespace")?.text() ?? ""
        var services = context.services.filter { namespace.isEmpty || $0.namespace == namespace }
        if named != nil {
            guard let name = try node.field("serviceName")?.text() else {
                throw node.problem("serviceName is required")
            }
            services = services.filter { $0.name == name }
        } else {
            guard let field = try node.field("selector") else { throw node.problem("selector is required") }
            let selector = try LabelSelector(field, keySource: "k8s")
            services = services.filter { service in
                selector.matches(LabelSet(service.labels.map { "k8s:\($0.key)=\($0.value)" }))
            }
        }
        if services.isEmpty { remarks.append(item.problem("there is no such service: this means nobody")) }
        var selection = PeerSelection()
        for service in services { selection.add(service.peers(clusterName: context.clusterName)) }
        return selection
    }

    private func prefixSet(_ item: ManifestNode) throws(FieldProblem) -> PrefixPeers {
        try item.allowOnly(["cidr", "cidrGroupRef", "cidrGroupSelector", "except"])
        for name in ["cidrGroupRef", "cidrGroupSelector"] {
            guard let group = try item.field(name) else { continue }
            throw group.problem("\(name) is not supported; cidr is")
        }
        guard let cidr = try item.field("cidr") else { throw item.problem("cidr is required") }
        let prefix = try cidr.prefix()
        return PrefixPeers(prefix, except: try item.field("except").exceptions(from: prefix))
    }

    // MARK: Traffic

    private func traffic(
        _ entry: ManifestNode, _ remarks: inout [FieldProblem]
    ) throws(FieldProblem) -> TrafficSelection {
        let ports = try entry.field("toPorts")?.list() ?? []
        let icmps = try entry.field("icmps")?.list() ?? []
        if !ports.isEmpty, let field = icmps.first {
            throw field.problem("icmps cannot be given beside toPorts: use an entry for each")
        }
        guard !(ports.isEmpty && icmps.isEmpty) else { return .everything }
        var matches: [PortMatch] = []
        for rule in ports { matches += try CiliumPortParser.portRule(rule, of: list, &remarks) }
        for rule in icmps { matches += try CiliumPortParser.icmpRule(rule) }
        return .only(matches)
    }
}
