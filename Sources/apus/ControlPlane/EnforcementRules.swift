import Directory
import FlowModel
import Glibc
import Policy

/// How strictly pods are held to policies: all alike, but for those that a pattern names.
struct EnforcementRules: Hashable, Sendable {
    struct Exception: Hashable, Sendable {
        /// `NAMESPACE/POD`, with `*` for any part and `?` for any character.
        let pods: String
        let mode: EnforcementMode

        func matches(_ pod: LocalEndpoint) -> Bool {
            unsafe fnmatch(pods, "\(pod.namespace)/\(pod.podName)", 0) == 0
        }
    }

    var mode = EnforcementMode.none
    /// The first that matches counts.
    var exceptions: [Exception] = []

    func settings(_ pods: [LocalEndpoint]) -> EnforcementSettings {
        var settings = EnforcementSettings(mode: mode)
        for pod in exceptions.isEmpty ? [] : pods {
            guard let exception = exceptions.first(where: { $0.matches(pod) }) else { continue }
            settings.modesByEndpoint[pod.id] = exception.mode
        }
        return settings
    }
}
