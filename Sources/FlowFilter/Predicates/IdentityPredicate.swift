import FlowModel

extension FilterProgram {
    mutating func requireIdentity(_ accepted: Sided<Identity>, _ set: SetWord) {
        identities.restrict(set, to: accepted.map { $0.rawValue...$0.rawValue })
    }

    @inline(never)
    func narrowByIdentity(_ candidates: inout Candidates, _ flows: Span<Flow>) {
        identities.narrow(&candidates, flows, by: { $0.sourceIdentity }, { $0.destinationIdentity })
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
