import FlowModel
import Manifests

/// Reads `toPorts` and `icmps` of Cilium's rules.
enum CiliumPortParser {
    private static let listLimit = 40
    private static let applicationFields = [
        "rules", "listener", "terminatingTLS", "originatingTLS", "serverNames",
    ]

    static func portRule(
        _ node: ManifestNode, of list: RuleList, _ remarks: inout [FieldProblem]
    ) throws(FieldProblem) -> [PortMatch] {
        try node.allowOnly(["ports"] + applicationFields)
        for name in applicationFields {
            guard let field = try node.field(name) else { continue }
            if case .list(let items) = field.value, items.isEmpty { continue }
            guard !list.isDeny else {
                throw field.problem("\(name) cannot be given in \(list.name): only whole ports can be denied")
            }
            if name == "rules" { try checkApplicationRules(field, of: list, ports: try node.field("ports")) }
            remarks.append(
                field.problem(
                    "\(name): what is above layer 4 needs a proxy, which there is not: the ports are enforced, all that "
                        + "goes to them passes"))
        }
        let ports = try node.field("ports")
        var matches: [PortMatch] = []
        for item in try ports?.list().limited(to: listLimit, in: node) ?? [] { matches += try port(item) }
        return matches
    }

    private static let applicationKinds = ["http", "kafka", "dns", "l7proto", "l7"]

    private static func checkApplicationRules(
        _ rules: ManifestNode, of list: RuleList, ports: ManifestNode?
    ) throws(FieldProblem) {
        try rules.allowOnly(applicationKinds)
        let kinds = try rules.members().map(\.key).filter { $0 != "l7" }
        guard kinds.count < 2 else {
            throw rules.problem("has \(kinds.joined(separator: " and ")): one kind of rules is accepted")
        }
        if let dns = try rules.field("dns"), list.direction != .egress {
            throw dns.problem("rules for DNS are accepted in egress only")
        }
        guard let http = try rules.field("http") else { return }
        for port in try ports?.list() ?? [] {
            let ipProtocol = try port.field("protocol")?.text() ?? "ANY"
            guard ["TCP", "ANY", ""].contains(ipProtocol), try port.field("port")?.text() != "0" else {
                throw http.problem("rules for HTTP are accepted with ports of TCP other than 0 only")
            }
        }
    }

    private static func port(_ node: ManifestNode) throws(FieldProblem) -> [PortMatch] {
        try node.allowOnly(["port", "endPort", "protocol"])
        guard let port = try node.field("port") else { throw node.problem("port is required; \"0\" means every port") }
        let ports = try ports(port, endPort: try node.field("endPort"))
        let protocols = try protocols(try node.field("protocol"))
        return protocols.map { PortMatch(ipProtocol: $0, ports: ports) }
    }

    private static func ports(_ port: ManifestNode, endPort: ManifestNode?) throws(FieldProblem) -> PortMatch.Ports {
        let text = try port.text()
        guard text.utf8.contains(where: { !(48...57).contains($0) }) || text.isEmpty else {
            let first = UInt16(try port.integer(in: 0...65_535))
            let last = UInt16(try endPort?.integer(in: 0...65_535) ?? 0)
            return first == 0 ? .all : .range(first...max(first, last))
        }
        guard let name = portName(text) else {
            throw port.problem("must be a port from 0 to 65535 or a port's name, not \"\(text)\"")
        }
        return .named(name)
    }

    /// IANA's form of a service name: up to 15 letters, digits and single dashes, with a letter among them.
    private static func portName(_ text: String) -> String? {
        let bytes = Array(text.lowercased().utf8)
        let isLetter = { (byte: UInt8) in (97...122).contains(byte) }
        let dash = UInt8(ascii: "-")
        guard (1...15).contains(bytes.count), bytes.contains(where: isLetter), bytes.first != dash, bytes.last != dash,
            bytes.allSatisfy({ isLetter($0) || (48...57).contains($0) || $0 == dash }),
            !zip(bytes, bytes.dropFirst()).contains(where: { $0 == dash && $1 == dash })
        else { return nil }
        return text.lowercased()
    }

    private static func protocols(_ node: ManifestNode?) throws(FieldProblem) -> [IPProtocol] {
        guard let node else { return [.tcp, .udp, .sctp] }
        switch try node.text() {
        case "ANY", "": return [.tcp, .udp, .sctp]
        case "TCP": return [.tcp]
        case "UDP": return [.udp]
        case "SCTP": return [.sctp]
        case "ICMP", "ICMPv6": throw node.problem("ICMP has no ports: use icmps")
        case let other: throw node.problem("must be TCP, UDP, SCTP or ANY, not \"\(other)\"")
        }
    }

    static func icmpRule(_ node: ManifestNode) throws(FieldProblem) -> [PortMatch] {
        try node.allowOnly(["fields"])
        var matches: [PortMatch] = []
        for field in try node.field("fields")?.list().limited(to: listLimit, in: node) ?? [] {
            try field.allowOnly(["family", "type"])
            guard let type = try field.field("type") else { throw field.problem("type is required") }
            let family = try field.field("family")?.text() ?? "IPv4"
            guard ["IPv4", "IPv6"].contains(family) else {
                throw field.problem("family must be IPv4 or IPv6, not \"\(family)\"")
            }
            let number = UInt16(try icmpType(type, isIPv6: family == "IPv6"))
            matches.append(PortMatch(ipProtocol: family == "IPv6" ? .icmpv6 : .icmp, ports: .range(number...number)))
        }
        return matches
    }

    private static func icmpType(_ node: ManifestNode, isIPv6: Bool) throws(FieldProblem) -> UInt8 {
        let text = try node.text()
        let names = isIPv6 ? ICMPTypes.ipv6 : ICMPTypes.ipv4
        if let number = names[text] ?? UInt8(text) { return number }
        throw node.problem(
            "must be a number from 0 to 255 or one of \(names.keys.sorted().joined(separator: ", ")), not \"\(text)\"")
    }
}

extension [ManifestNode] {
    fileprivate func limited(to limit: Int, in node: ManifestNode) throws(FieldProblem) -> [ManifestNode] {
        guard count <= limit else { throw node.problem("has \(count) entries; at most \(limit) are accepted") }
        return self
    }
}
