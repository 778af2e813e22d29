internal import FlowCatalog
internal import FlowModel

/// `flows-to-world`: what leaves the cluster.
struct FlowsToWorld: FlowCounting {
    private let countsAnyDrop: Bool
    private let tellsPort: Bool
    private let countsFirstPacketsOnly: Bool
    private let endpoints: CatalogTable<Endpoint>
    /// Whether it is the world, by index in the catalog's endpoints.
    private var worlds: [UInt32] = []

    init(_ settings: MetricSettings, _ catalog: FlowCatalog) {
        countsAnyDrop = settings.options.contains(.anyDrop)
        tellsPort = settings.options.contains(.port)
        countsFirstPacketsOnly = settings.options.contains(.synOnly)
        endpoints = catalog.endpoints
    }

    static func layouts(_ settings: MetricSettings) -> [TableLayout] {
        let family = MetricFamily(
            "hubble_flows_to_world_total", .counter, "Flows that leave the cluster and are no replies.")
        let port = OwnLabel(
            "port", shift: 7, bits: 18, .written { $0 == noPort ? "" : "\($0)" }, isUnbounded: true)
        return [
            TableLayout(
                family,
                [ProtocolLabel.label(shift: 0), .listed("verdict", shift: 4, bits: 3, Verdict.names)]
                    + (settings.options.contains(.port) ? [port] : []))
        ]
    }

    private static let noPort: UInt64 = 1 << 16

    @inline(__always)
    mutating func count(_ flow: borrowing Flow, _ sides: SideClasses, in table: inout SeriesTable) {
        guard isWorld(flow.destinationEndpoint), flow.attributes.contains(.layer4),
            !flow.attributes.contains(.isReply), flow.kind != .unknown
        else { return }
        let (verdict, reason) = (flow.verdict, flow.dropReason)
        if verdict == .dropped && !countsAnyDrop && reason != .policyDenied { return }
        if countsFirstPacketsOnly, flow.ipProtocol == .tcp, !isFirstPacket(flow.tcpFlags) { return }
        var own = ProtocolLabel.number(flow) | UInt64(verdict.rawValue & 7) << 4
        if tellsPort { own |= (hasPorts(flow.ipProtocol) ? UInt64(flow.destinationPort) : Self.noPort) << 7 }
        let position = table.position(SeriesKey(sides: sides, own: own))
        table.add(1, at: position)
        table.note(flow.exemplar, at: position)
    }

    private func isFirstPacket(_ flags: TCPFlags) -> Bool { flags.contains(.syn) && !flags.contains(.ack) }

    private func hasPorts(_ ipProtocol: IPProtocol) -> Bool {
        ipProtocol == .tcp || ipProtocol == .udp || ipProtocol == .sctp
    }

    @inline(__always)
    private mutating func isWorld(_ endpoint: UInt32) -> Bool {
        let place = Int(endpoint)
        if place < worlds.count, worlds[place] != 0 { return worlds[place] == 2 }
        return findWorld(endpoint)
    }

    @inline(never)
    private mutating func findWorld(_ endpoint: UInt32) -> Bool {
        worlds.remembered(endpoint) {
            let labels = endpoints[endpoint]?.labels ?? []
            return labels.contains { Self.labels.contains($0) } ? 1 : 0
        } == 1
    }

    private static let labels: Set<String> = ["reserved:world", "reserved:world-ipv4", "reserved:world-ipv6"]
}
