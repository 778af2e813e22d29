internal import Glibc

/// Standard output and standard error, written whole.
package enum StandardStream: Int32, Sendable {
    case output = 1
    case error = 2

    package var isTerminal: Bool { isatty(rawValue) == 1 }

    /// Blocks until all is written. A reader that went away is EPIPE: `SystemError.isBrokenPipe`.
    package func write(_ bytes: borrowing [UInt8]) throws(SystemError) {
        var start = 0
        while start < bytes.count {
            let count = unsafe bytes.withUnsafeBytes { buffer in
                unsafe Glibc.write(rawValue, buffer.baseAddress! + start, buffer.count - start)
            }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { throw .last("write to \(self == .output ? "standard output" : "standard error")") }
            start += count
        }
    }

    /// A line for a person; what cannot be written is nobody's loss.
    package func say(_ line: String) { try? write(Array((line + "\n").utf8)) }

    /// A closed pipe shall be an error of `write`, not the end of the process.
    package static func ignoreBrokenPipes() { _ = signal(SIGPIPE, SIG_IGN) }
}

extension SystemError {
    package var isBrokenPipe: Bool { code == EPIPE }
}
