import FlowModel

extension FilterProgram {
    mutating func requireAddress(_ prefixes: Sided<IPPrefix>, _ set: SetWord) {
        if prefixes.isEmpty { return }
        requireAttributes(set) { $0.contains(.ip) }
        addresses.restrict(set, to: prefixes.map(\.range))
    }

    @inline(never)
    func narrowByAddress(_ candidates: inout Candidates, _ flows: Span<Flow>) {
        addresses.narrow(&candidates, flows, by: { $0.source.number }, { $0.destination.number })
    }
}

extension IPAddress {
    @inline(__always)
    fileprivate var number: UInt128 { UInt128(high) << 64 | UInt128(low) }
}

extension IPPrefix {
    fileprivate var range: ClosedRange<UInt128> {
        let first = address.number
        return first...(first | (bits == 0 ? .max : (1 << (128 - UInt128(bits))) - 1))
    }

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
