/// All peers, with their labels taken apart once.
struct PeerIndex {
    let peers: [(peer: PolicyPeer, labels: LabelSet)]

    init(_ peers: [PolicyPeer]) {
        self.peers = peers.map { ($0, LabelSet($0.labels)) }
    }

    func matching(_ selection: PeerSelection) -> [PolicyPeer] {
        peers.filter { selection.matches($0.labels, prefix: $0.peer.prefix) }.map(\.peer)
    }
}

/// Many endpoints share a rule: whom it means is worked out once in a compilation.
struct SelectionCache {
    private let peers: PeerIndex
    private var known: [PeerSelection: [PolicyPeer]] = [:]

    init(peers: PeerIndex) { self.peers = peers }

    /// Nil: everyone.
    mutating func peers(of selection: PeerSelection) -> [PolicyPeer]? {
        if selection.isEveryone { return nil }
        if let peers = known[selection] { return peers }
        let matching = peers.matching(selection)
        known[selection] = matching
        return matching
    }
}
