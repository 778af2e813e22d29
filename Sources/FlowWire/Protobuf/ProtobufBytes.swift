// Protobuf's wire format, for what is rendered once.
extension [UInt8] {
    init(varint number: UInt64) {
        self = []
        append(varint: number)
    }

    mutating func append(varint number: UInt64) {
        var rest = number
        while rest >= 0x80 {
            append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        append(UInt8(rest))
    }

    mutating func append(_ field: UInt32, nonZero number: UInt64) {
        if number == 0 { return }
        append(varint: UInt64(field) << 3)
        append(varint: number)
    }

    mutating func append(_ field: UInt32, bytes: some Collection<UInt8>) {
        append(varint: UInt64(field) << 3 | 2)
        append(varint: UInt64(bytes.count))
        append(contentsOf: bytes)
    }

    mutating func append(_ field: UInt32, nonEmpty text: String) {
        if !text.isEmpty { append(field, bytes: text.utf8) }
    }

    mutating func append(_ field: UInt32, message: (inout [UInt8]) -> Void) {
        var bytes: [UInt8] = []
        message(&bytes)
        append(field, bytes: bytes)
    }
}
