import Synchronization
import SystemRuntime

/// Is set by Ctrl-C or SIGTERM, for work that looks at it now and then. Once in a process.
final class StopFlag: Sendable {
    private let flag = Atomic(false)

    init() { TerminationSignals.install { [self] in flag.store(true, ordering: .relaxed) } }

    var isSet: Bool { flag.load(ordering: .relaxed) }
}
