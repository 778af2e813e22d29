internal import Glibc
internal import SystemRuntime

/// Small files of /proc: read whole, written with one call.
enum KernelFile {
    static func isExecutable(_ path: String) -> Bool { unsafe access(path, X_OK) == 0 }

    static func read(_ path: String) throws(SystemError) -> String {
        try readAll(open(path, O_RDONLY), path)
    }

    static func write(_ text: String, to path: String) throws(SystemError) {
        let file = try open(path, O_WRONLY)
        let bytes = Array(text.utf8)
        let count = unsafe bytes.withUnsafeBytes { unsafe Glibc.write(file.rawValue, $0.baseAddress, $0.count) }
        guard count == bytes.count else { throw .last("write \(path)") }
    }

    /// Reads to the end, which for a socket is that its other end was closed.
    static func readAll(_ file: borrowing FileDescriptor, _ name: String) throws(SystemError) -> String {
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
}
