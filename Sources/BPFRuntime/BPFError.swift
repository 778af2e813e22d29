internal import Glibc

/// An operation on a BPF object that failed: what was tried, on what, the kernel's answer, and what libbpf had to say.
package struct BPFError: Error, Hashable, Sendable, CustomStringConvertible {
    package let operation: String
    /// Name of the object, map, program or interface.
    package let object: String
    /// errno
    package let code: Int32
    /// The last lines of libbpf's log; of the verifier's, when it refused a program.
    package let messages: [String]

    package init(_ operation: String, _ object: String, code: Int32, messages: [String] = []) {
        self.operation = operation
        self.object = object
        self.code = code
        self.messages = messages
    }

    package var description: String {
        let reason = unsafe String(cString: strerror(code))
        let log = messages.isEmpty ? "" : "\n" + messages.map { "  " + $0 }.joined(separator: "\n")
        return "\(operation) \(object): \(reason)\(log)"
    }
}
