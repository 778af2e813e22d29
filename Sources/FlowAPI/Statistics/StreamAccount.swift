internal import FlowMetrics
internal import SystemRuntime

/// One stream's entry in the statistics: counted as a follower while it lasts, or by how long its answer took.
final class StreamAccount {
    private let statistics: APIStatistics
    private let format: FlowStreamFormat
    private let isFollowing: Bool
    private let start = SystemClock.monotonicNanoseconds()
    private var isOpen = true

    /// On the stream's event loop, as is all else.
    init(_ statistics: APIStatistics, _ format: FlowStreamFormat, isFollowing: Bool) {
        self.statistics = statistics
        self.format = format
        self.isFollowing = isFollowing
        if isFollowing { statistics.follow(format, 1) }
    }

    func close() {
        guard isOpen else { return }
        isOpen = false
        if isFollowing {
            statistics.follow(format, -1)
        } else {
            statistics.durations("/v1/flows")?.observe(SystemClock.monotonicNanoseconds() - start)
        }
    }
}
