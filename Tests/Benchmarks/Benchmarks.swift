import Foundation

/// `make bench`: what the stages cost on this machine, beside what the peer's cost.
///
/// Usage: `Benchmarks [--only PREFIX] [--runs N] [--apus PATH] [--output FILE] [--sustained SECONDS]`
@main
struct Benchmarks {
    static func main() async throws {
        let options = try BenchmarkOptions(Array(CommandLine.arguments.dropFirst()))
        let groups =
            PipelineBenchmarks.groups + ChurnBenchmarks.groups + FilterBenchmarks.groups + EncodingBenchmarks.groups
            + ProtobufBenchmarks.groups + ConsoleBenchmarks.groups(apus: options.apus) + KernelBenchmarks.groups
            + PerfBenchmarks.groups
            + OverheadBenchmarks.groups + HistoryBenchmarks.groups(apus: options.apus) + SQLBenchmarks.groups
            + PolicyBenchmarks.groups + APIBenchmarks.groups + MetricsBenchmarks.groups
            + ServerBenchmarks.groups(apus: options.apus, sustainedSeconds: options.sustainedSeconds)
        var report = BenchmarkReport()
        for group in groups where group.isWanted(options.only) {
            do {
                try await report.run(group, runs: options.runs, only: options.only)
            } catch {
                report.leaveOut(group, because: "\(error)")
            }
        }
        guard try report.finish(options.output) else { exit(1) }
    }
}

struct BenchmarkOptions {
    var only = ""
    var runs = 5
    /// The program whose memory and idle processor time are measured.
    var apus = ".build/release/apus"
    var output = ".build/bench.json"
    /// How long each rate of `capture.sustained` lasts.
    var sustainedSeconds = 60.0

    struct Misuse: Error { let argument: String }

    init(_ arguments: [String]) throws {
        var rest = arguments[...]
        while let name = rest.popFirst() {
            guard let value = rest.popFirst() else { throw Misuse(argument: name) }
            switch name {
            case "--only": only = value
            case "--runs": runs = max(1, Int(value) ?? runs)
            case "--apus": apus = value
            case "--output": output = value
            case "--sustained": sustainedSeconds = Double(value) ?? sustainedSeconds
            default: throw Misuse(argument: name)
            }
        }
    }
}
