import Datapath
import Foundation
import Logging
import Manifests
import Synchronization
import SystemRuntime

/// Reads a directory of manifests, and again whenever something in it changes. The thread `apus-manifests` owns it.
final class ManifestWatch: Sendable {
    private let directory: String
    private let controlPlane: ControlPlane
    private let logger: Logger
    private let thread = StageThread()
    /// Locked while the manifests are read and applied: the thread and whoever asks for a reload take turns.
    private let reader = Mutex(ManifestReader())

    /// Editors write a file in several steps; changes that follow so closely are read together. Milliseconds.
    private static let settleMilliseconds: UInt64 = 50
    /// How often the thread looks whether it should stop.
    private static let pollMilliseconds: Int32 = 200

    init(_ directory: String, controlPlane: ControlPlane, logger: Logger) {
        self.directory = directory
        self.controlPlane = controlPlane
        self.logger = logger
    }

    func start() throws(SystemError) {
        let watcher = try DirectoryWatcher()
        try watcher.watch(directories)
        thread.start("apus-manifests") { thread in
            var pace = ReloadPace()
            var isChanged = false
            while !thread.isStopping.load(ordering: .acquiring) {
                isChanged = watcher.wait(timeoutMilliseconds: Self.pollMilliseconds) || isChanged
                guard isChanged, pace.isDue else { continue }
                isChanged = false
                NamedThread.sleep(nanoseconds: Self.settleMilliseconds * 1_000_000)
                _ = watcher.wait(timeoutMilliseconds: 0)
                do throws(SystemError) { try watcher.watch(self.directories) } catch { self.logger.error("\(error)") }
                pace.reload { self.reload() }
            }
        }
    }

    func stop() { thread.stop() }

    /// Reads the manifests now; says what was refused.
    func reload() {
        do {
            let problems = try reader.withLock { reader in try controlPlane.apply(reader.load(directory)) }
            for problem in problems { logger.warning("refused: \(problem)") }
            let summary = controlPlane.summary
            for remark in summary.remarks { logger.notice("\(remark)") }
            logger.info("manifests in force: \(summary.endpoints) endpoints, \(summary.policies) policies")
        } catch {
            let reason = (error as? DatapathError)?.operatorText ?? "\(error)"
            logger.error("manifests were not put in force, what was in force stays: \(reason)")
        }
        ProcessMemory.returnFreed()
    }

    private var directories: [String] {
        let below = FileManager.default.subpaths(atPath: directory) ?? []
        return [directory]
            + below.map { directory + "/" + $0 }.filter { path in
                var isDirectory: ObjCBool = false
                return unsafe FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory)
                    && isDirectory.boolValue
            }
    }
}
