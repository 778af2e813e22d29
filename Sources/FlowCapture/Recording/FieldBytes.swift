/// Integers of a recording, little-endian: appended, and read with bounds checked.
struct FieldBytes {
    var bytes: [UInt8] = []

    mutating func append<Integer: FixedWidthInteger & UnsignedInteger>(_ value: Integer) {
        for byte in 0..<Integer.bitWidth / 8 { bytes.append(UInt8(truncatingIfNeeded: value >> Integer(8 * byte))) }
    }

    /// Length and UTF-8.
    mutating func append(name: String) {
        let text = name.utf8.prefix(RecordingFormat.maximumNameBytes)
        append(UInt16(text.count))
        bytes.append(contentsOf: text)
    }
}

/// Reads fields one after the other; nil where the bytes end.
struct FieldReader {
    private let bytes: [UInt8]
    private var position: Int

    init(_ bytes: [UInt8], at position: Int = 0) {
        self.bytes = bytes
        self.position = position
    }

    var isAtEnd: Bool { position == bytes.count }

    mutating func integer<Integer: FixedWidthInteger & UnsignedInteger>(_ type: Integer.Type) -> Integer? {
        guard let field = take(Integer.bitWidth / 8) else { return nil }
        return field.reversed().reduce(0) { $0 << 8 | Integer(truncatingIfNeeded: $1) }
    }

    /// A name with a NUL is none.
    mutating func name() -> String? {
        guard let count = integer(UInt16.self), let text = take(Int(count)), !text.contains(0) else { return nil }
        return String(decoding: text, as: UTF8.self)
    }

    mutating func take(_ count: Int) -> ArraySlice<UInt8>? {
        guard count <= bytes.count - position else { return nil }
        defer { position += count }
        return bytes[position..<position + count]
    }
}
