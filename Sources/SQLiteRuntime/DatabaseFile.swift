import Glibc

/// A database file that no connection of this process has open, as a whole.
package enum DatabaseFile {
    /// Puts a file in the place of another at once; after a loss of power one of the two is there.
    ///
    /// - Throws: `.ioError` with the system's own words.
    package static func move(_ path: String, over target: String) throws(SQLiteError) {
        // 0; ENOENT, EACCES, ENOSPC, EROFS…
        guard unsafe rename(path, target) == 0 else { throw failure("rename", path) }
        try synchronize(directory: target.lastIndex(of: "/").map { String(target[..<$0]) } ?? ".")
    }

    /// Makes safe from a loss of power which files are in a directory, and which are not any more.
    ///
    /// - Throws: `.ioError` with the system's own words.
    package static func synchronize(directory: String) throws(SQLiteError) {
        // A descriptor; EACCES, EMFILE…
        let descriptor = unsafe open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure("open", directory) }
        defer { close(descriptor) }
        // 0; EIO, ENOSPC…
        guard fsync(descriptor) == 0 else { throw failure("fsync", directory) }
    }

    private static func failure(_ call: String, _ path: String) -> SQLiteError {
        SQLiteError(
            code: .ioError, extendedCode: SQLiteError.Code.ioError.rawValue,
            message: unsafe "\(call): \(String(cString: strerror(errno)))", sql: path)
    }
}
