package import FlowCatalog
package import FlowModel
package import Manifests

/// Turns manifests into who has which address. Belongs to the control plane; one task at a time.
package struct Directory {
    let catalog: FlowCatalog
    package let clusterName: String
    /// A pod that names no node is this node's.
    let nodeName: String
    /// The node's own addresses, besides those that its Node object names.
    let nodeAddresses: [IPAddress]
    var allocator: IdentityAllocator
    /// What addresses outside of the cluster are called, each address' names sorted, without a trailing dot.
    package var addressNames: [IPAddress: [String]] = [:]
    var last: DirectorySnapshot?
    /// What the last `update` found, for changes of single pods.
    var known = KnownObjects()

    package init(
        catalog: FlowCatalog, allocator: IdentityAllocator = IdentityAllocator(), nodeName: String,
        nodeAddresses: [IPAddress] = [], clusterName: String = "default"
    ) {
        self.catalog = catalog
        self.allocator = allocator
        self.nodeName = nodeName
        self.nodeAddresses = nodeAddresses
        self.clusterName = clusterName
    }

    /// Reads the manifests afresh.
    ///
    /// - Parameter prefixes: prefixes that policies name and that need identities of their own.
    package mutating func update(_ manifests: ManifestSet, prefixes: [IPPrefix] = []) -> DirectoryUpdate {
        let objects = ClusterObjects(manifests)
        // Pods with the same labels share them: a label set of 10,000 pods is in memory once.
        var labelSets: Set<[String]> = []
        let pods = objects.pods.filter { !$0.pod.isOnHostNetwork && !$0.pod.addresses.isEmpty }.map {
            LabelledPod(
                document: $0.document, pod: $0.pod,
                labels: labelSets.insert(labels(of: $0.pod, namespaceLabels: objects.namespaceLabels)).memberAfterInsert
            )
        }
        let failures = allocator.assign(
            labelSets: labelSets, prefixes: Set(prefixes),
            endpoints: Set(pods.filter { isLocal($0.pod) }.map { [$0.pod.namespace, $0.pod.name] }))
        var build = DirectoryBuild(catalog: catalog, clusterName: clusterName)
        build.problems = manifests.problems + objects.problems + failures.map(problem)
        build.addReserved()
        addNodes(of: objects, to: &build)
        known = KnownObjects(namespaceLabels: objects.namespaceLabels)
        for (_, pod) in objects.pods where !isLocal(pod) && !pod.isOnHostNetwork && pod.addresses.isEmpty {
            known.pods[PodName(pod)] = KnownObjects.Pod()
        }
        for pod in pods { add(pod, to: &build) }
        for prefix in Set(prefixes).sorted(by: { ($0.address, $0.bits) < ($1.address, $1.bits) }) {
            guard let identity = allocator.identity(of: prefix) else { continue }
            build.add(prefix, identity: identity)
        }
        for service in objects.services { build.add(service) }
        for (address, names) in addressNames.sorted(by: { $0.key < $1.key }) { build.add(address, names: names) }
        let update = build.finish(otherKinds: objects.otherKinds, replacing: last)
        last = update.snapshot
        known.identities = build.identities
        known.contested = build.contested
        return update
    }

    func labels(of pod: PodObject, namespaceLabels: [String: [String: String]]) -> [String] {
        IdentityLabels.labels(of: pod, namespaces: namespaceLabels, clusterName: clusterName)
    }

    func isLocal(_ pod: PodObject) -> Bool { pod.nodeName == nil || pod.nodeName == nodeName }

    private func problem(_ error: AllocatorError) -> ManifestProblem {
        ManifestProblem(file: allocator.path ?? "identities", message: error.description)
    }

    private func addNodes(of objects: ClusterObjects, to build: inout DirectoryBuild) {
        for address in nodeAddresses { build.add(address, reserved: .host) }
        for node in objects.nodes {
            for address in node.addresses {
                build.add(address, reserved: node.name == nodeName ? .host : .remoteNode)
            }
        }
        for (_, pod) in objects.pods where pod.isOnHostNetwork {
            for address in pod.addresses { build.add(address, reserved: isLocal(pod) ? .host : .remoteNode) }
        }
    }

    private mutating func add(_ pod: LabelledPod, to build: inout DirectoryBuild) {
        guard let identity = allocator.identity(ofLabels: pod.labels) else { return }
        let isLocal = isLocal(pod.pod)
        let id = isLocal ? allocator.endpoint(namespace: pod.pod.namespace, pod: pod.pod.name) : 0
        guard let id else { return }
        let name = build.add(pod, id: id, identity: identity)
        if !isLocal { known.pods[PodName(pod.pod)] = KnownObjects.Pod(addresses: pod.pod.addresses, name: name) }
    }
}

struct LabelledPod {
    let document: ManifestDocument
    let pod: PodObject
    let labels: [String]

    func endpoint(id: UInt32, identity: Identity, clusterName: String) -> Endpoint {
        Endpoint(
            id: id, identity: identity, clusterName: clusterName, namespace: pod.namespace, podName: pod.name,
            labels: labels, workloads: pod.workload.map { [$0] } ?? [])
    }
}
