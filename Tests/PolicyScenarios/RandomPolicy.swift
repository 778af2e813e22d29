import FlowModel

/// One random policy: as a person would write it, and what it means.
struct RandomPolicy: Sendable {
    enum Kind: Sendable { case cilium, clusterwide, kubernetes }

    let number: Int
    let kind: Kind
    /// Empty for the whole cluster.
    let namespace: String
    let subjects: [RandomRequirement]
    let isDefaultDeny: Bool
    let entries: [RandomEntry]

    init(number: Int, _ random: inout SeededRandom) {
        self.number = number
        kind = random.element([.cilium, .cilium, .clusterwide, .kubernetes])
        namespace = kind == .clusterwide ? "" : random.element(["red", "blue"])
        subjects = (0..<random.number(0...1)).map { _ in RandomRequirement(&random) }
        isDefaultDeny = kind == .kubernetes || random.number(0...3) > 0
        var entries: [RandomEntry] = []
        for direction in [TrafficDirection.ingress, .egress] {
            for isDeny in kind == .kubernetes ? [false] : [false, true] {
                for index in 0..<random.number(0...2) {
                    entries.append(
                        RandomEntry(
                            direction, isDeny: isDeny, index: index, kind, isClusterwide: namespace.isEmpty, &random))
                }
            }
        }
        if entries.isEmpty {
            entries = [RandomEntry(.ingress, isDeny: false, index: 0, kind, isClusterwide: namespace.isEmpty, &random)]
        }
        self.entries = entries
    }

    func isAbout(_ pod: RandomPolicies.Pod) -> Bool {
        if !namespace.isEmpty && pod.namespace != namespace { return false }
        return subjects.allSatisfy { $0.isMet(by: pod.labels) }
    }

    var text: String {
        let (version, name) =
            switch kind {
            case .cilium: ("cilium.io/v2", "CiliumNetworkPolicy")
            case .clusterwide: ("cilium.io/v2", "CiliumClusterwideNetworkPolicy")
            case .kubernetes: ("networking.k8s.io/v1", "NetworkPolicy")
            }
        let place = namespace.isEmpty ? "" : ", namespace: \(namespace)"
        var fields = ["\(kind == .kubernetes ? "podSelector" : "endpointSelector"): \(subjects.selector)"]
        var lists: [String: [String]] = [:]
        for entry in entries { lists[entry.list, default: []].append(entry.text(kind)) }
        fields += lists.sorted { $0.key < $1.key }.map { "\($0.key): [\($0.value.joined(separator: ", "))]" }
        if kind == .kubernetes {
            let types = [lists["ingress"] == nil ? nil : "Ingress", lists["egress"] == nil ? nil : "Egress"]
            fields.append("policyTypes: [\(types.compactMap(\.self).joined(separator: ", "))]")
        } else if !isDefaultDeny {
            fields.append("enableDefaultDeny: {ingress: false, egress: false}")
        }
        return """
            ---
            {apiVersion: \(version), kind: \(name), metadata: {name: p\(number)\(place)}, spec: {\(fields.joined(separator: ", "))}}

            """
    }
}

struct RandomRequirement: Sendable {
    let key: String
    let operation: String
    let values: [String]

    init(_ random: inout SeededRandom) {
        key = random.element(["app", "tier"])
        operation = random.element(["In", "In", "NotIn", "Exists", "DoesNotExist"])
        values =
            operation.hasSuffix("In") ? (0..<random.number(1...2)).map { _ in random.element(["a", "b", "c"]) } : []
    }

    func isMet(by labels: [String: String]) -> Bool {
        switch operation {
        case "In": labels[key].map { values.contains($0) } ?? false
        case "NotIn": labels[key].map { !values.contains($0) } ?? true
        case "Exists": labels[key] != nil
        default: labels[key] == nil
        }
    }

    var text: String {
        let list = values.isEmpty ? "" : ", values: [\(values.joined(separator: ", "))]"
        return "{key: \(key), operator: \(operation)\(list)}"
    }
}

extension [RandomRequirement] {
    var selector: String { isEmpty ? "{}" : "{matchExpressions: [\(map(\.text).joined(separator: ", "))]}" }
}

/// One entry of one of a policy's lists.
struct RandomEntry: Sendable {
    enum Peers: Sendable {
        case everyone, nobody
        /// In the policy's own namespace, one that is named, or any.
        case pods(namespace: String?, [RandomRequirement])
        case entity(String)
        case prefix(IPPrefix, except: [IPPrefix])
    }

    enum Ports: Sendable {
        case everything, nothing
        case ports([IPProtocol], UInt16, UInt16)
        case named(String)
        case icmp(UInt16)
    }

    let direction: TrafficDirection
    let isDeny: Bool
    let peers: Peers
    let ports: Ports

    init(
        _ direction: TrafficDirection, isDeny: Bool, index: Int, _ kind: RandomPolicy.Kind, isClusterwide: Bool,
        _ random: inout SeededRandom
    ) {
        self.direction = direction
        self.isDeny = isDeny
        let isKubernetes = kind == .kubernetes
        func prefix(_ random: inout SeededRandom) -> Peers {
            let outer = IPPrefix(random.address(), bits: random.number(0...3) == 0 ? 96 : random.number(120...128))
            let inner = (0..<random.number(0...2)).map { _ in IPPrefix(random.address(), bits: random.number(122...128))
            }
            return .prefix(outer, except: inner.filter { outer.contains($0) && $0 != outer })
        }
        let requirements = (0..<random.number(0...2)).map { _ in RandomRequirement(&random) }
        let chosen = random.number(0...9)
        switch chosen {
        case 0, 1: peers = prefix(&random)
        case 2: peers = .pods(namespace: "any", requirements)
        case 3: peers = .pods(namespace: random.element(["red", "blue"]), requirements)
        case 4 where !isKubernetes:
            peers = .entity(random.element(["all", "world", "host", "remote-node", "cluster", "none", "world-ipv4"]))
        case 5 where !isKubernetes: peers = .nobody
        case 6: peers = .everyone
        default: peers = .pods(namespace: nil, requirements)
        }
        var ports: Ports =
            switch random.number(0...6) {
            case 0, 1: .everything
            case 2 where !isKubernetes: .nothing
            case 3: .named(random.element(["http", "admin"]))
            case 4 where !isKubernetes: .icmp(UInt16(random.element([0, 8])))
            default: Self.range(isKubernetes, &random)
            }
        // Of Cilium's entries, one without peers and ports allows nothing.
        if case .everyone = peers, case .everything = ports, !isKubernetes { ports = .ports([.tcp], 80, 80) }
        self.ports = ports
    }

    private static func range(_ isKubernetes: Bool, _ random: inout SeededRandom) -> Ports {
        let first = max(1, random.port())
        let last = random.number(0...1) == 0 ? first : max(first, random.port())
        let one = random.element([IPProtocol.tcp, .udp, .sctp])
        return .ports(isKubernetes || random.number(0...2) > 0 ? [one] : [.tcp, .udp, .sctp], first, last)
    }

    // MARK: Meaning

    func matches(_ question: RandomPolicies.Question, _ pods: [RandomPolicies.Pod], policyNamespace: String) -> Bool {
        matchesPeer(question.peer, pods, policyNamespace) && matchesPorts(question, pods)
    }

    private func matchesPeer(_ peer: RandomPolicies.Peer, _ pods: [RandomPolicies.Pod], _ policyNamespace: String)
        -> Bool
    {
        switch peers {
        case .everyone: return true
        case .nobody: return false
        case .pods(let namespace, let requirements):
            guard case .pod(let index) = peer else { return false }
            let pod = pods[index]
            let isThere =
                switch namespace {
                case nil: policyNamespace.isEmpty || pod.namespace == policyNamespace
                case "any": true
                case let name?: pod.namespace == name
                }
            return isThere && requirements.allSatisfy { $0.isMet(by: pod.labels) }
        case .entity(let name):
            switch (name, peer) {
            case ("all", _): return true
            case ("world", .outside): return true
            case ("world-ipv4", .outside(let address)): return address.isV4
            case ("host", .host), ("remote-node", .remoteNode): return true
            case ("cluster", .pod), ("cluster", .host), ("cluster", .remoteNode): return true
            default: return false
            }
        case .prefix(let prefix, let exceptions):
            guard case .outside(let address) = peer else { return false }
            return prefix.contains(address) && !exceptions.contains { $0.contains(address) }
        }
    }

    private func matchesPorts(_ question: RandomPolicies.Question, _ pods: [RandomPolicies.Pod]) -> Bool {
        switch ports {
        case .everything: return true
        case .nothing: return false
        case .icmp(let type): return question.ipProtocol == .icmp && question.port == type
        case .ports(let protocols, let first, let last):
            return protocols.contains(question.ipProtocol) && (first...last).contains(question.port)
        case .named(let name):
            guard question.ipProtocol == .tcp else { return false }
            if question.direction == .ingress { return pods[question.subject].ports[name] == question.port }
            guard case .pod(let index) = question.peer else { return false }
            return pods[index].ports[name] == question.port
        }
    }

    // MARK: Text

    var list: String { (direction == .egress ? "egress" : "ingress") + (isDeny ? "Deny" : "") }

    func text(_ kind: RandomPolicy.Kind) -> String {
        let parts = kind == .kubernetes ? [kubernetesPeers, kubernetesPorts] : [ciliumPeers, ciliumPorts]
        return "{" + parts.compactMap(\.self).joined(separator: ", ") + "}"
    }

    private var way: String { direction == .egress ? "to" : "from" }

    private var ciliumPeers: String? {
        switch peers {
        case .everyone: return nil
        case .nobody: return "\(way)Endpoints: []"
        case .entity(let name): return "\(way)Entities: [\(name)]"
        case .prefix(let prefix, let exceptions):
            let except = exceptions.isEmpty ? "" : ", except: [\(exceptions.map(quoted).joined(separator: ", "))]"
            return "\(way)CIDRSet: [{cidr: \(quoted(prefix))\(except)}]"
        case .pods(let namespace, let requirements):
            var expressions = requirements.map(\.text)
            switch namespace {
            case nil: break
            case "any": expressions.append("{key: \"k8s:io.kubernetes.pod.namespace\", operator: Exists}")
            case let name?:
                expressions.append("{key: io.kubernetes.pod.namespace, operator: In, values: [\(name)]}")
            }
            return "\(way)Endpoints: [{matchExpressions: [\(expressions.joined(separator: ", "))]}]"
        }
    }

    private var ciliumPorts: String? {
        switch ports {
        case .everything: nil
        case .nothing: "toPorts: [{}]"
        case .icmp(let type): "icmps: [{fields: [{type: \(type)}]}]"
        case .named(let name): "toPorts: [{ports: [{port: \(name), protocol: TCP}]}]"
        case .ports(let protocols, let first, let last):
            "toPorts: [{ports: [{port: \"\(first)\", endPort: \(last), protocol: \(protocols.count > 1 ? "ANY" : name(protocols[0]))}]}]"
        }
    }

    private var kubernetesPeers: String? {
        switch peers {
        case .everyone, .nobody, .entity: return nil
        case .prefix(let prefix, let exceptions):
            let except = exceptions.isEmpty ? "" : ", except: [\(exceptions.map(quoted).joined(separator: ", "))]"
            return "\(way == "to" ? "to" : "from"): [{ipBlock: {cidr: \(quoted(prefix))\(except)}}]"
        case .pods(let namespace, let requirements):
            let namespaces =
                switch namespace {
                case nil: ""
                case "any": ", namespaceSelector: {}"
                case let name?: ", namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: \(name)}}"
                }
            return "\(way): [{podSelector: \(requirements.selector)\(namespaces)}]"
        }
    }

    private var kubernetesPorts: String? {
        switch ports {
        case .everything, .nothing, .icmp: nil
        case .named(let name): "ports: [{port: \(name)}]"
        case .ports(let protocols, let first, let last):
            "ports: [{port: \(first), endPort: \(last), protocol: \(name(protocols[0]))}]"
        }
    }

    private func name(_ ipProtocol: IPProtocol) -> String { ipProtocol.layer4Name ?? "" }

    private func quoted(_ prefix: IPPrefix) -> String { "\"\(prefix)\"" }
}
