import FlowCatalog
package import FlowModel
package import Manifests

/// What single pods' coming, going and changing means.
package struct DirectoryChange: Sendable {
    package let snapshot: DirectorySnapshot
    /// Addresses that have another identity than before, or had none.
    package let addresses: [PrefixIdentity]
    /// Addresses that belong to nobody any more.
    package let removed: [IPPrefix]
}

extension Directory {
    /// Follows pods of other nodes without a look at anything else: microseconds a pod, however large the cluster is.
    ///
    /// - Parameters:
    ///   - removed: pods that are gone, and the old state of those that changed.
    ///   - added: pods that are new, and the new state of those that changed.
    /// - Returns: nil, and nothing has changed, if more follows than addresses' names: a pod of this node or of the host's
    ///   network, an identity or a named port that no other pod had, an address that several objects claim, a pod that is
    ///   refused. Call `update` then.
    package mutating func apply(removed: [ManifestDocument], added: [ManifestDocument]) -> DirectoryChange? {
        guard let last else { return nil }
        var pods: [PodName: KnownObjects.Pod?] = [:]
        var names: [IPAddress: SideName?] = [:]
        for document in removed {
            let name = PodName(document)
            guard let pod = known.pods[name], known.contested.isDisjoint(with: pod.addresses) else { return nil }
            pods[name] = .some(nil)
            for address in pod.addresses { names[address] = .some(nil) }
        }
        for document in added {
            let name = PodName(document)
            guard let pod = knownPod(document), (pods[name] ?? known.pods[name]) == nil else { return nil }
            for address in pod.addresses {
                guard (names[address] ?? last.host(address)) == nil else { return nil }
                names[address] = pod.name
            }
            pods[name] = pod
        }
        for (name, pod) in pods { known.pods[name] = pod }
        return publish(names.filter { $0.value != last.host($0.key) }, after: last)
    }

    private mutating func publish(_ names: [IPAddress: SideName?], after last: DirectorySnapshot) -> DirectoryChange {
        let snapshot = last.changing(names)
        self.last = snapshot
        return DirectoryChange(
            snapshot: snapshot,
            addresses: names.compactMap { address, name in
                name.map { PrefixIdentity(prefix: .host(address), identity: Identity(rawValue: $0.identity)) }
            },
            removed: names.filter { $0.value == nil }.map { .host($0.key) })
    }

    /// Nil if it is no pod of another node with a known identity and known ports.
    private func knownPod(_ document: ManifestDocument) -> KnownObjects.Pod? {
        guard !document.name.isEmpty, let pod = try? PodObject(document), !pod.isOnHostNetwork, !isLocal(pod),
            known.contested.isDisjoint(with: pod.addresses)
        else { return nil }
        guard !pod.addresses.isEmpty else { return KnownObjects.Pod() }
        let labelled = LabelledPod(
            document: document, pod: pod, labels: labels(of: pod, namespaceLabels: known.namespaceLabels))
        guard let identity = allocator.identity(ofLabels: labelled.labels),
            let described = known.identities[identity],
            pod.ports.allSatisfy({ $0.name.isEmpty || described.namedPorts.contains($0) })
        else { return nil }
        let index = catalog.endpoints.intern(labelled.endpoint(id: 0, identity: identity, clusterName: clusterName))
        return KnownObjects.Pod(
            addresses: pod.addresses, name: SideName(endpoint: index, identity: identity.rawValue, unknown: .none))
    }
}

/// What stands behind the last snapshot, as far as a change of single pods needs it.
struct KnownObjects {
    struct Pod {
        var addresses: [IPAddress] = []
        var name = SideName()
    }

    var namespaceLabels: [String: [String: String]] = [:]
    /// Pods of other nodes.
    var pods: [PodName: Pod] = [:]
    /// Identities that any pod had; one that has none any more stays until the next `update`.
    var identities: [Identity: IdentityDescription] = [:]
    var contested: Set<IPAddress> = []
}

struct PodName: Hashable {
    let namespace: String
    let name: String

    init(_ pod: PodObject) { (namespace, name) = (pod.namespace, pod.name) }
    init(_ document: ManifestDocument) { (namespace, name) = (document.namespace ?? "default", document.name) }
}
