import FlowModel
import Manifests

extension Workload {
    /// The controller that made a pod, named as people know it: a ReplicaSet's Deployment, a Job's CronJob.
    /// Nil for a pod that nothing controls.
    init?(podMetadata metadata: ManifestNode) throws(FieldProblem) {
        guard let generateName = try metadata.field("generateName")?.text(), !generateName.isEmpty,
            let owner = try Self.controller(metadata)
        else { return nil }
        let kind = try owner.field("kind")?.text() ?? ""
        let name = try owner.field("name")?.text() ?? ""
        let labels = try metadata.field("labels")?.textMap() ?? [:]
        self = Self.derive(kind: kind, name: name, podLabels: labels)
    }

    private static func controller(_ metadata: ManifestNode) throws(FieldProblem) -> ManifestNode? {
        for owner in try metadata.field("ownerReferences")?.list() ?? [] {
            if try owner.field("controller")?.bool() ?? false { return owner }
        }
        return nil
    }

    private static func derive(kind: String, name: String, podLabels: [String: String]) -> Workload {
        switch kind {
        case "ReplicaSet":
            if let hash = podLabels["pod-template-hash"], !hash.isEmpty, name.hasSuffix("-" + hash) {
                return Workload(name: String(name.dropLast(hash.count + 1)), kind: "Deployment")
            }
        case "ReplicationController":
            if let config = podLabels["deploymentconfig"], !config.isEmpty {
                return Workload(name: config, kind: "DeploymentConfig")
            }
        case "Job":
            if let base = cronJobName(ofJob: name) { return Workload(name: base, kind: "CronJob") }
        default: break
        }
        return Workload(name: name, kind: kind)
    }

    /// A CronJob names its jobs `<name>-<scheduled time>`, which has eight to ten digits.
    private static func cronJobName(ofJob name: String) -> String? {
        guard let dash = name.lastIndex(of: "-"), dash > name.startIndex else { return nil }
        let digits = name[name.index(after: dash)...].utf8
        let isTime = (8...10).contains(digits.count) && digits.allSatisfy { (48...57).contains($0) }
        return isTime ? String(name[..<dash]) : nil
    }
}
