/// Where history is kept, how long, and how much may wait for the disk.
package struct HistorySettings: Sendable {
    /// Holds `history.sqlite` and its side files; created if it does not exist (its parent must).
    package var directory: String
    /// Whose flows these are; kept in the store for readers that have no server to ask.
    package var nodeName = ""
    /// Flows that are older go, block by block; nil keeps them.
    package var maximumAge: Duration?
    /// What the database file may hold, with room for its write-ahead log; the oldest blocks go first. nil: no limit.
    package var maximumBytes: UInt64?
    /// A flow is committed at most so long after it was appended. With what the ring keeps it for late names before that
    /// (600 ms), it is durable within a second.
    package var commitInterval: Duration = .milliseconds(300)
    /// Flows in a full block, 1…65,536.
    package var blockFlows = 4096
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
}
