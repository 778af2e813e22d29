import Glibc

/// What files take, and what a disk has left.
package enum DiskSpace {
    /// The length of a file; 0 if it is not there.
    package static func bytes(of path: String) -> UInt64 {
        var status = stat()
        // 0; ENOENT, EACCES…
        guard unsafe stat(path, &status) == 0 else { return 0 }
        return UInt64(max(0, status.st_size))
    }

    /// What an unprivileged process may still write on the disk of a directory; nil if it does not say.
    package static func freeBytes(_ directory: String) -> UInt64? {
        var status = statvfs()
        // 0; ENOENT, EACCES…
        guard unsafe statvfs(directory, &status) == 0 else { return nil }
        return UInt64(status.f_bavail) * UInt64(status.f_frsize)
    }

    /// What the disk of a directory holds in all; nil if it does not say.
    package static func totalBytes(_ directory: String) -> UInt64? {
        var status = statvfs()
        // 0; ENOENT, EACCES…
        guard unsafe statvfs(directory, &status) == 0 else { return nil }
        return UInt64(status.f_blocks) * UInt64(status.f_frsize)
    }
}
