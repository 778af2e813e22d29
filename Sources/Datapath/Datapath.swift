package import BPFRuntime
internal import DatapathABI
internal import FlowModel

/// The kernel side: programs, maps, and what policy is in force. Control plane; one owner at a time.
///
/// The end of the value ends the watch over kernel drops and lets go of the maps. Programs on interfaces stay and go on
/// enforcing, without a reader, until `detach` or the interface's end; a later `attach` replaces them in one step.
package struct Datapath: ~Copyable, Sendable {
    package let fromPod: BPFProgram
    package let toPod: BPFProgram
    var table: PolicyTable
    var addresses: MirroredMap<IPPrefix, Identity, apus_ipcache_key, apus_ipcache_value>
    var endpoints: MirroredMap<UInt32, EndpointInForce, UInt32, apus_endpoint>
    /// Interfaces whose packets begin with an Ethernet header.
    var ethernet: Set<UInt32> = []
    /// A word for each slot: what the endpoint that has it is held to.
    let policyInForce: BPFMappedWords
    var freeSlots: [Int]
    /// By endpoint id; what is not here is not enforced.
    var policyNumbers: [UInt32: UInt32] = [:]
    /// Takes out connections that have expired, from any thread.
    package let sweeper: ConnectionSweeper
    /// Reads rules' counts from any thread.
    package let ruleHits: RuleHitTable
    private let events: BPFMap
    private let watch: BPFLink?
    /// Reads counters from any thread.
    package let counterReader: DatapathCounterReader
    /// Reads how often programs ran from any thread.
    package let programs: ProgramStatistics
    /// The running kernel's drop reasons: `NO_SOCKET` by its number.
    package let kernelReasonNames: [UInt32: String]

    /// Loads the programs and starts the watch over kernel drops.
    package init(settings: DatapathSettings) throws(DatapathError) {
        let kernel = try KernelSide.load(settings)
        fromPod = kernel.fromPod
        toPod = kernel.toPod
        sweeper = ConnectionSweeper(kernel.sweep, capacity: settings.conntrackEntries)
        ruleHits = RuleHitTable(kernel.ruleHits)
        table = PolicyTable(kernel.policy, hits: ruleHits)
        policyInForce = kernel.policyInForce
        freeSlots = Array((0..<policyInForce.count).reversed())
        addresses = MirroredMap(
            kernel.ipcache, setting: "ipcacheEntries", key: { $0.kernelKey },
            value: { _, identity in apus_ipcache_value(identity: identity.rawValue) })
        endpoints = MirroredMap(
            kernel.endpoints, setting: "endpointEntries", key: { $0 }, value: { _, endpoint in endpoint.kernelValue })
        events = kernel.events
        counterReader = kernel.counterReader
        programs = kernel.programs
        watch = kernel.watch
        kernelReasonNames = kernel.reasons.namesByNumber
    }

    /// Entries of the policy map that are taken, and those that there are.
    package var policyEntries: (used: Int, capacity: Int) { (table.entryCount, table.map.capacity) }

    /// Entries of the maps that only we write.
    package var mapFills: [(name: String, used: Int, capacity: Int)] {
        [
            ("endpoints", endpoints.entries.count, endpoints.map.capacity),
            ("ipcache", addresses.entries.count, addresses.map.capacity),
            ("policy", table.entryCount, table.map.capacity),
        ]
    }

    /// What the programs counted since they were loaded.
    package borrowing func counters() throws(DatapathError) -> DatapathCounters {
        do { return try counterReader.read() } catch { throw .bpf(error) }
    }

    /// The reading end of the programs' events. Only one may exist at a time.
    package borrowing func makeRingBufferReader() throws(DatapathError) -> RingBufferReader {
        do { return try RingBufferReader(events) } catch { throw .bpf(error) }
    }
}
