internal import Glibc

/// What a command prints: a terminal gets each line at once, a file or pipe whole blocks, and what there is when nothing more
/// comes for the moment. One thread owns it.
package struct OutputBuffer {
    package var bytes: [UInt8] = []
    private let isTerminal = StandardStream.output.isTerminal

    private static let blockBytes = 64 << 10

    package init() {}

    /// - Parameter isIdle: nothing more comes for the moment.
    package mutating func flush(isIdle: Bool) throws(SystemError) {
        guard isTerminal || isIdle || bytes.count >= Self.blockBytes else { return }
        try flush()
    }

    package mutating func flush() throws(SystemError) {
        if bytes.isEmpty { return }
        try StandardStream.output.write(bytes)
        bytes.removeAll(keepingCapacity: true)
    }
}

extension StandardStream {
    /// Columns and rows; nil if it is no terminal.
    package var size: (columns: Int, rows: Int)? {
        var size = winsize()
        guard unsafe ioctl(rawValue, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
        return (Int(size.ws_col), Int(size.ws_row))
    }
}
