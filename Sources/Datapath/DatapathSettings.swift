/// Settings of the kernel side; fixed once the programs are loaded.
package struct DatapathSettings: Hashable, Sendable {
    /// What is told of the packets that are delivered to an endpoint.
    package enum TraceAggregation: String, CaseIterable, Sendable {
        /// Each packet.
        case none
        /// The first packet of each direction of a connection, packets with TCP flags that are new to it, and then one
        /// event each `traceInterval`, which counts the packets since the last.
        case medium
    }

    /// Size of the buffer between programs and capture: a power of two, at least a page. 8 MiB holds 61,000 events.
    package var ringBufferBytes: UInt32 = 8 << 20
    /// Connections that can be tracked, over all endpoints; the one that was idle longest makes room. About 180 bytes of
    /// kernel memory each, claimed at start.
    package var conntrackEntries: UInt32 = 131_072
    /// Entries of all policies together, those of endpoints that are alike counted once; while a policy changes, the old
    /// one's stand beside the new one's. About 100 bytes of kernel memory each, when used.
    package var policyEntries: UInt32 = 131_072
    /// Address prefixes with an identity; about 100 bytes of kernel memory each, when used.
    package var ipcacheEntries: UInt32 = 65_536
    /// Interfaces that can be watched.
    package var endpointEntries: UInt32 = 4_096
    package var traceAggregation = TraceAggregation.medium
    package var traceInterval = Duration.seconds(5)
    /// Whether drops outside our own programs are told.
    package var kernelDrops = true
    /// The kernel counts how often programs run and how long: two readings of the clock a run, of all programs of the host.
    package var countsProgramRuns = false
    /// Kernel drop reasons that are not told, as the kernel spells them without `SKB_DROP_REASON_`.
    package var ignoredKernelReasons = Self.everydayKernelReasons
    /// Inode numbers of the network namespaces whose kernel drops are told; nil is all.
    package var restrictToNamespaces: [UInt32]?

    package init() {}

    /// Reasons for which a healthy machine frees packets all the time; nobody misses these packets. A kernel that lacks one
    /// of the names does not mind.
    package static let everydayKernelReasons = [
        // Not drops: the packet has done its work. Where the kernel frees a packet without saying why, it is mostly a bare
        // acknowledgement at a connection's end, or a report to a multicast group that nobody routes.
        "NOT_DROPPED_YET", "CONSUMED", "NOT_SPECIFIED",
        // What lies in queues when a socket, or a neighbour entry, goes away.
        "SOCKET_CLOSE", "QUEUE_PURGE", "UNIX_DISCONNECT", "UNIX_SKIP_OOB",
        // TCP got the same data or acknowledgement twice and keeps the first.
        "TCP_OLD_DATA", "TCP_OLD_SEQUENCE", "TCP_OLD_ACK", "TCP_OFOMERGE", "TCP_RFC7323_PAWS_ACK",
        // Frames for others, on an interface that hears them all; solicitations of other hosts' addresses.
        "OTHERHOST", "IPV6_NDISC_NS_OTHERHOST",
        // Copies for packet sockets: the packet itself goes its way.
        "PACKET_SOCK_ERROR", "TAP_FILTER", "TAP_TXFILTER",
    ]
}
