import Directory
import Manifests
import SyntheticTraffic

/// Changes the labels of one pod of another node after the other, while flows pass.
struct PodChurn: Sendable {
    static let intervalNanoseconds: UInt64 = 1_000_000
    /// So many take turns.
    private static let pods = 4_000

    /// Each pod's manifest at first and with another application's labels.
    private let states: [(ManifestDocument, ManifestDocument)]

    init(_ cluster: SyntheticCluster, nodes: Int) {
        states = (0..<cluster.pods).lazy.filter { $0 % nodes != 0 }.prefix(Self.pods).map { pod in
            let application = pod % SyntheticCluster.applications
            // Of the same namespace, so that pods with these labels exist.
            let other = (application + SyntheticCluster.namespaces) % SyntheticCluster.applications
            return (
                Self.document(cluster.manifest(ofPod: pod, application: application)),
                Self.document(cluster.manifest(ofPod: pod, application: other))
            )
        }
    }

    private static func document(_ text: String) -> ManifestDocument {
        ManifestSet.parse(text, file: "pod.yaml").documents[0]
    }

    /// The next change.
    func apply(_ number: Int, to directory: inout Directory) -> DirectoryChange {
        let pod = states[number % states.count]
        let (old, new) = number / states.count % 2 == 0 ? (pod.0, pod.1) : (pod.1, pod.0)
        guard let change = directory.apply(removed: [old], added: [new]) else {
            preconditionFailure("the change is one of a pod alone")
        }
        return change
    }
}
