/// One figure of one run.
struct Reading: Sendable {
    let name: String
    let unit: String
    let value: Double
    /// nil where flows are not the measure, or more than the data plane runs.
    let allocationsPerFlow: Double?

    init(_ name: String, _ unit: String, _ value: Double, allocationsPerFlow: Double? = nil) {
        self.name = name
        self.unit = unit
        self.value = value
        self.allocationsPerFlow = allocationsPerFlow
    }
}

/// Figures that come out of the same run, so that their ratios hold on a busy machine.
struct BenchmarkGroup: Sendable {
    /// Every name that a run gives begins with it.
    let name: String
    /// At most so many runs, where one takes long.
    var mostRuns = Int.max
    let run: @Sendable () async throws -> [Reading]

    func isWanted(_ prefix: String) -> Bool { name.hasPrefix(prefix) || prefix.hasPrefix(name) }
}

/// Why figures cannot be had here.
struct Obstacle: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}
