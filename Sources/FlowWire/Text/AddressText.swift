import FlowModel

extension [UInt8] {
    /// The address as `IPAddress.description` writes it, without a detour over `String`.
    mutating func append(_ address: IPAddress) {
        append(addingCapacity: 39) { output in
            if let number = address.v4 {
                output.append(v4: number)
            } else {
                output.append(v6: address)
            }
        }
    }
}

extension OutputSpan<UInt8> {
    fileprivate mutating func append(v4 number: UInt32) {
        append(octet: UInt8(truncatingIfNeeded: number >> 24))
        append(UInt8(ascii: "."))
        append(octet: UInt8(truncatingIfNeeded: number >> 16))
        append(UInt8(ascii: "."))
        append(octet: UInt8(truncatingIfNeeded: number >> 8))
        append(UInt8(ascii: "."))
        append(octet: UInt8(truncatingIfNeeded: number))
    }

    private mutating func append(octet: UInt8) {
        if octet >= 100 { append(48 + octet / 100) }
        if octet >= 10 { append(48 + octet / 10 % 10) }
        append(48 + octet % 10)
    }

    /// RFC 5952: lower case, no leading zeros, the first longest run of two or more zero groups as `::`.
    fileprivate mutating func append(v6 address: IPAddress) {
        let gap = Self.zeroRun(address)
        var index = 0
        while index < 8 {
            if index == gap.lowerBound && !gap.isEmpty {
                append(UInt8(ascii: ":"))
                if index == 0 { append(UInt8(ascii: ":")) }
                index = gap.upperBound
                continue
            }
            append(group: Self.group(index, of: address))
            index += 1
            if index < 8 { append(UInt8(ascii: ":")) }
        }
    }

    private mutating func append(group: UInt16) {
        if group > 0xfff { append(hexDigit: group >> 12) }
        if group > 0xff { append(hexDigit: group >> 8) }
        if group > 0xf { append(hexDigit: group >> 4) }
        append(hexDigit: group)
    }

    private mutating func append(hexDigit value: UInt16) {
        let digit = UInt8(truncatingIfNeeded: value & 15)
        append(digit < 10 ? 48 + digit : 87 + digit)
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
