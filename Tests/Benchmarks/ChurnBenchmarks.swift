import Directory
import FlowCatalog
import Synchronization
import SyntheticTraffic
import SystemRuntime

/// 100,000 endpoints' addresses, and the labels of one pod changed each millisecond, against the same cluster at rest.
enum ChurnBenchmarks {
    private static let nodes = 500
    private static let cluster = SyntheticCluster(pods: 50_000, nodes: nodes)
    private static let count = 8_000_000

    static let groups = [
        BenchmarkGroup(name: "directory.change", mostRuns: 3) {
            let directory = SyntheticDirectory(cluster)
            var changing = directory.directory
            let churn = PodChurn(cluster, nodes: nodes)
            let changes = 20_000
            let cost = ThreadMeter.measure {
                for number in 0..<changes { directory.publisher.publish(churn.apply(number, to: &changing).snapshot) }
            }
            return [Reading("directory.change", "us/change", cost.nanoseconds / 1_000 / Double(changes))]
        },
        BenchmarkGroup(name: "pipeline.ring.churn", mostRuns: 3) {
            var traffic = SyntheticTraffic(cluster)
            let events = traffic.events(65_536)
            let churn = PodChurn(cluster, nodes: nodes)
            func run(_ isChanging: Bool) async throws -> PipelineRun.Result {
                try await Workload.withDirectory { path in
                    let run = try PipelineRun(
                        .ring, cluster: cluster, source: events, warmUp: 131_072, count: count, rate: nil,
                        historyDirectory: path)
                    let changer = isChanging ? NamedThread("bench-changes") { change(churn, during: run) } : nil
                    defer { changer?.join() }
                    return try run.finish()
                }
            }
            let (still, changing) = (try await run(false), try await run(true))
            return [
                Reading("pipeline.ring.churn", "ns/flow", changing.nanosecondsPerFlow),
                Reading("pipeline.ring.churn.still", "ns/flow", still.nanosecondsPerFlow),
                Reading("pipeline.ring.churn.ratio", "x", changing.flowsPerSecond / still.flowsPerSecond),
            ]
        },
    ]

    /// Each change is published for itself, which is more than the server does, which takes them together.
    private static func change(_ churn: PodChurn, during run: PipelineRun) {
        var directory = run.directory.directory
        var number = 0
        let start = SystemClock.monotonicNanoseconds()
        while run.done < run.total {
            let due = Int((SystemClock.monotonicNanoseconds() - start) / PodChurn.intervalNanoseconds)
            while number < due, run.done < run.total {
                run.directory.publisher.publish(churn.apply(number, to: &directory).snapshot)
                number += 1
            }
            NamedThread.sleep(nanoseconds: PodChurn.intervalNanoseconds)
        }
    }
}
