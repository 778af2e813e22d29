/// The checksum of Ethernet, zip and PNG (polynomial 0x04C11DB7, reflected): any tool can check a recording with it.
///
/// Eight bytes a step, from eight tables ("slicing by eight").
struct CRC32 {
    private static let tables: [UInt32] = {
        var tables = [UInt32](repeating: 0, count: 8 * 256)
        for index in 0..<256 {
            tables[index] = (0..<8).reduce(UInt32(index)) { value, _ in
                value & 1 == 0 ? value >> 1 : value >> 1 ^ 0xedb8_8320
            }
        }
        for index in 256..<tables.count {
            let before = tables[index - 256]
            tables[index] = before >> 8 ^ tables[Int(before & 255)]
        }
        return tables
    }()

    private var state: UInt32 = .max

    var value: UInt32 { ~state }

    mutating func update(_ bytes: Span<UInt8>) {
        let tables = Self.tables
        var state = state
        var index = 0
        while index + 8 <= bytes.count {
            var crc: UInt32 = 0
            for byte in 0..<8 {
                let shifted = byte < 4 ? UInt8(truncatingIfNeeded: state >> UInt32(8 * byte)) : 0
                crc ^= tables[(7 - byte) * 256 + Int(bytes[index + byte] ^ shifted)]
            }
            state = crc
            index += 8
        }
        while index < bytes.count {
            state = state >> 8 ^ tables[Int(UInt8(truncatingIfNeeded: state) ^ bytes[index])]
            index += 1
        }
        self.state = state
    }
}
