/// An IPv6 address, or an IPv4 address in its mapped form `::ffff:a.b.c.d`.
public struct IPAddress: Hashable, BitwiseCopyable, Sendable {
    /// The first eight bytes, as a number in host order.
    public var high: UInt64
    public var low: UInt64

    @inlinable public init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    @inlinable public init(v4 number: UInt32) {
        self.init(high: 0, low: 0xffff_0000_0000 | UInt64(number))
    }

    @inlinable public static var unspecified: IPAddress { IPAddress(high: 0, low: 0) }

    @inlinable public var isV4: Bool { high == 0 && low >> 32 == 0xffff }
    /// The IPv4 address as a number in host order; nil for IPv6.
    @inlinable public var v4: UInt32? { isV4 ? UInt32(truncatingIfNeeded: low) : nil }

    public func byte(_ index: Int) -> UInt8 {
        UInt8(truncatingIfNeeded: index < 8 ? high >> (56 - 8 * index) : low >> (56 - 8 * (index - 8)))
    }

    /// The bits that a prefix of the given length (counted in the 128-bit form) keeps; the others are zero.
    public func masked(prefixBits: Int) -> IPAddress {
        func mask(_ bits: Int) -> UInt64 { bits <= 0 ? 0 : bits >= 64 ? .max : ~(UInt64.max >> UInt64(bits)) }
        return IPAddress(high: high & mask(prefixBits), low: low & mask(prefixBits - 64))
    }
}

extension IPAddress: Comparable {
    @inlinable public static func < (left: IPAddress, right: IPAddress) -> Bool {
        left.high != right.high ? left.high < right.high : left.low < right.low
    }
}

// MARK: Text

extension IPAddress: CustomStringConvertible {
    /// Dotted decimals for IPv4; RFC 5952's canonical form for IPv6.
    public var description: String {
        if let v4 { return "\(v4 >> 24).\(v4 >> 16 & 255).\(v4 >> 8 & 255).\(v4 & 255)" }
        let groups = (0..<8).map { UInt16(byte($0 * 2)) << 8 | UInt16(byte($0 * 2 + 1)) }
        let gap = Self.longestZeroRun(groups)
        var text = ""
        var index = 0
        while index < 8 {
            if index == gap.lowerBound && gap.count > 1 {
                text += "::"
                index = gap.upperBound
                continue
            }
            if !text.isEmpty && !text.hasSuffix("::") { text += ":" }
            text += String(groups[index], radix: 16)
            index += 1
        }
        return text
    }

    private static func longestZeroRun(_ groups: [UInt16]) -> Range<Int> {
        var best = 0..<0
        var start = 0
        for index in 0...groups.count {
            if index < groups.count && groups[index] == 0 { continue }
            if index - start > best.count { best = start..<index }
            start = index + 1
        }
        return best
    }

    /// Reads `10.0.0.1`, `2001:db8::1` and `::ffff:10.0.0.1`; nil for anything else, zones included.
    public init?(_ text: some StringProtocol) {
        if text.utf8.contains(UInt8(ascii: ":")) {
            guard let value = Self.parseV6(text) else { return nil }
            self = value
        } else {
            guard let number = Self.parseV4(text) else { return nil }
            self.init(v4: number)
        }
    }

    private static func parseV4(_ text: some StringProtocol) -> UInt32? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 4 else { return nil }
        var number: UInt32 = 0
        for part in parts {
            let isPlainDecimal =
                part.utf8.allSatisfy { $0 >= 48 && $0 <= 57 } && (part.utf8.count == 1 || part.first != "0")
            guard isPlainDecimal, let byte = UInt8(part) else { return nil }
            number = number << 8 | UInt32(byte)
        }
        return number
    }

    private static func parseV6(_ text: some StringProtocol) -> IPAddress? {
        var text = String(text)
        if let colon = text.lastIndex(of: ":"), text[colon...].contains(".") {
            guard let number = parseV4(text[text.index(after: colon)...]) else { return nil }
            text = text[...colon] + String(number >> 16, radix: 16) + ":" + String(number & 0xffff, radix: 16)
        }
        func groups(_ part: String) -> [UInt16]? {
            if part.isEmpty { return [] }
            let fields = part.split(separator: ":", omittingEmptySubsequences: false)
            let values = fields.compactMap { field in
                field.utf8.count <= 4 && !field.hasPrefix("+") ? UInt16(field, radix: 16) : nil
            }
            return values.count == fields.count ? values : nil
        }
        let all: [UInt16]
        if let gap = text.firstRange(of: "::") {
            guard let head = groups(String(text[..<gap.lowerBound])),
                let tail = groups(String(text[gap.upperBound...])),
                head.count + tail.count < 8
            else { return nil }
            all = head + Array(repeating: 0, count: 8 - head.count - tail.count) + tail
        } else {
            guard let values = groups(text), values.count == 8 else { return nil }
            all = values
        }
        let high = all[..<4].reduce(UInt64(0)) { $0 << 16 | UInt64($1) }
        let low = all[4...].reduce(UInt64(0)) { $0 << 16 | UInt64($1) }
        return IPAddress(high: high, low: low)
    }
}

/// An address prefix. Lengths are counted in the 128-bit form: an IPv4 `/24` has `bits` 120.
public struct IPPrefix: Hashable, Sendable {
    public let address: IPAddress
    public let bits: Int

    /// - Parameter bits: 0…128; bits of the address beyond it are cleared.
    public init(_ address: IPAddress, bits: Int) {
        precondition((0...128).contains(bits), "a prefix has 0 to 128 bits")
        self.address = address.masked(prefixBits: bits)
        self.bits = bits
    }

    public static func host(_ address: IPAddress) -> IPPrefix { IPPrefix(address, bits: 128) }

    /// Reads `10.0.0.0/8`, `2001:db8::/32`; host bits may be set and are cleared. A bare address is refused.
    public init?(_ text: some StringProtocol) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let address = IPAddress(parts[0]), let bits = Int(parts[1]), parts[1].utf8.count <= 3,
            (0...(address.isV4 ? 32 : 128)).contains(bits)
        else { return nil }
        self.init(address, bits: address.isV4 ? bits + 96 : bits)
    }

    public func contains(_ other: IPAddress) -> Bool { other.masked(prefixBits: bits) == address }
    public func contains(_ other: IPPrefix) -> Bool { other.bits >= bits && contains(other.address) }
}

extension IPPrefix: CustomStringConvertible {
    public var description: String { "\(address)/\(address.isV4 && bits >= 96 ? bits - 96 : bits)" }
}
