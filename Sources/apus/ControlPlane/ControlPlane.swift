import Datapath
import Directory
import FlowCatalog
import FlowMetrics
import FlowModel
import Logging
import Manifests
import Policy
import Synchronization
import SystemRuntime

/// Manifests → directory, policies, and what the kernel's maps hold. Any task may call it; one call at a time runs.
final class ControlPlane: Sendable {
    /// An interface at which the programs are attached.
    struct Interface: Sendable {
        enum Endpoint: Hashable, Sendable {
            /// The node's end of the veth of this pod.
            case pod(namespace: String, name: String)
            /// The host itself.
            case host
        }

        var index: UInt32
        var name: String
        var endpoint: Endpoint
    }

    struct Summary: Sendable {
        var endpoints = 0
        var policies = 0
        var problems: [ManifestProblem] = []
        /// What of the policies is understood and has no effect, or not all of it.
        var remarks: [ManifestProblem] = []
    }

    private struct State: ~Copyable, Sendable {
        var datapath: Datapath?
        var directory: Directory
        var manifests = ManifestSet()
        /// All that follows from `manifests` and `addressNames` is in force; not so at first, and after a failure.
        var isInForce = false
        var policies: PolicySet?
        var compiler: PolicyCompiler
        var interfaces: [Interface] = []
        /// Pods' endpoint ids, by qualified name.
        var endpointIDs: [Interface.Endpoint: (id: UInt32, identity: Identity)] = [:]
        var summary = Summary()
        var policyReading = PipelineReading.PolicyReading()
        var metadata = MetadataSource()
        /// All interfaces that were named are attached.
        var isAttached = false
    }

    private let state: Mutex<State>
    private let catalog: FlowCatalog
    private let hits: RuleHitTable
    private let sweeper: ConnectionSweeper
    private let publisher: DirectoryPublisher
    private let enforcement: EnforcementRules
    let clusterName: String

    init(
        datapath: consuming Datapath, directory: Directory, catalog: FlowCatalog, publisher: DirectoryPublisher,
        enforcement: EnforcementRules
    ) {
        clusterName = directory.clusterName
        hits = datapath.ruleHits
        sweeper = datapath.sweeper
        state = Mutex(
            State(datapath: consume datapath, directory: directory, compiler: PolicyCompiler(catalog: catalog)))
        self.catalog = catalog
        self.publisher = publisher
        self.enforcement = enforcement
    }

    var summary: Summary { state.withLock { $0.summary } }

    /// What is in force.
    var metadata: MetadataSource { state.withLock { $0.metadata } }

    /// How often rules decided, as the kernel counts. One system call a rule in force.
    func ruleHits() -> RuleHits {
        guard let counts = try? hits.read() else { return RuleHits() }
        return RuleHits(counts, catalog)
    }

    /// Connections that the kernel tracks.
    var connections: PipelineReading.ConnectionsReading {
        let sweeps = sweeper.sweeps
        var reading = PipelineReading.ConnectionsReading()
        (reading.tracked, reading.capacity, reading.expired) = (sweeps.connections, sweeps.capacity, sweeps.expired)
        (reading.sweeps, reading.sweepNanoseconds) = (sweeps.sweeps, sweeps.nanoseconds)
        return reading
    }

    /// How full the kernel's maps are; those that follow manifests are not there after `close`.
    var maps: [(name: String, fill: PipelineReading.Fill)] {
        let sweeps = sweeper.sweeps
        let fills = state.withLock { $0.datapath?.mapFills ?? [] }
        return [("conntrack", .init(sweeps.connections, of: sweeps.capacity))]
            + fills.map { ($0.name, .init(UInt64($0.used), of: UInt64($0.capacity))) }
    }

    /// What the kernel holds of policies.
    var policyReading: PipelineReading.PolicyReading { state.withLock { $0.policyReading } }

    /// Takes expired connections out now and then, until the task is cancelled.
    func sweepConnections(_ logger: Logger) async {
        while !Task.isCancelled {
            do { try sweeper.sweep() } catch { logger.error("expired connections cannot be taken out: \(error)") }
            try? await Task.sleep(for: .seconds(Limits.connectionSweepSeconds))
        }
    }

    /// Programs watch what they are to watch.
    var isAttached: Bool { state.withLock { $0.isAttached } }

    /// All interfaces are attached, or there is none to attach.
    func didAttach() { state.withLock { $0.isAttached = true } }

    /// Lends the datapath, which is there until `close`.
    func withDatapath<Result: ~Copyable>(_ body: (borrowing Datapath) throws -> sending Result) rethrows
        -> sending Result
    {
        try state.withLock { state in try body(state.datapath!) }
    }

    /// Puts a new set of manifests in force. What could not be read keeps its last meaning; what is wrong is refused with
    /// the reason, and the rest holds.
    ///
    /// - Returns: everything that was refused.
    func apply(_ newest: ManifestSet) throws(DatapathError) -> [ManifestProblem] {
        try state.withLock { state throws(DatapathError) in try apply(newest, &state) }
    }

    /// Puts the names of addresses outside of the cluster in force.
    func apply(addressNames: [IPAddress: [String]]) throws(DatapathError) {
        try state.withLock { state throws(DatapathError) in
            guard state.directory.addressNames != addressNames else { return }
            state.directory.addressNames = addressNames
            state.isInForce = false
            _ = try apply(state.manifests, &state)
        }
    }

    private func apply(_ newest: ManifestSet, _ state: inout State) throws(DatapathError) -> [ManifestProblem] {
        do throws(DatapathError) {
            defer {
                let entries = state.datapath?.policyEntries ?? (used: 0, capacity: 0)
                state.policyReading.entries = UInt64(entries.used)
                state.policyReading.capacity = UInt64(entries.capacity)
            }
            return try putInForce(newest, &state)
        } catch {
            state.policyReading.failures += 1
            throw error
        }
    }

    private func putInForce(_ newest: ManifestSet, _ state: inout State) throws(DatapathError) -> [ManifestProblem] {
        let manifests = newest.keepingUnreadable(from: state.manifests)
        if state.isInForce, try followPods(manifests, &state) { return state.summary.problems }
        state.isInForce = false
        let policies = PolicySet(manifests, addressNames: state.directory.addressNames, last: state.policies)
        let update = state.directory.update(manifests, prefixes: policies.prefixes)
        let compiled = compile(policies, update, &state.compiler)
        state.endpointIDs = Dictionary(
            uniqueKeysWithValues: update.subjects.map {
                (.pod(namespace: $0.namespace, name: $0.podName), ($0.id, $0.identity))
            })
        publisher.publish(update.snapshot)
        try state.datapath?.apply(compiled, update.addresses)
        for interface in state.interfaces { try Self.setEndpoint(of: interface, &state) }
        state.manifests = manifests
        state.policies = policies
        state.policyReading.policies = UInt64(policies.policies.count)
        state.policyReading.revision = policies.revision
        state.summary = Summary(
            endpoints: update.subjects.count, policies: policies.policies.count,
            problems: update.problems + policies.problems, remarks: policies.remarks)
        state.metadata.follow(manifests, update, policies)
        state.isInForce = true
        return state.summary.problems
    }

    /// - Returns: whether nothing but pods of other nodes has changed, and they are in force now.
    private func followPods(_ newest: ManifestSet, _ state: inout State) throws(DatapathError) -> Bool {
        guard let difference = newest.difference(from: state.manifests), difference.isOfPodsOnly,
            let change = state.directory.apply(removed: difference.removed, added: difference.added)
        else { return false }
        state.isInForce = false
        publisher.publish(change.snapshot)
        try state.datapath?.apply(changed: change.addresses, removed: change.removed)
        state.manifests = newest
        state.metadata.follow(newest)
        state.isInForce = true
        return true
    }

    private func compile(
        _ policies: PolicySet, _ update: DirectoryUpdate, _ compiler: inout PolicyCompiler
    ) -> [EndpointPolicy] {
        let peers = update.identities.map {
            PolicyPeer(
                identity: $0.identity, labels: $0.labels, prefix: $0.prefix,
                namedPorts: $0.namedPorts.compactMap(NamedPort.init))
        }
        let subjects = update.subjects.map {
            PolicySubject(endpoint: $0.id, labels: $0.labels, namedPorts: $0.namedPorts.compactMap(NamedPort.init))
        }
        return compiler.update(
            policies, peers: peers, subjects: subjects, settings: enforcement.settings(update.subjects))
    }

    // MARK: Interfaces

    /// Attaches the programs. The calling thread is in the interface's network namespace.
    func attach(_ interface: Interface) throws(DatapathError) {
        try state.withLock { state throws(DatapathError) in
            try Self.setEndpoint(of: interface, &state)
            try state.datapath?.attach(
                interfaceIndex: interface.index, side: interface.endpoint == .host ? .host : .pod)
            state.interfaces.append(interface)
        }
    }

    /// Takes the programs off all interfaces, so that no more events come from them. Same namespace as for `attach`.
    func detachAll() throws(DatapathError) {
        try state.withLock { state throws(DatapathError) in
            for interface in state.interfaces { try state.datapath?.detach(interfaceIndex: interface.index) }
            state.interfaces = []
            state.isAttached = false
        }
    }

    /// Lets go of the kernel side: no program watches any more.
    func close() { state.withLock { $0.datapath = nil } }

    /// Endpoint ids of hosts' interfaces lie above those of pods.
    private static let hostEndpointBase: UInt32 = 65_536

    private static func setEndpoint(of interface: Interface, _ state: inout State) throws(DatapathError) {
        switch interface.endpoint {
        case .host:
            try state.datapath?.setEndpoint(
                interfaceIndex: interface.index, id: hostEndpointBase + interface.index, identity: .host)
        case .pod:
            // A pod that no manifest names any more keeps its last endpoint, and so its last policy.
            guard let endpoint = state.endpointIDs[interface.endpoint] else { return }
            try state.datapath?.setEndpoint(
                interfaceIndex: interface.index, id: endpoint.id, identity: endpoint.identity)
        }
    }
}

extension NamedPort {
    /// nil: the container's port has no name.
    fileprivate init?(_ port: ContainerPort) {
        guard !port.name.isEmpty else { return nil }
        self.init(name: port.name, ipProtocol: port.ipProtocol, number: port.number)
    }
}
