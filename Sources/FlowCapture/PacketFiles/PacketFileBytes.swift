internal import SystemRuntime

/// A file's bytes, read ahead: looked at by offset from where reading stands, and then passed over.
struct PacketFileBytes: ~Copyable, Sendable {
    private let file: BinaryFile
    private var buffer: [UInt8] = []
    private var position = 0
    /// Where in the file reading stands.
    private(set) var offset: UInt64 = 0
    /// The byte order of the file's integers.
    var isBigEndian = false

    private static let readBytes = 65_536

    init(_ file: consuming BinaryFile) { self.file = file }

    var path: String { file.path }

    /// - Returns: false when the file ends before so many bytes.
    mutating func has(_ count: Int) throws(SystemError) -> Bool {
        guard buffer.count - position < count else { return true }
        buffer.removeFirst(position)
        position = 0
        buffer += try file.read(count: max(Self.readBytes, count - buffer.count))
        return buffer.count >= count
    }

    /// Of bytes that `has` has said are there.
    func number<Number: FixedWidthInteger & UnsignedInteger>(_ at: Int, as type: Number.Type = Number.self) -> Number {
        bytes(at, count: Number.bitWidth / 8).enumerated().reduce(0) { number, byte in
            let place = isBigEndian ? Number.bitWidth / 8 - 1 - byte.offset : byte.offset
            return number | Number(byte.element) << Number(8 * place)
        }
    }

    func bytes(_ at: Int, count: Int) -> ArraySlice<UInt8> { buffer[position + at..<position + at + count] }

    /// Lends bytes that `has` has said are there.
    func withBytes<Result>(_ at: Int, count: Int, _ body: (RawSpan) -> Result) -> Result {
        unsafe body(buffer.span.bytes.extracting(position + at..<position + at + count))
    }

    /// - Returns: false when the file ends before; reading stands at its end then.
    mutating func skip(_ count: UInt64) throws(SystemError) -> Bool {
        var rest = count
        while rest > 0 {
            let step = min(rest, UInt64(Self.readBytes))
            guard try has(Int(step)) else { return false }
            position += Int(step)
            offset += step
            rest -= step
        }
        return true
    }
}
