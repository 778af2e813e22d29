// Rules in words.

extension PeerSelection {
    /// Whom it means. Of several selectors, the one of which the labels lack least, with what they lack.
    func text(for labels: LabelSet) -> String {
        let unmet = selectors.map { selector in selector.requirements.filter { !$0.isMet(by: labels) } }
        let closest = unmet.min { $0.count < $1.count }
        let parts =
            (closest.map { [$0.map(\.text).joined(separator: ", ")] } ?? [])
            + (prefixes.isEmpty
                ? [] : ["an address outside the cluster in " + prefixes.map(\.text).joined(separator: ", ")])
        return parts.isEmpty ? "nobody" : parts.joined(separator: ", or ")
    }
}

extension PrefixPeers {
    fileprivate var text: String {
        let outside = exceptions.filter { $0.address.isV4 == prefix.address.isV4 }
        return "\(prefix)" + (outside.isEmpty ? "" : " but not " + outside.map(\.description).joined(separator: ", "))
    }
}

extension LabelRequirement {
    /// `k8s:app=web`, `app in (a, b)`, `app not in (a)`, `app`, `no app`
    package var text: String {
        let name = (source.map { "\($0):" } ?? "") + key
        return switch condition {
        case .oneOf(let values) where values.count == 1: values[0].isEmpty ? name : "\(name)=\(values[0])"
        case .oneOf(let values): "\(name) in (\(values.joined(separator: ", ")))"
        case .noneOf(let values): "\(name) not in (\(values.joined(separator: ", ")))"
        case .exists: name
        case .doesNotExist: "no \(name)"
        }
    }
}

extension TrafficSelection {
    /// `TCP 80, 443, UDP 53`
    package var text: String {
        guard case .only(let matches) = self else { return "everything" }
        guard !matches.isEmpty else { return "nothing" }
        var protocols: [IPProtocol] = []
        for match in matches where !protocols.contains(match.ipProtocol) { protocols.append(match.ipProtocol) }
        return protocols.map { ipProtocol in
            let ports = matches.filter { $0.ipProtocol == ipProtocol }.map(\.portText)
            return "\(ipProtocol.layer4Name ?? "protocol \(ipProtocol.rawValue)") \(ports.joined(separator: ", "))"
        }.joined(separator: ", ")
    }
}

extension PortMatch {
    fileprivate var portText: String {
        switch ports {
        case .all: "at any port"
        case .range(let range) where range.count == 1: "\(range.lowerBound)"
        case .range(let range): "\(range.lowerBound)-\(range.upperBound)"
        case .named(let name): "\"\(name)\""
        }
    }
}
