import FlowModel

// What of a policy can never match, whatever pods and packets there are.

extension PolicyRule {
    /// Whether all that the other rule is about, this one is about, too. May say no where that is hard to tell.
    func covers(_ other: PolicyRule) -> Bool { peers.covers(other.peers) && traffic.covers(other.traffic) }
}

extension PeerSelection {
    fileprivate func covers(_ other: PeerSelection) -> Bool {
        if isEveryone { return true }
        guard !other.isEveryone else { return false }
        return other.selectors.allSatisfy { selector in selectors.contains { $0.covers(selector) } }
            && other.prefixes.allSatisfy { prefix in prefixes.contains { $0.covers(prefix) } }
    }
}

extension LabelSelector {
    /// Who asks for less finds more.
    fileprivate func covers(_ other: LabelSelector) -> Bool {
        Set(requirements).isSubset(of: other.requirements)
    }

    /// Two requirements that no labels meet together, in words; nil if there are none.
    var contradiction: String? {
        for (index, one) in requirements.enumerated() {
            for two in requirements.dropFirst(index + 1) where one.excludes(two) || two.excludes(one) {
                return "\(one.text) and \(two.text)"
            }
        }
        return nil
    }
}

extension LabelRequirement {
    fileprivate func excludes(_ other: LabelRequirement) -> Bool {
        guard key == other.key, source == other.source else { return false }
        return switch (condition, other.condition) {
        case (.oneOf(let one), .oneOf(let two)): Set(one).isDisjoint(with: two)
        case (.oneOf(let one), .noneOf(let two)): Set(one).isSubset(of: two)
        case (.oneOf, .doesNotExist), (.exists, .doesNotExist): true
        default: false
        }
    }
}

extension PrefixPeers {
    fileprivate func covers(_ other: PrefixPeers) -> Bool {
        prefix.contains(other.prefix)
            && exceptions.allSatisfy { hole in
                !hole.contains(other.prefix) && !other.prefix.contains(hole)
                    || other.exceptions.contains { $0.contains(hole) }
            }
    }

    /// Nothing of the prefix is left.
    var isEmpty: Bool { exceptions.contains { $0.contains(prefix) } }
}

extension TrafficSelection {
    fileprivate func covers(_ other: TrafficSelection) -> Bool {
        guard case .only(let mine) = self else { return true }
        guard case .only(let others) = other else { return false }
        return others.allSatisfy { match in mine.contains { $0.covers(match) } }
    }
}

extension PortMatch {
    fileprivate func covers(_ other: PortMatch) -> Bool {
        guard ipProtocol == other.ipProtocol else { return false }
        return switch (ports, other.ports) {
        case (.all, _): true
        case (.range(let mine), .range(let others)):
            mine.contains(others.lowerBound) && mine.contains(others.upperBound)
        case (.range(let mine), .all): mine == 0...UInt16.max
        case (.named(let mine), .named(let other)): mine == other
        default: false
        }
    }
}
