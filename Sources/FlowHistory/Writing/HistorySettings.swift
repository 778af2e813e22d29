/// Where history is kept, how long, and how much may wait for the disk.
package struct HistorySettings: Sendable {
    /// Holds `history.sqlite`, a `flows-….sqlite` for each period, and their side files; created if it does not exist
    /// (its parent must).
    package var directory: String
    /// Whose flows these are; kept in the store for readers that have no server to ask.
    package var nodeName = ""
    /// Flows that are older go, partition by partition; nil keeps them.
    package var maximumAge: Duration?
    /// What all files may hold, with room for a write-ahead log; the oldest partitions go first. nil: no limit.
    package var maximumBytes: UInt64?
    /// What others shall find free on the disk; the oldest partitions go until it is. nil: does not matter.
    package var minimumFreeBytes: UInt64? = 1 << 30
    /// A partition holds the flows of so long, or of an eighth of `maximumAge` if that is shorter.
    package var partitionPeriod: Duration = .seconds(3_600)
    /// So many partitions share `maximumBytes`: one that has grown to its part is the last no longer.
    package var partitionsInMaximumBytes: UInt64 = 16
    /// A flow is committed at most so long after it was appended. With what the ring keeps it for late names before that
    /// (600 ms), it is durable within a second.
    package var commitInterval: Duration = .milliseconds(300)
    /// Flows in a full block, 1…32,768.
    package var blockFlows = 8192
    /// Flows that may wait while the disk refuses; more are counted as lost. 128 bytes each: 8 MiB.
    package var backlogFlows = 65_536
    /// So many bytes in the write-ahead log start a checkpoint. The log grows to about four times this under load.
    package var checkpointBytes = 16 << 20
    /// Committed flows are safe from a crash of Apus at once, and from a power cut after so long.
    package var checkpointInterval: Duration = .seconds(10)
    /// How long a commit waits for the checkpointer or another process before the batch is put back.
    package var busyTimeout: Duration = .milliseconds(100)

    package init(directory: String) {
        self.directory = directory
    }

    /// `partitionPeriod` as it holds, nanoseconds.
    var periodNanoseconds: UInt64 {
        let period = maximumAge.map { min(partitionPeriod, $0 / 8) } ?? partitionPeriod
        return period.wholeNanoseconds
    }

    /// Bytes with which a partition is full.
    var partitionBytes: UInt64 { maximumBytes.map { $0 / partitionsInMaximumBytes } ?? .max }
}

extension Duration {
    /// 0 for negative ones.
    var wholeNanoseconds: UInt64 {
        let (seconds, attoseconds) = components
        return UInt64(max(0, seconds)) * 1_000_000_000 + UInt64(max(0, attoseconds)) / 1_000_000_000
    }
}
