import FlowModel

// Protobuf's wire format. What proto3 leaves out at zero is left out.
extension ByteWriter {
    @inline(__always)
    mutating func write(_ tag: ProtobufTag) { write(tag.bytes.littleEndian, count: tag.count) }

    /// At most 10 bytes.
    @inline(__always)
    mutating func write(varint number: UInt64) {
        var rest = number
        while rest >= 0x80 {
            write(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        write(UInt8(truncatingIfNeeded: rest))
    }

    @inline(__always)
    mutating func write(_ field: UInt32, nonZero number: some FixedWidthInteger & UnsignedInteger) {
        if number == 0 { return }
        write(ProtobufTag.varint(field))
        write(varint: UInt64(number))
    }

    @inline(__always)
    mutating func write(_ field: UInt32, trueOnly value: Bool) {
        if value { write(field, nonZero: UInt8(1)) }
    }

    /// A string or a message that is rendered already.
    @inline(__always)
    mutating func write(_ field: UInt32, _ fragment: Fragment) {
        write(ProtobufTag.length(field))
        write(varint: UInt64(fragment.count))
        write(fragment)
    }

    /// `google.protobuf.Timestamp`.
    @inline(__always)
    mutating func write(_ field: UInt32, timeNanoseconds: UInt64) {
        let message = open(field)
        let (seconds, nanoseconds) = timeNanoseconds.quotientAndRemainder(dividingBy: 1_000_000_000)
        write(1, nonZero: seconds)
        write(2, nonZero: nanoseconds)
        close(message)
    }

    /// An address as text.
    @inline(__always)
    mutating func write(_ field: UInt32, _ address: IPAddress) {
        let text = open(field)
        write(address)
        close(text)
    }
}

/// A message or string that is being written: its length is filled in when it is known.
struct OpenMessage {
    /// Of the first byte of the length.
    let index: Int
    /// Bytes that the length is expected to take.
    let lengthCount: Int
}

extension ByteWriter {
    /// - Parameter lengthCount: 1 for what has mostly less than 128 bytes, 2 for less than 16 KiB: then nothing moves.
    @inline(__always)
    mutating func open(_ field: UInt32, lengthCount: Int = 1) -> OpenMessage {
        write(ProtobufTag.length(field))
        let message = OpenMessage(index: count, lengthCount: lengthCount)
        write(UInt16(0), count: lengthCount)
        return message
    }

    @inline(__always)
    mutating func close(_ message: OpenMessage) {
        let length = count - message.index - message.lengthCount
        if message.lengthCount == 1 && length < 1 << 7 { return patch(UInt8(length), at: message.index) }
        if message.lengthCount == 2 && length >= 1 << 7 && length < 1 << 14 {
            patch(UInt8(length & 0x7f | 0x80), at: message.index)
            patch(UInt8(length >> 7), at: message.index + 1)
            return
        }
        moveAndClose(message, length)
    }

    /// The length takes more or fewer bytes than expected.
    @inline(never)
    private mutating func moveAndClose(_ message: OpenMessage, _ length: Int) {
        let lengthCount = max(1, (Int.bitWidth - length.leadingZeroBitCount + 6) / 7)
        shift(from: message.index + message.lengthCount, by: lengthCount - message.lengthCount)
        var rest = length
        for offset in 0..<lengthCount {
            let isLast = offset == lengthCount - 1
            patch(UInt8(rest & 0x7f) | (isLast ? 0 : 0x80), at: message.index + offset)
            rest >>= 7
        }
    }
}
