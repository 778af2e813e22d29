import FlowModel

/// One rule for one subject: which map keys it stands for.
struct RuleExpansion {
    let rule: PolicyRule
    let direction: TrafficDirection
    let subject: PolicySubject
    /// Index in `FlowCatalog.rules`.
    let number: UInt32

    /// - Parameters:
    ///   - peers: whom the rule means; nil for everyone.
    ///   - everyone: all peers, for names of ports that differ from peer to peer.
    func add(to table: inout EntryTable, _ peers: [PolicyPeer]?, everyone: PeerIndex) {
        guard case .only(let matches) = rule.traffic else {
            for identity in identities(peers) {
                table.add(identity, .everything, rule: number, isDeny: rule.isDeny)
            }
            return
        }
        for match in matches {
            if case .named(let name) = match.ports, direction == .egress {
                for peer in peers ?? everyone.peers.map(\.peer) {
                    add(match.ipProtocol, peer.namedPorts.ranges(name, match.ipProtocol), [peer.identity], to: &table)
                }
            } else {
                add(match.ipProtocol, match.ranges(namedPorts: subject.namedPorts), identities(peers), to: &table)
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

extension PortMatch {
    /// - Parameter namedPorts: those of the side whose ports are meant.
    func ranges(namedPorts: [NamedPort]) -> [ClosedRange<UInt16>] {
        switch ports {
        case .all: [0...UInt16.max]
        case .range(let range): [range]
        case .named(let name): namedPorts.ranges(name, ipProtocol)
        }
    }
}

extension [NamedPort] {
    func ranges(_ name: String, _ ipProtocol: IPProtocol) -> [ClosedRange<UInt16>] {
        filter { $0.name == name && $0.ipProtocol == ipProtocol }.map { $0.number...$0.number }
    }
}
