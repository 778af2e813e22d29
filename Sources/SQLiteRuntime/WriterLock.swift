import Glibc

/// The right to write a store: an exclusive lock on a file, which the kernel releases with the process, however it
/// ends.
package struct WriterLock: ~Copyable, Sendable {
    package enum Failure: Error, Sendable, Equatable {
        /// Another process, or another writer of this one, holds the lock. The number is 0 if it could not be read.
        case held(processID: Int32)
        /// A system call failed: which one, on what, and why.
        case system(call: String, path: String, message: String)
    }

    private let descriptor: Int32

    /// Creates the directory (not its parents) with access for owner and group if it does not exist, and takes the
    /// lock.
    package init(directory: String, fileName: String) throws(Failure) {
        descriptor = try Self.acquire(directory, directory + "/" + fileName)
    }

    deinit { close(descriptor) }

    private static func acquire(_ directory: String, _ path: String) throws(Failure) -> Int32 {
        // 0; EEXIST is what we want; EACCES, ENOENT, ENOSPC, EROFS…
        if unsafe mkdir(directory, 0o750) != 0 && errno != EEXIST { throw failure("mkdir", directory) }
        // A descriptor; EACCES, ENOTDIR, EMFILE, ENOSPC…
        let descriptor = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o640)
        guard descriptor >= 0 else { throw failure("open", path) }
        // 0; EWOULDBLOCK when another holds it; EINTR cannot be, as it does not wait.
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let failure = errno == EWOULDBLOCK ? Failure.held(processID: holder(descriptor)) : failure("flock", path)
            close(descriptor)
            throw failure
        }
        writeProcessID(descriptor)
        return descriptor
    }

    /// Only told to people: a failure to write it changes nothing.
    private static func writeProcessID(_ descriptor: Int32) {
        let text = Array("\(getpid())\n".utf8)
        _ = ftruncate(descriptor, 0)
        _ = unsafe text.withUnsafeBytes { unsafe pwrite(descriptor, $0.baseAddress, $0.count, 0) }
    }

    private static func holder(_ descriptor: Int32) -> Int32 {
        var bytes = [UInt8](repeating: 0, count: 16)
        let count = unsafe bytes.withUnsafeMutableBytes { unsafe pread(descriptor, $0.baseAddress, $0.count, 0) }
        let digits = bytes.prefix(max(0, count)).prefix { (48...57).contains($0) }
        return Int32(String(decoding: digits, as: UTF8.self)) ?? 0
    }

    private static func failure(_ call: String, _ path: String) -> Failure {
        .system(call: call, path: path, message: unsafe String(cString: strerror(errno)))
    }
}
