import CNghttp2

/// Lays names and values side by side in one array, so that nghttp2 gets pointers into a single allocation, which is
/// kept from one response to the next.
struct HTTP2HeaderPacker {
    private struct Field {
        var nameCount: Int
        var valueCount: Int
    }

    private var bytes: [UInt8] = []
    private var fields: [Field] = []

    mutating func removeAll() {
        bytes.removeAll(keepingCapacity: true)
        fields.removeAll(keepingCapacity: true)
    }

    mutating func append(name: String, value: String) {
        let start = bytes.count
        for byte in name.utf8 {
            let isUpper = byte >= UInt8(ascii: "A") && byte <= UInt8(ascii: "Z")
            bytes.append(isUpper ? byte | 0x20 : byte)
        }
        let nameCount = bytes.count - start
        bytes.append(contentsOf: value.utf8)
        fields.append(Field(nameCount: nameCount, valueCount: bytes.count - start - nameCount))
    }

    /// Lends the fields in nghttp2's form for the call; nghttp2 copies them.
    func withFields<Result>(_ body: (UnsafeBufferPointer<nghttp2_nv>) -> Result) -> Result {
        var bytes = bytes
        return unsafe bytes.withUnsafeMutableBufferPointer { packed in
            unsafe withUnsafeTemporaryAllocation(of: nghttp2_nv.self, capacity: fields.count) { vector in
                var offset = 0
                for (index, field) in fields.enumerated() {
                    let start = unsafe packed.baseAddress.map { unsafe $0 + offset }
                    let value = unsafe start.map { unsafe $0 + field.nameCount }
                    unsafe vector.initializeElement(
                        at: index,
                        to: nghttp2_nv(
                            name: start, value: value, namelen: field.nameCount, valuelen: field.valueCount,
                            flags: UInt8(NGHTTP2_NV_FLAG_NONE.rawValue)))
                    offset += field.nameCount + field.valueCount
                }
                return unsafe body(UnsafeBufferPointer(vector))
            }
        }
    }
}
