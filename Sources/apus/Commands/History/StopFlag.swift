import Foundation
import Synchronization
import SystemRuntime

/// Is set by Ctrl-C or SIGTERM, for work that looks at it now and then; a second one ends the process at once. Once in a
/// process.
final class StopFlag: Sendable {
    private let flag = Atomic(false)

    init() {
        TerminationSignals.install { [self] in
            if flag.exchange(true, ordering: .relaxed) { exit(130) }
        }
    }

    var isSet: Bool { flag.load(ordering: .relaxed) }
}
