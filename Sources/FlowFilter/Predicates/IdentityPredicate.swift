import FlowModel

struct IdentityPredicate {
    private let identities: Sided<Identity>

    init?(_ identities: Sided<Identity>) {
        if identities.isEmpty { return nil }
        self.identities = identities
    }

    func matches(_ flow: borrowing Flow) -> Bool {
        let (source, destination) = (flow.sourceIdentity, flow.destinationIdentity)
        return identities.holds(source: { $0.rawValue == source }, destination: { $0.rawValue == destination })
    }
}

extension Identity {
    /// A number or a reserved name, the latter also as its label (`reserved:world`).
    init?(filterValue: String) {
        if let number = UInt32(filterValue) {
            self.init(rawValue: number)
            return
        }
        let name = filterValue.hasPrefix("reserved:") ? filterValue.dropFirst("reserved:".count) : filterValue[...]
        guard let number = Self.reservedNames.firstIndex(of: name.lowercased()) else { return nil }
        self.init(rawValue: UInt32(number))
    }
}
