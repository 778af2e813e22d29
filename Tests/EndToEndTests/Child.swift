import Foundation
import Synchronization
import SystemRuntime

/// A child process whose output is kept. Whoever started it ends it.
///
/// Not Foundation's `Process`: that passes on the signals that a thread of Swift's concurrency has blocked, and the child
/// then never hears of SIGTERM.
final class Child: Sendable {
    let identifier: pid_t
    private let base = FileManager.default.temporaryDirectory.appending(path: "apus-test-\(UUID().uuidString)").path()
    /// nil while it runs.
    private let ending = Mutex<Int32?>(nil)

    private var standardInput: String { base + ".in" }
    private var standardOutput: String { base + ".out" }
    private var standardError: String { base + ".err" }

    init(_ path: String, _ arguments: [String], input: String = "") throws {
        try input.write(toFile: base + ".in", atomically: false, encoding: .utf8)
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        let create = O_WRONLY | O_CREAT | O_TRUNC
        unsafe posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, base + ".in", O_RDONLY, 0)
        unsafe posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, base + ".out", create, 0o600)
        unsafe posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, base + ".err", create, 0o600)

        var attributes = posix_spawnattr_t()
        unsafe posix_spawnattr_init(&attributes)
        defer { unsafe posix_spawnattr_destroy(&attributes) }
        var signals = sigset_t()
        unsafe sigemptyset(&signals)
        unsafe posix_spawnattr_setsigmask(&attributes, &signals)
        unsafe sigfillset(&signals)
        unsafe posix_spawnattr_setsigdefault(&attributes, &signals)
        unsafe posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))

        var vector: [UnsafeMutablePointer<CChar>?] = unsafe ([path] + arguments).map { unsafe strdup($0) } + [nil]
        defer { unsafe vector.forEach { unsafe free($0) } }
        var child: pid_t = 0
        let status = unsafe posix_spawn(&child, path, &actions, &attributes, &vector, environ)
        guard status == 0 else { throw SystemError("start \(path)", code: status) }
        identifier = child
    }

    deinit {
        kill(SIGKILL)
        _ = waitForEnd()
        for file in [standardInput, standardOutput, standardError] { try? FileManager.default.removeItem(atPath: file) }
    }

    var output: String { (try? String(contentsOfFile: standardOutput, encoding: .utf8)) ?? "" }
    var errors: String { (try? String(contentsOfFile: standardError, encoding: .utf8)) ?? "" }
    var outputBytes: Int { output.utf8.count }

    var isRunning: Bool { look(options: WNOHANG) == nil }

    func kill(_ signal: Int32) { if isRunning { _ = Glibc.kill(identifier, signal) } }

    /// - Returns: the exit status; minus the signal's number if one ended it.
    func waitForEnd() -> Int32 {
        while true {
            if let status = look(options: WNOHANG) { return status }
            usleep(5_000)
        }
    }

    private func look(options: Int32) -> Int32? {
        ending.withLock { ending in
            if let ending { return ending }
            var status: Int32 = 0
            guard unsafe waitpid(identifier, &status, options) == identifier else { return nil }
            let signal = status & 0x7f
            ending = signal == 0 ? status >> 8 & 0xff : -signal
            return ending
        }
    }

    /// Looks at what it says on standard error until the text is there; nil if it does not come.
    func waitForErrors(containing text: String, seconds: Double = 30) -> String? {
        let deadline = Date().addingTimeInterval(seconds)
        while Date() < deadline {
            let isOver = !isRunning
            if errors.contains(text) { return errors }
            if isOver { return nil }
            usleep(20_000)
        }
        return nil
    }

    /// Its resident memory.
    func residentKibibytes() throws -> Int {
        let status = try String(contentsOfFile: "/proc/\(identifier)/status", encoding: .utf8)
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmRSS:") }
        guard let number = line.flatMap({ Int($0.filter(\.isNumber)) }) else {
            throw SystemError("read the memory of process \(identifier)", code: ESRCH)
        }
        return number
    }
}
