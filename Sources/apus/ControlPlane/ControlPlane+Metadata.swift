import Directory
import FlowAPI
import FlowCatalog
import FlowModel
import FlowWire
import Manifests
import Policy

/// What is in force, as the API shows it. Copies of the control plane's lists: made under its lock in no time.
struct MetadataSource: Sendable {
    var manifests = ManifestSet()
    var subjects: [LocalEndpoint] = []
    var identities: [IdentityDescription] = []
    var policySet = PolicySet(ManifestSet())
    /// Rises whenever something else is in force.
    private(set) var revision: UInt64 = 0

    mutating func follow(_ newest: ManifestSet) {
        manifests = newest
        revision += 1
    }

    mutating func follow(_ newest: ManifestSet, _ update: DirectoryUpdate, _ policies: PolicySet) {
        follow(newest)
        (subjects, identities, policySet) = (update.subjects, update.identities, policies)
    }

    /// Takes milliseconds where there are thousands of objects.
    ///
    /// - Parameters:
    ///   - clusterName: as flows have it.
    ///   - hits: how often rules decided.
    func metadata(clusterName: String, hits: RuleHits) -> Metadata {
        Metadata(
            namespaces: namespaces.map { NamespaceReport(cluster: clusterName, namespace: $0) },
            endpoints: subjects.map(EndpointReport.init),
            identities: identities.map {
                IdentityReport($0.identity, labels: $0.labels, prefix: $0.prefix?.description)
            }, policies: policySet.policies.map { report($0, hits) })
    }

    private var namespaces: [String] {
        let names = manifests.documents.map { $0.kind == "Namespace" ? $0.name : $0.namespace ?? "" }
        return Set(names + subjects.map(\.namespace)).subtracting([""]).sorted()
    }

    private func report(_ policy: NetworkPolicy, _ hits: RuleHits) -> PolicyReport {
        let endpoints = subjects.filter { policy.selects($0.labels) }.map { "\($0.namespace)/\($0.podName)" }.sorted()
        return PolicyReport(
            kind: policy.kind, namespace: policy.namespace, name: policy.name,
            revision: policy.revision,
            endpoints: endpoints,
            remarks: policy.remarks.map { $0.field.isEmpty ? $0.message : "\($0.field): \($0.message)" },
            rules: policy.ruleReferences.map { rule in
                PolicyRuleReport(
                    list: rule.list, index: rule.index, hits: hits.byRule[rule] ?? (endpoints.isEmpty ? 0 : nil))
            }, defaultDenies: hits.defaultDenies[policy.identifier] ?? 0)
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

/// How often rules of the policies in force decided.
struct RuleHits: Sendable {
    var byRule: [RuleReference: UInt64] = [:]
    /// Of endpoints that the policy is about.
    var defaultDenies: [PolicyName: UInt64] = [:]

    init() {}

    /// - Parameter counts: by index in the catalog.
    init(_ counts: [UInt32: UInt64], _ catalog: FlowCatalog) {
        for (number, count) in counts {
            guard let rule = catalog.rules[number] else { continue }
            if let cause = rule.defaultDeny {
                for policy in cause.policies { defaultDenies[policy, default: 0] += count }
            } else {
                byRule[rule] = count
            }
        }
    }
}
