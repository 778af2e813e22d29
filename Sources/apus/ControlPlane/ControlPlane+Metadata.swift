import Directory
import FlowAPI
import FlowModel
import FlowWire
import Manifests
import Policy

/// What is in force, as the API shows it. Copies of the control plane's lists: made under its lock in no time.
struct MetadataSource: Sendable {
    var manifests = ManifestSet()
    var subjects: [LocalEndpoint] = []
    var identities: [IdentityDescription] = []
    var policies: [NetworkPolicy] = []
    /// Rises whenever something else is in force.
    private(set) var revision: UInt64 = 0

    mutating func follow(_ newest: ManifestSet) {
        manifests = newest
        revision += 1
    }

    mutating func follow(_ newest: ManifestSet, _ update: DirectoryUpdate, _ policies: PolicySet) {
        follow(newest)
        (subjects, identities, self.policies) = (update.subjects, update.identities, policies.policies)
    }

    /// Takes milliseconds where there are thousands of objects.
    ///
    /// - Parameter clusterName: as flows have it.
    func metadata(clusterName: String) -> Metadata {
        Metadata(
            namespaces: namespaces.map { NamespaceReport(cluster: clusterName, namespace: $0) },
            endpoints: subjects.map(EndpointReport.init),
            identities: identities.map {
                IdentityReport($0.identity, labels: $0.labels, prefix: $0.prefix?.description)
            }, policies: policies.map(report))
    }

    private var namespaces: [String] {
        let names = manifests.documents.map { $0.kind == "Namespace" ? $0.name : $0.namespace ?? "" }
        return Set(names + subjects.map(\.namespace)).subtracting([""]).sorted()
    }

    private func report(_ policy: NetworkPolicy) -> PolicyReport {
        PolicyReport(
            kind: policy.kind, namespace: policy.namespace, name: policy.name,
            revision: policy.revision,
            endpoints: subjects.filter { policy.selects($0.labels) }.map { "\($0.namespace)/\($0.podName)" }.sorted(),
            remarks: policy.remarks.map { $0.field.isEmpty ? $0.message : "\($0.field): \($0.message)" })
    }
}

extension EndpointReport {
    init(_ pod: LocalEndpoint) {
        self.init(
            Endpoint(
                id: pod.id, identity: pod.identity, namespace: pod.namespace, podName: pod.podName, labels: pod.labels,
                workloads: pod.workload.map { [$0] } ?? []), addresses: pod.addresses)
    }
}
