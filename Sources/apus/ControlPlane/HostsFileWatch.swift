import Directory
import Logging

/// Names in a file in the format of hosts(5), and again whenever it changes.
struct HostsFileWatch {
    private let path: String
    private let logger: Logger
    private let watch: FileWatch
    private let apply: @Sendable (String) -> Void

    init(_ path: String, controlPlane: ControlPlane, logger: Logger) {
        self.path = path
        self.logger = logger
        let apply: @Sendable (String) -> Void = { text in
            let hosts = HostsFile(text, file: path)
            for problem in hosts.problems { logger.warning("refused: \(problem)") }
            do {
                try controlPlane.apply(addressNames: hosts.names)
                logger.info("names in force: of \(hosts.names.count) addresses")
            } catch {
                logger.error("names were not put in force: \(error)")
            }
        }
        self.apply = apply
        watch = FileWatch(path, threadName: "apus-hosts", apply: apply)
    }

    func start() throws { try watch.start() }

    func stop() { watch.stop() }

    /// Reads the file now. One that cannot be read leaves the names in force.
    func reload() {
        if let text = watch.read() { apply(text) } else { logger.error("\(path): cannot be read") }
    }
}
