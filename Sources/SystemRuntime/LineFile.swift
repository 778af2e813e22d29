internal import Glibc

/// Lines of a file or a pipe, many at a time. One thread owns it.
package struct LineFile: ~Copyable {
    private let descriptor: FileDescriptor
    private let path: String
    /// After the last line end.
    private var rest: [UInt8] = []
    private var isAtEnd = false
    private var buffer = [UInt8](repeating: 0, count: 128 << 10)

    /// The most that a line may have: longer ones are cut there.
    package static let longestLine = 1 << 20

    /// - Parameter path: `-` is standard input.
    package init(reading path: String) throws(SystemError) {
        let result = path == "-" ? dup(STDIN_FILENO) : unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard result >= 0 else { throw .last("open \(path)") }
        descriptor = FileDescriptor(owning: result)
        self.path = path
    }

    /// The next lines, with their ends, as many as are there; nil after the last. Blocks until there is one.
    package mutating func next() throws(SystemError) -> [UInt8]? {
        if isAtEnd { return nil }
        var bytes = rest
        rest = []
        while true {
            let known = bytes.count
            let taken = try read(into: &bytes)
            if taken == 0 {
                isAtEnd = true
                return bytes.isEmpty ? nil : bytes
            }
            guard let end = bytes[known...].lastIndex(of: UInt8(ascii: "\n")) else {
                if bytes.count >= Self.longestLine { return bytes + [UInt8(ascii: "\n")] }
                continue
            }
            rest = Array(bytes[(end + 1)...])
            bytes.removeSubrange((end + 1)...)
            return bytes
        }
    }

    private mutating func read(into bytes: inout [UInt8]) throws(SystemError) -> Int {
        while true {
            let taken = unsafe buffer.withUnsafeMutableBytes {
                unsafe Glibc.read(descriptor.rawValue, $0.baseAddress!, $0.count)
            }
            if taken < 0 && errno == EINTR { continue }
            guard taken >= 0 else { throw .last("read \(path)") }
            bytes.append(contentsOf: buffer[..<taken])
            return taken
        }
    }
}

extension Span<UInt8> {
    /// The line that begins at a place, without its end; nil behind the last one.
    package func line(from start: Int) -> Range<Int>? {
        guard start < count else { return nil }
        let end = unsafe withUnsafeBufferPointer { bytes in
            unsafe memchr(bytes.baseAddress! + start, 0x0a, bytes.count - start).map {
                unsafe $0 - UnsafeMutableRawPointer(mutating: bytes.baseAddress!)
            }
        }
        return start..<(end ?? count)
    }
}
