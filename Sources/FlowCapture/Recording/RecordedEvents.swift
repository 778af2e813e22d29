internal import DatapathABI

/// Events as a chunk holds them: the kernel's own bytes, one after the other.
enum RecordedEvents {
    static let eventBytes = MemoryLayout<apus_event>.size

    static func append(_ events: Span<apus_event>, to bytes: inout [UInt8]) {
        unsafe events.withUnsafeBufferPointer { unsafe bytes.append(contentsOf: UnsafeRawBufferPointer($0)) }
    }

    /// - Returns: the events; nil if the bytes are no whole number of them.
    static func events(in bytes: [UInt8]) -> [apus_event]? {
        guard bytes.count % eventBytes == 0 else { return nil }
        return unsafe bytes.withUnsafeBytes { buffer in
            (0..<buffer.count / eventBytes).map {
                // Within the buffer, as its length was looked at; any bytes are an event, since all its fields are integers.
                unsafe buffer.loadUnaligned(fromByteOffset: $0 * eventBytes, as: apus_event.self)
            }
        }
    }
}
