/// What `/v1/series` answers: how many flows of each kind there were in each interval.
package struct SeriesReport: Codable, Sendable {
    package var coverage: CoverageReport
    /// nil: the answer is whole.
    package var truncated: TruncationReport?
    package var step_ns: String
    /// Most flows first.
    package var series: [Series]

    package struct Series: Codable, Sendable {
        /// The value of each field asked for.
        package var by: [String: String]
        package var flows: String
        package var bytes: String
        /// Intervals that had flows, oldest first.
        package var points: [Point]

        package init(by: [String: String], flows: UInt64, bytes: UInt64, points: [Point]) {
            self.by = by
            self.flows = String(flows)
            self.bytes = String(bytes)
            self.points = points
        }
    }

    package struct Point: Codable, Sendable {
        /// Start of the interval.
        package var time: String
        package var flows: String
        package var bytes: String

        package init(time: UInt64, flows: UInt64, bytes: UInt64) {
            self.time = String(timestamp: time)
            self.flows = String(flows)
            self.bytes = String(bytes)
        }
    }

    package init(coverage: CoverageReport, truncated: TruncationReport?, stepNanoseconds: UInt64, series: [Series]) {
        self.coverage = coverage
        self.truncated = truncated
        step_ns = String(stepNanoseconds)
        self.series = series
    }
}
