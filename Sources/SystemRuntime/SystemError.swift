internal import Glibc

/// A system call that failed, in words: what was tried, on what, and the kernel's answer.
package struct SystemError: Error, Hashable, Sendable, CustomStringConvertible {
    package let operation: String
    /// errno
    package let code: Int32

    package init(_ operation: String, code: Int32) {
        self.operation = operation
        self.code = code
    }

    /// The error of the call that just failed on this thread.
    package static func last(_ operation: String) -> SystemError { SystemError(operation, code: errno) }

    package var description: String {
        let reason = unsafe String(cString: strerror(code))
        return "\(operation): \(reason)"
    }
}
