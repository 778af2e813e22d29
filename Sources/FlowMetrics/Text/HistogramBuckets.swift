/// Upper bounds of a histogram's buckets.
package struct HistogramBuckets: Sendable {
    /// Ascending, in the unit that is observed.
    package let bounds: [UInt64]
    /// Observations of so much are 1 in the text: 10^9 where nanoseconds are told as seconds.
    let unit: Double

    package init(_ bounds: [UInt64], unit: Double = 1) {
        self.bounds = bounds
        self.unit = unit
    }

    /// Prometheus' defaults, 5 ms to 10 s.
    package static let httpDuration = HistogramBuckets(
        [5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000].map { $0 * 1_000_000 }, unit: 1e9)

    /// A bucket for each bound, one for what is beyond, and the sum.
    var width: Int { bounds.count + 2 }

    func bucket(_ value: UInt64) -> Int { bounds.firstIndex { value <= $0 } ?? bounds.count }

    func observe(nanoseconds: UInt64, at position: Int, in table: inout SeriesTable) {
        table.add(1, at: position, bucket(nanoseconds))
        table.add(nanoseconds, at: position, bounds.count + 1)
    }
}
