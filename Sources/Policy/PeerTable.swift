import FlowModel

/// All peers, and whom of them each rule means: many endpoints share a rule, and a rule outlives many peers.
struct PeerTable: Sendable {
    typealias SelectionID = Int

    /// What an update changed.
    struct Change {
        /// Those that mean others now.
        var selections: Set<SelectionID> = []
        /// A peer came, went or changed.
        var isAny = false
    }

    private struct Peer {
        let peer: PolicyPeer
        let labels: LabelSet
        /// Not among the peers of the last update any more.
        var isGone = false
    }

    private struct Selection {
        let selection: PeerSelection
        var members: [Identity: PolicyPeer] = [:]
    }

    private var peers: [Identity: Peer] = [:]
    private var ids: [PeerSelection: SelectionID] = [:]
    private var selections: [SelectionID: Selection] = [:]
    private var lastID: SelectionID = 0

    var all: [PolicyPeer] { peers.values.map(\.peer) }

    func members(of id: SelectionID) -> [PolicyPeer] { selections[id].map { Array($0.members.values) } ?? [] }

    mutating func id(of selection: PeerSelection) -> SelectionID {
        if let id = ids[selection] { return id }
        lastID += 1
        ids[selection] = lastID
        let matching = peers.values.filter { selection.matches($0.labels, prefix: $0.peer.prefix) }.map(\.peer)
        selections[lastID] = Selection(
            selection: selection, members: Dictionary(uniqueKeysWithValues: matching.map { ($0.identity, $0) }))
        return lastID
    }

    /// Forgets all others.
    mutating func keepSelections(_ inUse: Set<SelectionID>) {
        ids = ids.filter { inUse.contains($0.value) }
        selections = selections.filter { inUse.contains($0.key) }
    }

    /// - Parameter newest: all peers, each identity once. One that is not among them any more is kept once more.
    mutating func follow(_ newest: [PolicyPeer]) -> Change {
        var change = Change()
        var known = Set<Identity>(minimumCapacity: newest.count)
        for peer in newest {
            known.insert(peer.identity)
            if let before = peers[peer.identity], before.peer == peer {
                if before.isGone { peers[peer.identity]?.isGone = false }
                continue
            }
            let entry = Peer(peer: peer, labels: LabelSet(peer.labels))
            peers[peer.identity] = entry
            change.isAny = true
            for id in selections.keys {
                let isMember = selections[id]!.selection.matches(entry.labels, prefix: peer.prefix)
                let before = selections[id]!.members[peer.identity]
                guard isMember || before != nil else { continue }
                selections[id]!.members[peer.identity] = isMember ? peer : nil
                change.selections.insert(id)
            }
        }
        for (identity, peer) in peers where !known.contains(identity) {
            guard peer.isGone else {
                peers[identity]?.isGone = true
                continue
            }
            peers[identity] = nil
            change.isAny = true
            for id in selections.keys where selections[id]!.members.removeValue(forKey: identity) != nil {
                change.selections.insert(id)
            }
        }
        return change
    }
}
