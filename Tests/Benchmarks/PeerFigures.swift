/// What the peer needs for the same work: Hubble 1.21-dev, Go, same class of machine (2 virtual AMD EPYC cores, kernel
/// 6.18), medians of five or more runs, 2026-11-22.
enum PeerFigures {
    static let source = "Hubble 1.21-dev, Go, same class of machine"

    /// In the unit of the figure of this name; where it gave a range, its better end.
    static let byName: [String: Double] = [
        "pipeline.ring": eventsToRingNanoseconds,
        "pipeline.ring.saturated": eventsToRingNanoseconds,
        "pipeline.ring.saturated.rate": eventsToRingPerSecond,
        "pipeline.metrics": eventsToRingWithMetricsNanoseconds,
        "pipeline.metrics.saturated": eventsToRingWithMetricsNanoseconds,
        "pipeline.metrics.saturated.rate": eventsToRingWithMetricsPerSecond,
        "encode.json": jsonExportNanoseconds,
        "encode.json.masked": maskedJSONExportNanoseconds,
        "cli.file.compact": compactLineNanoseconds,
        "cli.file.json": jsonLineNanoseconds,
        "filter.miss.verdict": verdictFilterNanoseconds,
        "filter.miss.namespace": namespaceFilterNanoseconds,
        "filter.miss.prefix": prefixFilterNanoseconds,
        "api.ndjson": followerNanoseconds,
        "api.ndjson.replay": followerNanoseconds,
        "memory.rss": residentBytes,
    ]

    /// Events channel → decode → ring of 4,095, no metrics.
    private static let eventsToRingNanoseconds = 16_000.0
    private static let eventsToRingPerSecond = 63_000.0
    /// The same with the documented metrics.
    private static let eventsToRingWithMetricsNanoseconds = 22_000.0
    private static let eventsToRingWithMetricsPerSecond = 45_000.0
    /// JSON exporter, whole flow of 1.9 kB.
    private static let jsonExportNanoseconds = 60_000.0
    /// The same with a field mask, 0.45 kB.
    private static let maskedJSONExportNanoseconds = 27_000.0
    /// `hubble observe` of a file, which also reads it.
    private static let compactLineNanoseconds = 37_000.0
    private static let jsonLineNanoseconds = 63_000.0
    private static let verdictFilterNanoseconds = 20.0
    private static let namespaceFilterNanoseconds = 30.0
    private static let prefixFilterNanoseconds = 70.0
    /// GetFlows over gRPC on a unix socket, replay, one client.
    private static let followerNanoseconds = 9_000.0
    /// Steady state with a full ring of 65,535 flows; it has no larger one.
    private static let residentBytes = 460e6
}
