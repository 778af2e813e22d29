import SystemRuntime

/// Lines of a file, a batch at a time.
struct ImportSource: ~Copyable {
    private let file: BinaryFile
    /// After the last line end.
    private var rest: [UInt8] = []
    private var isAtEnd = false

    /// Bytes that are read at once, and the most that a line may have: longer ones are cut there.
    private static let chunkBytes = 1 << 20

    init(_ path: String) throws(SystemError) { file = try BinaryFile(reading: path) }

    /// The next lines, without their ends; nil after the last.
    mutating func next() throws(SystemError) -> [ArraySlice<UInt8>]? {
        if isAtEnd { return nil }
        let chunk = try file.read(count: Self.chunkBytes)
        isAtEnd = chunk.count < Self.chunkBytes
        let text = rest + chunk
        var lines = text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        let last = lines.removeLast()
        let isTooLong = last.count >= Self.chunkBytes
        if isAtEnd && !last.isEmpty || isTooLong { lines.append(last) }
        rest = isTooLong ? [] : Array(last)
        return lines
    }
}
