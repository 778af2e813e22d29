import Foundation
import Synchronization
import SystemRuntime

/// Reads a file again whenever it changes. A thread of its own owns it.
final class FileWatch: Sendable {
    private let path: String
    private let threadName: String
    private let apply: @Sendable (_ text: String) -> Void
    private let thread = StageThread()

    /// Editors write a file in several steps. Milliseconds.
    private static let settleMilliseconds: UInt64 = 50
    /// How often the thread looks whether it should stop.
    private static let pollMilliseconds: Int32 = 200

    /// - Parameter apply: called with each other text, on the thread.
    init(_ path: String, threadName: String, apply: @escaping @Sendable (_ text: String) -> Void) {
        self.path = path
        self.threadName = threadName
        self.apply = apply
    }

    /// Its directory is watched, as a file that is replaced is another file.
    func start() throws(SystemError) {
        let watcher = try DirectoryWatcher()
        try watcher.watch([URL(filePath: path).deletingLastPathComponent().path(percentEncoded: false)])
        thread.start(threadName) { thread in
            var last = self.read()
            var pace = ReloadPace()
            var isChanged = false
            while !thread.isStopping.load(ordering: .acquiring) {
                isChanged = watcher.wait(timeoutMilliseconds: Self.pollMilliseconds) || isChanged
                guard isChanged, pace.isDue else { continue }
                isChanged = false
                NamedThread.sleep(nanoseconds: Self.settleMilliseconds * 1_000_000)
                _ = watcher.wait(timeoutMilliseconds: 0)
                let newest = self.read()
                guard let newest, newest != last else { continue }
                last = newest
                pace.reload { self.apply(newest) }
            }
        }
    }

    func stop() { thread.stop() }

    /// nil: it cannot be read, and what is in force stays.
    func read() -> String? { try? String(contentsOfFile: path, encoding: .utf8) }
}
