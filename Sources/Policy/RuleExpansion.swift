import FlowModel

/// One rule for one kind of subjects: which map keys it stands for.
struct RuleExpansion {
    let rule: PolicyRule
    let direction: TrafficDirection
    /// The subjects'.
    let namedPorts: [NamedPort]
    /// Index in `FlowCatalog.rules`.
    let number: UInt32

    /// Whether its entries depend on everyone's named ports.
    var asksAllPeers: Bool {
        guard direction == .egress, rule.peers.isEveryone, case .only(let matches) = rule.traffic else { return false }
        return matches.contains { if case .named = $0.ports { true } else { false } }
    }

    /// - Parameters:
    ///   - peers: whom the rule means; nil for everyone.
    ///   - everyone: all peers, for names of ports that differ from peer to peer.
    func add(to table: inout EntryTable, _ peers: [PolicyPeer]?, everyone: PeerTable) {
        guard case .only(let matches) = rule.traffic else {
            for identity in identities(peers) {
                table.add(identity, .everything, rule: number, isDeny: rule.isDeny)
            }
            return
        }
        for match in matches {
            if case .named(let name) = match.ports, direction == .egress {
                for peer in peers ?? everyone.all {
                    add(match.ipProtocol, peer.namedPorts.ranges(name, match.ipProtocol), [peer.identity], to: &table)
                }
            } else {
                add(match.ipProtocol, match.ranges(namedPorts: namedPorts), identities(peers), to: &table)
            }
        }
    }

    private func identities(_ peers: [PolicyPeer]?) -> [Identity] { peers?.map(\.identity) ?? [.unknown] }

    private func add(
        _ ipProtocol: IPProtocol, _ ranges: [ClosedRange<UInt16>], _ identities: [Identity], to table: inout EntryTable
    ) {
        for prefix in ranges.flatMap(\.portPrefixes) {
            let key = TrafficKey(ipProtocol, prefix)
            for identity in identities { table.add(identity, key, rule: number, isDeny: rule.isDeny) }
        }
    }
}
