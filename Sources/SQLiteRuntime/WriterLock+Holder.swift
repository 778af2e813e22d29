import Glibc

extension WriterLock {
    /// The process that holds a lock now, as the kernel lists it: asking does not take the lock, not even for a moment.
    ///
    /// - Returns: nil if no process holds it, or one in a process namespace that is not visible from here.
    package static func holder(directory: String, fileName: String) -> Int32? {
        var status = stat()
        // 0; ENOENT, EACCES…
        guard unsafe stat(directory + "/" + fileName, &status) == 0 else { return nil }
        let inode = "\(status.st_ino)"
        // 7: FLOCK  ADVISORY  WRITE 4711 08:01:262155 0 EOF
        for line in contents(of: "/proc/locks").split(separator: "\n") {
            let fields = line.split(separator: " ")
            guard fields.count > 5, fields[1] == "FLOCK", fields[3] == "WRITE" else { continue }
            if fields[5].split(separator: ":").last == inode[...] { return Int32(fields[4]) }
        }
        return nil
    }

    private static func contents(of path: String) -> String {
        // A descriptor; ENOENT, EMFILE…
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return "" }
        defer { close(descriptor) }
        var text: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4_096)
        while true {
            // What was read, 0 at the end; EINTR cannot be, as it does not wait.
            let count = unsafe buffer.withUnsafeMutableBytes { unsafe read(descriptor, $0.baseAddress, $0.count) }
            guard count > 0 else { return String(decoding: text, as: UTF8.self) }
            text += buffer.prefix(count)
        }
    }
}
