import FlowModel

struct AddressPredicate {
    private let prefixes: Sided<IPPrefix>

    init?(_ prefixes: Sided<IPPrefix>) {
        if prefixes.isEmpty { return nil }
        self.prefixes = prefixes
    }

    func matches(_ flow: borrowing Flow) -> Bool {
        let (source, destination) = (flow.source, flow.destination)
        return flow.attributes.contains(.ip)
            && prefixes.holds(source: { $0.contains(source) }, destination: { $0.contains(destination) })
    }
}

extension IPPrefix {
    /// A prefix, or an address that stands for itself alone. Notation does not matter: `FD00::1` is `fd00::1`.
    init?(filterValue: String) {
        if filterValue.utf8.contains(UInt8(ascii: "/")) {
            self.init(filterValue)
        } else {
            guard let address = IPAddress(filterValue) else { return nil }
            self = .host(address)
        }
    }
}
