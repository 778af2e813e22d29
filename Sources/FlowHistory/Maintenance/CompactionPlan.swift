/// Which neighbours among the sealed partitions become one.
struct CompactionPlan {
    /// A partition holds no more than this, nanoseconds and bytes.
    let period: UInt64
    let bytes: UInt64
    let blockFlows: UInt64

    /// Runs of partitions, each to be written as one: of several, or of one whose blocks are not full.
    ///
    /// - Parameter partitions: oldest first, with the bytes of their files.
    func groups(_ partitions: [(summary: PartitionSummary, bytes: UInt64)]) -> [[PartitionSummary]] {
        var groups: [[PartitionSummary]] = []
        var run = Run()
        for part in partitions {
            if part.summary.isUnreadable {
                groups.append(run.members)
                run = Run()
                continue
            }
            var longer = run
            longer.add(part.summary, bytes: part.bytes)
            if run.members.isEmpty || longer.span <= period && longer.bytes <= bytes {
                run = longer
            } else {
                groups.append(run.members)
                run = Run()
                run.add(part.summary, bytes: part.bytes)
            }
        }
        groups.append(run.members)
        return groups.filter { $0.count > 1 || $0.contains(where: hasShortBlocks) }
    }

    /// The last block of a partition may be short.
    private func hasShortBlocks(_ partition: PartitionSummary) -> Bool {
        partition.blocks > (partition.flows + blockFlows - 1) / blockFlows
    }
}

private struct Run {
    var members: [PartitionSummary] = []
    var bytes: UInt64 = 0
    private var times: ClosedRange<UInt64>?

    /// From the first flow's time to the last one's, nanoseconds.
    var span: UInt64 { times.map { $0.upperBound - $0.lowerBound } ?? 0 }

    mutating func add(_ partition: PartitionSummary, bytes: UInt64) {
        members.append(partition)
        self.bytes += bytes
        guard partition.flows > 0 else { return }
        let own = partition.minimumTime...max(partition.minimumTime, partition.maximumTime)
        let known = times ?? own
        times = min(known.lowerBound, own.lowerBound)...max(known.upperBound, own.upperBound)
    }
}
