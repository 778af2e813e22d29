internal import Glibc
internal import SystemRuntime

/// A short-lived program, started in the calling thread's network namespace and waited for.
enum ChildProcess {
    struct Ending {
        /// What it wrote to its standard error.
        let messages: String
        /// 0 is success; a signal that ended it is negative.
        let status: Int32
    }

    /// Runs the program with this text as standard input; its standard output is dropped. For programs that say little:
    /// their messages wait in a socket's buffer until all input is written.
    ///
    /// - Parameter path: the executable; nothing is looked up in PATH.
    static func run(_ path: String, _ arguments: [String], input text: String) throws(SystemError) -> Ending {
        let messages = try SocketPair(isBlocking: true)
        let input = try SocketPair(isBlocking: true)
        let child = try spawn(path, arguments, input: input.far.rawValue, messages: messages.far.rawValue)
        // The child has the far ends now. When ours are gone, too, each side sees the other's end.
        release(input.far)
        write(Array(text.utf8), to: input.near)
        release(input.near)
        release(messages.far)
        // Status decides; without its words the program is still waited for.
        let words = (try? KernelFile.readAll(messages.near, "messages of \(path)")) ?? ""
        return Ending(messages: words, status: try wait(for: child, path))
    }

    private static func release(_ end: consuming FileDescriptor) {}

    /// A program that ends before it has read everything says why in its status.
    private static func write(_ bytes: [UInt8], to end: borrowing FileDescriptor) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes { buffer in
                unsafe send(end.rawValue, buffer.baseAddress, buffer.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }

    private static func spawn(
        _ path: String, _ arguments: [String], input: Int32, messages: Int32
    ) throws(SystemError) -> pid_t {
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        unsafe posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO)
        unsafe posix_spawn_file_actions_adddup2(&actions, messages, STDERR_FILENO)
        unsafe posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0)

        var vector: [UnsafeMutablePointer<CChar>?] = unsafe ([path] + arguments).map { unsafe strdup($0) }
        defer { unsafe vector.forEach { unsafe free($0) } }
        unsafe vector.append(nil)
        var environment: [UnsafeMutablePointer<CChar>?] = unsafe [nil]
        var child: pid_t = 0
        let status = unsafe posix_spawn(&child, path, &actions, nil, &vector, &environment)
        guard status == 0 else { throw SystemError("start \(path)", code: status) }
        return child
    }

    private static func wait(for child: pid_t, _ path: String) throws(SystemError) -> Int32 {
        var status: Int32 = 0
        while unsafe waitpid(child, &status, 0) < 0 {
            guard errno == EINTR else { throw .last("wait for \(path)") }
        }
        let signal = status & 0x7f
        return signal == 0 ? status >> 8 & 0xff : -signal
    }
}
