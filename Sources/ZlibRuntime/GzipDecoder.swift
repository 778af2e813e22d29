private import CZlib

/// Reads gzip (RFC 1952) that is there whole.
package enum GzipDecoder {
    package enum Failure: Error, Equatable {
        /// Not gzip, damaged, or cut short.
        case damaged
        case tooLarge
    }

    /// The largest window there is, and that it is gzip.
    private static let windowBits: Int32 = 15 + 16

    /// What `bytes` hold. No more than `limit` is ever written, whatever they claim.
    package static func decode(_ bytes: [UInt8], limit: Int) throws(Failure) -> [UInt8] {
        // One byte more than allowed tells that there would be more.
        var content = [UInt8](repeating: 0, count: min(limit, max(4_096, bytes.count * 8)) + 1)
        while true {
            let (status, count) = inflate(bytes, into: &content)
            switch status {
            case Z_STREAM_END where count <= limit: return Array(content[..<count])
            case Z_STREAM_END: throw .tooLarge
            case Z_OK where count == content.count, Z_BUF_ERROR where count == content.count:
                guard content.count <= limit else { throw .tooLarge }
                content = [UInt8](repeating: 0, count: min(limit, content.count * 8) + 1)
            // Z_OK: cut short. Z_DATA_ERROR, Z_NEED_DICT: no gzip. Z_MEM_ERROR: there is no going on with it either.
            default: throw .damaged
            }
        }
    }

    private static func inflate(_ bytes: [UInt8], into content: inout [UInt8]) -> (status: Int32, count: Int) {
        unsafe bytes.withUnsafeBufferPointer { input in
            unsafe content.withUnsafeMutableBufferPointer { room in
                var stream = unsafe z_stream()
                let status = unsafe apus_inflate_init(&stream, windowBits)
                precondition(status == Z_OK, "zlib gives a stream")
                defer { unsafe _ = inflateEnd(&stream) }
                unsafe stream.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
                unsafe stream.avail_in = UInt32(input.count)
                unsafe stream.next_out = room.baseAddress
                unsafe stream.avail_out = UInt32(room.count)
                let result = unsafe CZlib.inflate(&stream, Z_FINISH)
                return unsafe (result, room.count - Int(stream.avail_out))
            }
        }
    }
}
