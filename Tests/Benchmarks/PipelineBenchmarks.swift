import FlowMetrics
import Foundation

/// The data plane's threads on synthetic events. Counted is all that they use together, the thread that puts the events
/// into the event ring, in capture's place, included.
enum PipelineBenchmarks {
    static let groups = PipelineShape.allCases.flatMap { shape in [steady(shape), saturated(shape)] }

    /// Flows that warm caches and the catalog up, and are not counted.
    private static let warmUp = 131_072
    private static let steadyRate = 500_000

    private static func steady(_ shape: PipelineShape) -> BenchmarkGroup {
        BenchmarkGroup(name: "pipeline.\(shape.rawValue)") {
            let result = try await run(shape, count: 1_000_000, rate: steadyRate)
            return [
                Reading(
                    "pipeline.\(shape.rawValue)", "ns/flow", result.nanosecondsPerFlow,
                    allocationsPerFlow: shape.hasHistory ? nil : result.allocationsPerFlow)
            ]
        }
    }

    private static func saturated(_ shape: PipelineShape) -> BenchmarkGroup {
        let name = "pipeline.\(shape.rawValue).saturated"
        return BenchmarkGroup(name: name) {
            let result = try await run(shape, count: 8_000_000, rate: nil)
            return [
                Reading(
                    name, "ns/flow", result.nanosecondsPerFlow,
                    allocationsPerFlow: shape.hasHistory ? nil : result.allocationsPerFlow),
                Reading(name + ".rate", "flows/s", result.flowsPerSecond),
            ]
        }
    }

    private static func run(_ shape: PipelineShape, count: Int, rate: Int?) async throws -> PipelineRun.Result {
        try await Workload.withDirectory { directory in
            let run = try PipelineRun(
                shape, warmUp: warmUp, count: count, rate: rate, historyDirectory: directory)
            return try run.finish()
        }
    }
}

/// How far flows go.
enum PipelineShape: String, CaseIterable {
    /// Event ring → enrichment → flow ring.
    case ring
    /// And counted for the recommended metrics, on a thread of its own.
    case metrics
    /// The same with the heaviest set that Hubble's documentation has.
    case heavyMetrics
    /// As `metrics`, and written to a store on disk, too.
    case history
    /// As `metrics`, and all of it made into lines of JSON for a follower; see `PipelineRun.follow`.
    case ndjson
    /// Counted, stored and followed.
    case all

    /// nil: nothing is counted.
    var metrics: MetricsSettings? {
        switch self {
        case .ring: nil
        case .heavyMetrics: MetricsBenchmarks.heaviest
        case .metrics, .history, .ndjson, .all: .recommended
        }
    }

    var hasHistory: Bool { self == .history || self == .all }
    var isFollowed: Bool { self == .ndjson || self == .all }
}
