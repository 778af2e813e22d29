import Foundation

/// A program run to its end: its processor time, the kernel's work for it included, and the most memory that it held.
struct ChildMeter {
    let nanoseconds: Double
    let residentBytes: Double

    /// Its output goes nowhere.
    init(running path: String, _ arguments: [String]) throws {
        guard FileManager.default.isExecutableFile(atPath: path) else { throw Obstacle("there is no \(path)") }
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        unsafe posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0)
        unsafe posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0)
        var vector: [UnsafeMutablePointer<CChar>?] = unsafe ([path] + arguments).map { unsafe strdup($0) } + [nil]
        defer { unsafe vector.forEach { unsafe free($0) } }
        var child: pid_t = 0
        let status = unsafe posix_spawn(&child, path, &actions, nil, &vector, environ)
        guard status == 0 else { throw Obstacle("\(path) cannot be started: \(status)") }
        var ending: Int32 = 0
        var usage = rusage()
        guard unsafe wait4(child, &ending, 0, &usage) == child, ending == 0 else {
            throw Obstacle("\(path) \(arguments.joined(separator: " ")) ended with \(ending)")
        }
        func time(_ value: timeval) -> Double { Double(value.tv_sec) * 1e9 + Double(value.tv_usec) * 1e3 }
        nanoseconds = time(usage.ru_utime) + time(usage.ru_stime)
        residentBytes = Double(usage.ru_maxrss) * 1_024
    }
}
