import Directory
import Policy
import Synchronization

/// Questions about what is in force. Any thread; the cluster's pods are listed when somebody asks after a change.
final class PolicyQuestions: Sendable {
    private let controlPlane: ControlPlane
    private let known = Mutex<(revision: UInt64, pods: ClusterPods)?>(nil)

    init(_ controlPlane: ControlPlane) { self.controlPlane = controlPlane }

    func question(namespaces: Set<String>?) -> PolicyQuestion {
        let source = controlPlane.metadata
        let pods = known.withLock { known in
            if let known, known.revision == source.revision { return known.pods }
            let pods = ClusterPods(source.manifests, clusterName: controlPlane.clusterName)
            known = (source.revision, pods)
            return pods
        }
        return PolicyQuestion(
            source.policySet, pods, clusterName: controlPlane.clusterName, namespaces: namespaces)
    }
}
