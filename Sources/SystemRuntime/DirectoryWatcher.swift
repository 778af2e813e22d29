internal import CLinux
internal import Glibc

/// Tells that files in a directory tree were written, moved, made or removed (inotify).
///
/// Used by one thread. Directories that appear later are watched from the next `watch` on.
package final class DirectoryWatcher: Sendable {
    private let descriptor: FileDescriptor

    package init() throws(SystemError) {
        let result = clinux_inotify()
        guard result >= 0 else { throw SystemError("start watching files", code: -result) }
        descriptor = FileDescriptor(owning: result)
    }

    /// Watches these directories, too; one that is watched already stays so.
    package func watch(_ directories: [String]) throws(SystemError) {
        for directory in directories {
            let result = unsafe clinux_inotify_watch(descriptor.rawValue, directory)
            guard result >= 0 else { throw SystemError("watch \(directory)", code: -result) }
        }
    }

    /// Blocks until something changed; false if nothing did before the time was up.
    package func wait(timeoutMilliseconds: Int32) -> Bool {
        var entry = pollfd(fd: descriptor.rawValue, events: Int16(POLLIN), revents: 0)
        guard unsafe poll(&entry, 1, timeoutMilliseconds) > 0 else { return false }
        return unsafe withUnsafeTemporaryAllocation(byteCount: 16384, alignment: 8) { buffer in
            var changed = false
            while unsafe read(descriptor.rawValue, buffer.baseAddress!, buffer.count) > 0 { changed = true }
            return changed
        }
    }
}
