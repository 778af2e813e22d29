internal import Glibc

/// An open file descriptor; closed when the value ends.
package struct FileDescriptor: ~Copyable, Sendable {
    /// Valid as long as this value lives; never close it.
    package let rawValue: Int32

    /// Takes ownership.
    package init(owning rawValue: Int32) {
        precondition(rawValue >= 0, "a descriptor is not negative")
        self.rawValue = rawValue
    }

    deinit { _ = Glibc.close(rawValue) }

    package borrowing func duplicate() throws(SystemError) -> FileDescriptor {
        let copy = fcntl(rawValue, F_DUPFD_CLOEXEC, 0)
        guard copy >= 0 else { throw .last("duplicate a descriptor") }
        return FileDescriptor(owning: copy)
    }
}
