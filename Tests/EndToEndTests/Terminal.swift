import Foundation
import Testing

/// A shell in a terminal of its own, which tmux plays. Whoever started it ends it.
final class Terminal {
    private let directory: TemporaryDirectory

    init(columns: Int, rows: Int) throws {
        directory = try TemporaryDirectory()
        try tmux(
            "-f", "/dev/null", "new-session", "-d", "-x", "\(columns)", "-y", "\(rows)",
            "env -u NO_COLOR PS1='$ ' TERM=xterm-256color bash --norc --noprofile")
    }

    deinit { _ = try? tmux("kill-server") }

    @discardableResult
    private func tmux(_ arguments: String...) throws -> String {
        try Tool.run("tmux", ["-S", directory.path + "/socket"] + arguments).output
    }

    func type(_ command: String) throws { try tmux("send-keys", "-l", command) }
    func press(_ key: String) throws { try tmux("send-keys", key) }

    func run(_ command: String) throws {
        try type(command)
        try press("Enter")
    }

    func resize(columns: Int, rows: Int) throws { try tmux("resize-window", "-x", "\(columns)", "-y", "\(rows)") }

    /// What is to be seen.
    ///
    /// - Parameter escapes: with colours.
    func screen(escapes: Bool = false) throws -> String {
        try tmux("capture-pane", "-p", escapes ? "-e" : "-J")
    }

    /// Waits until what is to be seen is as wanted; returns it, or what is there after 20 s.
    func screen(where isWanted: (String) -> Bool) throws -> String {
        let deadline = Date().addingTimeInterval(20)
        var screen = ""
        repeat {
            screen = try self.screen()
            if isWanted(screen) { return screen }
            usleep(50_000)
        } while Date() < deadline
        return screen
    }
}
