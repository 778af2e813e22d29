internal import Glibc

/// Files that the kernel makes while they are read, as those in /proc: their size is not known before their end.
package enum KernelFile {
    package static func isExecutable(_ path: String) -> Bool { unsafe access(path, X_OK) == 0 }

    package static func read(_ path: String) throws(SystemError) -> String {
        try readAll(open(path, O_RDONLY), path)
    }

    package static func write(_ text: String, to path: String) throws(SystemError) {
        let file = try open(path, O_WRONLY)
        let bytes = Array(text.utf8)
        let count = unsafe bytes.withUnsafeBytes { unsafe Glibc.write(file.rawValue, $0.baseAddress, $0.count) }
        guard count == bytes.count else { throw .last("write \(path)") }
    }

    /// Reads to the end, which for a socket is that its other end was closed.
    package static func readAll(_ file: borrowing FileDescriptor, _ name: String) throws(SystemError) -> String {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 4096)
        while true {
            let capacity = chunk.count
            let count = unsafe Glibc.read(file.rawValue, &chunk, capacity)
            guard count >= 0 else { throw .last("read \(name)") }
            if count == 0 { return String(decoding: bytes, as: UTF8.self) }
            bytes += chunk[..<count]
        }
    }

    private static func open(_ path: String, _ mode: Int32) throws(SystemError) -> FileDescriptor {
        let descriptor = unsafe Glibc.open(path, mode | O_CLOEXEC)
        guard descriptor >= 0 else { throw .last("open \(path)") }
        return FileDescriptor(owning: descriptor)
    }

    /// Gives the file's lines, without their ends, one after the other. A line is lent for the call.
    package static func forEachLine(of path: String, _ body: (ArraySlice<UInt8>) -> Void) throws(SystemError) {
        let file = try open(path, O_RDONLY)
        var buffer = [UInt8](repeating: 0, count: 65_536)
        var used = 0
        while true {
            if used == buffer.count { buffer.append(contentsOf: repeatElement(0, count: buffer.count)) }
            let count = unsafe buffer.withUnsafeMutableBytes { bytes in
                unsafe Glibc.read(file.rawValue, bytes.baseAddress! + used, bytes.count - used)
            }
            guard count >= 0 else { throw .last("read \(path)") }
            let isEnd = count == 0
            used += count
            var start = 0
            while let end = buffer[start..<used].firstIndex(of: UInt8(ascii: "\n")) {
                body(buffer[start..<end])
                start = end + 1
            }
            if isEnd {
                if start < used { body(buffer[start..<used]) }
                return
            }
            buffer.replaceSubrange(0..<used - start, with: Array(buffer[start..<used]))
            used -= start
        }
    }
}
