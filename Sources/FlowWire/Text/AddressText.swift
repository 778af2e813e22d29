import FlowModel

extension ByteWriter {
    /// The address as `IPAddress.description` has it: at most 39 bytes.
    @inline(__always)
    mutating func write(_ address: IPAddress) {
        if let number = address.v4 {
            write(v4: number)
        } else {
            write(v6: address)
        }
    }

    private mutating func write(v4 number: UInt32) {
        write(octet: UInt8(truncatingIfNeeded: number >> 24))
        write(UInt8(ascii: "."))
        write(octet: UInt8(truncatingIfNeeded: number >> 16))
        write(UInt8(ascii: "."))
        write(octet: UInt8(truncatingIfNeeded: number >> 8))
        write(UInt8(ascii: "."))
        write(octet: UInt8(truncatingIfNeeded: number))
    }

    private mutating func write(octet: UInt8) {
        if octet >= 100 { write(48 + octet / 100) }
        if octet >= 10 { write(48 + octet / 10 % 10) }
        write(48 + octet % 10)
    }

    /// RFC 5952: lower case, no leading zeros, the first longest run of two or more zero groups as `::`.
    private mutating func write(v6 address: IPAddress) {
        let gap = Self.zeroRun(address)
        var index = 0
        while index < 8 {
            if index == gap.lowerBound && !gap.isEmpty {
                write(UInt8(ascii: ":"))
                if index == 0 { write(UInt8(ascii: ":")) }
                index = gap.upperBound
                continue
            }
            write(group: Self.group(index, of: address))
            index += 1
            if index < 8 { write(UInt8(ascii: ":")) }
        }
    }

    private mutating func write(group: UInt16) {
        if group > 0xfff { write(hexDigit: group >> 12) }
        if group > 0xff { write(hexDigit: group >> 8) }
        if group > 0xf { write(hexDigit: group >> 4) }
        write(hexDigit: group)
    }

    private mutating func write(hexDigit value: UInt16) {
        let digit = UInt8(truncatingIfNeeded: value & 15)
        write(digit < 10 ? 48 + digit : 87 + digit)
    }

    private static func group(_ index: Int, of address: IPAddress) -> UInt16 {
        let half = index < 4 ? address.high : address.low
        return UInt16(truncatingIfNeeded: half >> UInt64(48 - 16 * (index & 3)))
    }

    private static func zeroRun(_ address: IPAddress) -> Range<Int> {
        var best = 0..<0
        var start = 0
        for index in 0...8 where index == 8 || group(index, of: address) != 0 {
            if index - start > max(best.count, 1) { best = start..<index }
            start = index + 1
        }
        return best
    }
}
