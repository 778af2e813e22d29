import DatapathABI
import Directory
import FlowCatalog
import Synchronization
import SyntheticTraffic
import SystemRuntime

/// 100,000 endpoints' addresses, and the labels of one pod changed each millisecond, against the same cluster at rest.
enum ChurnBenchmarks {
    private static let nodes = 500
    private static let cluster = SyntheticCluster(pods: 50_000, nodes: nodes)
    private static let count = 4_000_000
    /// At rest and changing, so often in turns: the machine's own changes of pace hit both.
    private static let turns = 9

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
            let directory = SyntheticDirectory(cluster)
            let (own, other) = (Changer(directory, churn), Changer(SyntheticDirectory(cluster), churn))
            var (still, changing, elsewhere) = ([PipelineRun.Result](), [PipelineRun.Result](), [PipelineRun.Result]())
            for _ in 0..<turns {
                still.append(try run(events, directory, changer: nil))
                changing.append(try run(events, directory, changer: own))
                elsewhere.append(try run(events, directory, changer: other))
            }
            func ratio(_ results: [PipelineRun.Result]) -> Double {
                median(zip(results, still).map { $0.flowsPerSecond / $1.flowsPerSecond })
            }
            return [
                Reading("pipeline.ring.churn", "ns/flow", median(changing.map(\.nanosecondsPerFlow))),
                Reading("pipeline.ring.churn.still", "ns/flow", median(still.map(\.nanosecondsPerFlow))),
                Reading("pipeline.ring.churn.ratio", "x", ratio(changing)),
                Reading("pipeline.ring.churn.elsewhere.ratio", "x", ratio(elsewhere)),
            ]
        },
    ]

    /// - Parameter changer: of the run's own directory, or of one that nobody reads, which shows what the changing thread
    ///   costs by being there.
    private static func run(
        _ events: [apus_event], _ directory: SyntheticDirectory, changer: Changer?
    ) throws -> PipelineRun.Result {
        let run = try PipelineRun(
            .ring, cluster: cluster, source: events, directory: directory, warmUp: 131_072, count: count, rate: nil,
            historyDirectory: "")
        let thread = changer.map { changer in NamedThread("bench-changes") { changer.change(during: run) } }
        defer { thread?.join() }
        return try run.finish()
    }

    private static func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }
}

/// Changes a directory in one run after the other, each time where it stopped, so that each change is one.
private final class Changer: Sendable {
    private let publisher: DirectoryPublisher
    private let churn: PodChurn
    private let state: Mutex<(directory: Directory, next: Int)>

    init(_ synthetic: SyntheticDirectory, _ churn: PodChurn) {
        (publisher, self.churn) = (synthetic.publisher, churn)
        state = Mutex((synthetic.directory, 0))
    }

    /// Each change is published for itself, which is more than the server does, which takes them together.
    func change(during run: PipelineRun) {
        let start = SystemClock.monotonicNanoseconds()
        var count = 0
        while run.done < run.total {
            let due = Int((SystemClock.monotonicNanoseconds() - start) / PodChurn.intervalNanoseconds)
            while count < due, run.done < run.total {
                changeOnce()
                count += 1
            }
            NamedThread.sleep(nanoseconds: PodChurn.intervalNanoseconds)
        }
    }

    private func changeOnce() {
        state.withLock { state in
            publisher.publish(churn.apply(state.next, to: &state.directory).snapshot)
            state.next += 1
        }
    }
}
