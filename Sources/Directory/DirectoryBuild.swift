import FlowCatalog
import FlowModel
import Manifests

/// Collects what becomes a snapshot. Who claims an address first has it: nodes, then pods, then prefixes.
struct DirectoryBuild {
    private let catalog: FlowCatalog
    private let clusterName: String
    private var entries: [IPPrefix: SideName] = [:]
    /// Those of `entries` that policies name.
    private var prefixes: [IPPrefix] = []
    /// Addresses outside of the cluster that have names.
    private var named: [IPPrefix: SideName] = [:]
    /// Addresses that more than one object claims, or that would have another name without the pod that has them.
    private(set) var contested: Set<IPAddress> = []
    private var subjects: [LocalEndpoint] = []
    private(set) var identities: [Identity: IdentityDescription] = [:]
    private var reservedEndpoints: [UInt32] = []
    private var services: [ServiceObject] = []
    private var serviceIndices: [ServiceAddress: UInt32] = [:]
    var problems: [ManifestProblem] = []

    init(catalog: FlowCatalog, clusterName: String) {
        self.catalog = catalog
        self.clusterName = clusterName
    }

    mutating func addReserved() {
        reservedEndpoints = [0]
        for number in 1..<UInt32(Identity.reservedNames.count) {
            let identity = Identity(rawValue: number)
            let labels = ["reserved:" + Identity.reservedNames[Int(number)]]
            reservedEndpoints.append(catalog.endpoints.intern(Endpoint(identity: identity, labels: labels)))
            guard Self.reservedPeers.contains(identity) else { continue }
            identities[identity] = IdentityDescription(
                identity: identity, labels: labels, prefix: nil, namedPorts: [])
        }
    }

    /// Reserved identities that Apus gives to addresses; the others only have a name.
    private static let reservedPeers: [Identity] = [.host, .world, .remoteNode]

    mutating func add(_ address: IPAddress, reserved identity: Identity) {
        let prefix = IPPrefix.host(address)
        guard entries[prefix] == nil else { return }
        entries[prefix] = SideName(
            endpoint: reservedEndpoints[Int(identity.rawValue)], identity: identity.rawValue, unknown: .reserved)
    }

    /// - Returns: the name that the pod's addresses have.
    mutating func add(_ labelled: LabelledPod, id: UInt32, identity: Identity) -> SideName {
        let pod = labelled.pod
        let index = catalog.endpoints.intern(labelled.endpoint(id: id, identity: identity, clusterName: clusterName))
        let entry = SideName(endpoint: index, identity: identity.rawValue, unknown: .none)
        let addresses = pod.addresses.filter { claim($0, entry, for: labelled.document) }
        let namedPorts = pod.ports.filter { !$0.name.isEmpty }
        addIdentity(identity, labels: labelled.labels, namedPorts: namedPorts)
        guard id != 0 else { return entry }
        subjects.append(
            LocalEndpoint(
                id: id, identity: identity, namespace: pod.namespace, podName: pod.name, labels: labelled.labels,
                namedPorts: namedPorts, addresses: addresses, workload: pod.workload))
        return entry
    }

    private mutating func claim(_ address: IPAddress, _ entry: SideName, for document: ManifestDocument) -> Bool {
        let prefix = IPPrefix.host(address)
        guard let other = entries[prefix] else {
            entries[prefix] = entry
            return true
        }
        contested.insert(address)
        let owner = catalog.endpoints[other.endpoint].map {
            $0.podName.isEmpty ? $0.labels.joined(separator: ",") : "pod \($0.namespace)/\($0.podName)"
        }
        problems.append(document.problem("address \(address) belongs to \(owner ?? "another") already"))
        return false
    }

    private mutating func addIdentity(_ identity: Identity, labels: [String], namedPorts: [ContainerPort]) {
        let known = identities[identity]?.namedPorts ?? []
        identities[identity] = IdentityDescription(
            identity: identity, labels: labels, prefix: nil,
            namedPorts: known + namedPorts.filter { !known.contains($0) })
    }

    mutating func add(_ prefix: IPPrefix, identity: Identity) {
        let labels = IdentityLabels.labels(ofPrefix: prefix.description)
        identities[identity] = IdentityDescription(identity: identity, labels: labels, prefix: prefix, namedPorts: [])
        guard entries[prefix] == nil else {
            contested.insert(prefix.address)
            return
        }
        prefixes.append(prefix)
        let index = catalog.endpoints.intern(Endpoint(identity: identity, labels: labels))
        entries[prefix] = SideName(
            endpoint: index, identity: identity.rawValue, unknown: .addressNotInDirectory)
    }

    mutating func add(_ service: ServiceObject) {
        services.append(service)
        guard !service.addresses.isEmpty else { return }
        let index = catalog.services.intern(service.reference)
        for address in service.addresses {
            for port in service.ports {
                let key = ServiceAddress(address: address, port: port.number, ipProtocol: port.ipProtocol)
                if serviceIndices[key] == nil { serviceIndices[key] = index }
            }
        }
    }

    /// Names that an address outside of the cluster is known by. Its identity is that of the longest prefix around it, and
    /// the kernel need not know.
    mutating func add(_ address: IPAddress, names: [String]) {
        guard entries[.host(address)] == nil else {
            contested.insert(address)
            return
        }
        let around = prefixes.filter { $0.contains(address) }.max { $0.bits < $1.bits }.flatMap { entries[$0] }
        let identity = around.map { Identity(rawValue: $0.identity) } ?? .world
        let labels = identities[identity]?.labels ?? []
        let index = catalog.endpoints.intern(Endpoint(identity: identity, labels: labels, dnsNames: names))
        named[.host(address)] = SideName(
            endpoint: index, identity: identity.rawValue, unknown: .addressNotInDirectory)
    }

    func finish(otherKinds: [String: Int], replacing previous: DirectorySnapshot?) -> DirectoryUpdate {
        let addresses = entries.map { PrefixIdentity(prefix: $0.key, identity: Identity(rawValue: $0.value.identity)) }
        return DirectoryUpdate(
            snapshot: DirectorySnapshot(
                entries: entries.merging(named) { entry, _ in entry }, services: serviceIndices,
                reservedEndpoints: reservedEndpoints, previous: previous),
            subjects: subjects,
            identities: identities.values.sorted { $0.identity < $1.identity },
            services: services,
            addresses: addresses.sorted { ($0.prefix.address, $0.prefix.bits) < ($1.prefix.address, $1.prefix.bits) },
            otherKinds: otherKinds, problems: problems)
    }
}
