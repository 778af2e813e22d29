import FlowModel
import Manifests

/// Reads one entry of `ingress`, `ingressDeny`, `egress` or `egressDeny`.
struct CiliumRuleParser {
    let list: RuleList
    let scope: PeerScope

    private var peerFields: [String] { ["Endpoints", "CIDR", "CIDRSet", "Entities"].map { list.peerPrefix + $0 } }

    /// Known to Cilium, not to Apus; an empty list of them means nothing and passes.
    private var unsupportedFields: [String] {
        ["Nodes", "Groups", "Requires"].map { list.peerPrefix + $0 }
            + (list.direction == .egress ? ["toServices", "toFQDNs"] : [])
    }

    func parse(_ entry: ManifestNode) throws(FieldProblem) -> (PeerSelection, TrafficSelection) {
        try entry.allowOnly(
            peerFields + unsupportedFields + ["toPorts", "icmps"] + (list.isDeny ? [] : ["authentication"]))
        try refuse(unsupportedFields, of: entry)
        try checkAuthentication(entry)
        let traffic = try traffic(entry)
        return (try peers(entry, hasTraffic: traffic != .everything), traffic)
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

    private func peers(_ entry: ManifestNode, hasTraffic: Bool) throws(FieldProblem) -> PeerSelection {
        var selection = PeerSelection()
        var given: String?
        var isAbsent = true
        for name in peerFields {
            guard let field = try entry.field(name) else { continue }
            isAbsent = false
            for item in try field.list() {
                if let given, given != name {
                    throw field.problem("cannot be given beside \(given): one kind of peers in an entry is accepted")
                }
                given = name
                selection.add(try peer(item, of: name))
            }
        }
        // No peers at all mean everyone, but an entry without anything allows nothing.
        return isAbsent && hasTraffic ? .everyone : selection
    }

    private func peer(_ item: ManifestNode, of field: String) throws(FieldProblem) -> PeerSelection {
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

    private func traffic(_ entry: ManifestNode) throws(FieldProblem) -> TrafficSelection {
        let ports = try entry.field("toPorts")?.list() ?? []
        let icmps = try entry.field("icmps")?.list() ?? []
        if !ports.isEmpty, let field = icmps.first {
            throw field.problem("icmps cannot be given beside toPorts: use an entry for each")
        }
        guard !(ports.isEmpty && icmps.isEmpty) else { return .everything }
        var matches: [PortMatch] = []
        for rule in ports { matches += try CiliumPortParser.portRule(rule) }
        for rule in icmps { matches += try CiliumPortParser.icmpRule(rule) }
        return .only(matches)
    }
}
