internal import Glibc

/// A file that is written or read from its start to its end. One thread at a time owns it.
package struct BinaryFile: ~Copyable, Sendable {
    private let descriptor: FileDescriptor
    package let path: String

    /// A new file that only its owner may read.
    ///
    /// - Throws: EEXIST rather than overwrite one.
    package init(creating path: String) throws(SystemError) {
        try self.init(path, O_WRONLY | O_CREAT | O_EXCL, "create \(path)")
    }

    package init(reading path: String) throws(SystemError) {
        try self.init(path, O_RDONLY, "open \(path)")
    }

    private init(_ path: String, _ flags: Int32, _ operation: String) throws(SystemError) {
        let result = unsafe open(path, flags | O_CLOEXEC, 0o600)
        guard result >= 0 else { throw .last(operation) }
        descriptor = FileDescriptor(owning: result)
        self.path = path
    }

    /// Blocks until all is with the kernel; on disk it is after `synchronize`.
    package borrowing func write(_ bytes: borrowing [UInt8]) throws(SystemError) {
        var start = 0
        while start < bytes.count {
            let count = unsafe bytes.withUnsafeBytes { buffer in
                unsafe Glibc.write(descriptor.rawValue, buffer.baseAddress! + start, buffer.count - start)
            }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { throw .last("write \(path)") }
            start += count
        }
    }

    /// Waits until the disk has all that was written.
    package borrowing func synchronize() throws(SystemError) {
        guard fsync(descriptor.rawValue) == 0 else { throw .last("synchronize \(path)") }
    }

    /// Gives the file another name, in the place of the file that has it.
    package borrowing func rename(to newPath: String) throws(SystemError) {
        guard unsafe Glibc.rename(path, newPath) == 0 else { throw .last("rename \(path) to \(newPath)") }
    }

    /// The next bytes.
    ///
    /// - Returns: fewer than `count` at the file's end only.
    package borrowing func read(count: Int) throws(SystemError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        var filled = 0
        while filled < count {
            let taken = unsafe bytes.withUnsafeMutableBytes { buffer in
                unsafe Glibc.read(descriptor.rawValue, buffer.baseAddress! + filled, count - filled)
            }
            if taken < 0 && errno == EINTR { continue }
            guard taken >= 0 else { throw .last("read \(path)") }
            if taken == 0 { break }
            filled += taken
        }
        bytes.removeLast(count - filled)
        return bytes
    }
}
