import Directory
import Foundation
import Logging
import Synchronization
import SystemRuntime

/// Reads a file of names in the format of hosts(5), and again whenever it changes. The thread `apus-hosts` owns it.
final class HostsFileWatch: Sendable {
    private let path: String
    private let controlPlane: ControlPlane
    private let logger: Logger
    private let thread = StageThread()

    /// Editors write a file in several steps. Milliseconds.
    private static let settleMilliseconds: UInt64 = 50
    /// How often the thread looks whether it should stop.
    private static let pollMilliseconds: Int32 = 200

    init(_ path: String, controlPlane: ControlPlane, logger: Logger) {
        self.path = path
        self.controlPlane = controlPlane
        self.logger = logger
    }

    /// Its directory is watched, as a file that is replaced is another file.
    func start() throws(SystemError) {
        let watcher = try DirectoryWatcher()
        try watcher.watch([URL(filePath: path).deletingLastPathComponent().path(percentEncoded: false)])
        thread.start("apus-hosts") { thread in
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

    /// Reads the file now. One that cannot be read leaves the names in force.
    func reload() {
        if let text = read() { apply(text) } else { logger.error("\(path): cannot be read") }
    }

    private func apply(_ text: String) {
        let hosts = HostsFile(text, file: path)
        for problem in hosts.problems { logger.warning("refused: \(problem)") }
        do {
            try controlPlane.apply(addressNames: hosts.names)
            logger.info("names in force: of \(hosts.names.count) addresses")
        } catch {
            logger.error("names were not put in force: \(error)")
        }
    }

    private func read() -> String? { try? String(contentsOfFile: path, encoding: .utf8) }
}
