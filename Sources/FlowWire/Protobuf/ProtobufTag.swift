/// What stands before a field: its number, and how its value is written.
struct ProtobufTag: BitwiseCopyable {
    /// A variable-length integer, its first byte lowest.
    let bytes: UInt32
    let count: Int

    private static let varintType: UInt32 = 0
    private static let lengthDelimitedType: UInt32 = 2

    /// An integer, a bool or an enumeration.
    @inline(__always)
    static func varint(_ field: UInt32) -> ProtobufTag { ProtobufTag(field << 3 | varintType) }

    /// A string, a message or packed numbers: a length, and so many bytes.
    @inline(__always)
    static func length(_ field: UInt32) -> ProtobufTag { ProtobufTag(field << 3 | lengthDelimitedType) }

    /// Straight-line code, so that the compiler knows the bytes of a constant.
    @inline(__always)
    private init(_ key: UInt32) {
        if key < 1 << 7 {
            (bytes, count) = (key, 1)
        } else if key < 1 << 14 {
            (bytes, count) = (key & 0x7f | 0x80 | (key >> 7) << 8, 2)
        } else {
            precondition(key < 1 << 21, "no field has a higher number")
            (bytes, count) = (key & 0x7f | 0x80 | (key >> 7 & 0x7f | 0x80) << 8 | (key >> 14) << 16, 3)
        }
    }
}
