internal import CBPF
internal import Glibc
internal import Synchronization

/// What libbpf would print to standard error. The last lines are kept and go into the error that they explain.
enum LibbpfLog {
    /// A verifier's log ends with what it refuses and why; earlier lines walk through the program.
    private static let capacity = 24
    private static let lines = Mutex<[String]>([])

    /// libbpf's print function belongs to the process: set once, on first use.
    private static let isInstalled: Void = {
        _ = unsafe libbpf_set_print { level, format, arguments in
            guard level != LIBBPF_DEBUG, let format = unsafe format, let arguments = unsafe arguments else { return 0 }
            unsafe LibbpfLog.keep(format, arguments)
            return 0
        }
    }()

    /// Forgets what earlier operations left. Call before an operation that libbpf may comment on.
    static func start() {
        _ = isInstalled
        lines.withLock { $0.removeAll() }
    }

    /// The error of the operation that began with `start`.
    static func error(_ operation: String, _ object: String, code: Int32) -> BPFError {
        BPFError(operation, object, code: abs(code), messages: lines.withLock { $0 })
    }

    private static func keep(_ format: UnsafePointer<CChar>, _ arguments: CVaListPointer) {
        // A verifier's log may have megabytes, and libbpf prints it as one message.
        let text = unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: 1 << 20) { buffer in
            let count = unsafe Int(vsnprintf(buffer.baseAddress!, buffer.count, format, arguments))
            let bytes = unsafe UnsafeRawBufferPointer(
                rebasing: UnsafeRawBufferPointer(buffer)[..<min(max(count, 0), buffer.count - 1)])
            return unsafe String(decoding: bytes, as: UTF8.self)
        }
        lines.withLock { lines in
            lines += text.split(separator: "\n").suffix(capacity).map(String.init)
            lines.removeFirst(max(0, lines.count - capacity))
        }
    }
}
