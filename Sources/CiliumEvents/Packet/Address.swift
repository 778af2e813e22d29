internal import DatapathABI

extension apus_address {
    /// The mapped form of an IPv4 address in host order.
    init(v4 number: UInt32) {
        self.init(high_be: 0, low_be: (0xffff_0000_0000 | UInt64(number)).bigEndian)
    }

    init?(v4 bytes: RawSpan, at offset: Int) {
        guard let number = bytes.networkNumber(offset, as: UInt32.self) else { return nil }
        self.init(v4: number)
    }

    init?(v6 bytes: RawSpan, at offset: Int) {
        guard let high = bytes.number(offset, as: UInt64.self), let low = bytes.number(offset + 8, as: UInt64.self)
        else { return nil }
        self.init(high_be: high, low_be: low)
    }

    var isUnspecified: Bool { high_be == 0 && (low_be == 0 || low_be == UInt64(0xffff_0000_0000).bigEndian) }
}
