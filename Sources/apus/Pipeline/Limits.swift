import FlowCapture

/// Every capacity of the pipeline, its address space claimed at start; memory does not grow with traffic.
///
/// | what | default | memory |
/// |---|---|---|
/// | BPF ring buffer | 8 MiB | 8 MiB of kernel memory |
/// | Cilium's perf rings, where they are read | 256 KiB a processor | the same of kernel memory |
/// | event ring | 8,192 events | 1 MiB |
/// | flow ring | 131,072 flows | 16 MiB |
/// | history backlog | 65,536 flows | 8 MiB |
///
/// The capacities of the maps stand in `DatapathSettings`, those of the store in `HistorySettings`, those of the API in
/// `HTTPLimits`.
struct Limits: Sendable {
    /// Events between capture and enrichment; a power of two, 128 bytes each. What finds no room waits in the kernel's buffer,
    /// so it need not hold more than enrichment works off while capture naps a millisecond.
    var eventRingEvents = 8_192
    /// The most that an event waits in the kernel's buffers while little is going on; under load it is less.
    var latencyMilliseconds = Capture.defaultLatencyMilliseconds
    /// Of a ring for Cilium's events, per processor: 1,100 records of usual size. A power of two; a quarter of it filled ends
    /// capture's nap.
    var ciliumRingBytes = 256 << 10
    /// Flows that live readers can look back on; a power of two, 128 bytes each.
    var flowRingFlows = 131_072
    /// Threads for questions that read the disk; each holds a read connection while it answers.
    var queryThreads = 2

    /// Files beside the API's connections: maps and programs, event loops, the store's partitions and who reads them.
    static let ownFiles = 512

    /// A flow whose name comes within this time, in nanoseconds, gets it in the ring and in history; 0: none does. Costs: as
    /// long, history waits for its flows, and each new directory that knows more addresses goes back over the ring.
    var nameGraceNanoseconds: UInt64 = 500_000_000

    /// Added to the grace before history takes a flow: a name that is known waits for its turn as long as
    /// `LateNames.pause`, and as long again for a thread that does not run.
    static let nameSlackNanoseconds: UInt64 = 100_000_000
    /// Events that are enriched before the ring is told: small enough to stay in the processor's cache.
    static let batchEvents = 256
    /// While no flows come, the metrics thread looks for new ones so often.
    static let metricsIdleNanoseconds: UInt64 = 100_000_000
    /// Connections that the listener of metrics has open at a time.
    static let metricsConnections = 64
    /// While flows come, the threads of history and metrics look for new ones so often; the ring holds what 6 million flows a second
    /// bring meanwhile.
    static let historyIntervalNanoseconds: UInt64 = 20_000_000
    /// Losses and rates are read so often, in seconds.
    static let monitorIntervalSeconds = 1
    /// Expired connections are taken out of the kernel's map so often, in seconds.
    static let connectionSweepSeconds = 30
    /// The history thread applies retention so often, in milliseconds.
    static let retentionIntervalMilliseconds: Int32 = 10_000
    /// Answers that are under way get so long to finish at shutdown.
    static let shutdownGrace = Duration.seconds(2)
}
