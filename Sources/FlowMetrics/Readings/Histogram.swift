internal import SystemRuntime

/// Counts of observations by size. Any thread observes, any reads; nobody waits.
package final class Histogram: Sendable {
    package let buckets: HistogramBuckets
    private let words: SharedWords

    package init(_ buckets: HistogramBuckets) {
        self.buckets = buckets
        words = SharedWords(count: buckets.width)
    }

    /// - Parameter value: in the unit of the buckets' bounds.
    package func observe(_ value: UInt64) {
        words.add(1, at: buckets.bucket(value))
        words.add(value, at: buckets.bounds.count + 1)
    }

    /// Of each bucket, and then of what is beyond all.
    package var counts: [UInt64] { (0...buckets.bounds.count).map { words.load($0) } }
    package var sum: UInt64 { words.load(buckets.bounds.count + 1) }
}

extension HistogramBuckets {
    /// Nanoseconds, told as seconds: from the event to the ring, a nap of some milliseconds included.
    package static let delay = HistogramBuckets(
        [100_000, 500_000, 1_000_000, 2_500_000, 5_000_000, 10_000_000, 25_000_000, 100_000_000, 1_000_000_000],
        unit: 1e9)
    /// Nanoseconds, told as seconds: from an answer out of memory to one over all of a large store.
    package static let query = HistogramBuckets(
        [1, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 30_000].map { $0 * 1_000_000 }, unit: 1e9)
    /// Flows.
    package static let batch = HistogramBuckets([1, 4, 16, 64, 256, 1_024, 4_096, 16_384, 65_536])
}
