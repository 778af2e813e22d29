import FlowModel
import SQLiteRuntime

extension HistoryWriter {
    /// Whether a flow of this time belongs into the next partition: the live one's period is over, or it has its share
    /// of bytes. Measured from the partition's first flow, so that a clock that goes back opens none; but while it is
    /// behind, by the time that passes, so that the partition is ended all the same.
    func isPartitionFull(_ time: UInt64?, _ now: ContinuousClock.Instant) -> Bool {
        guard let time, let opened = partition.summary.openedTime else { return false }
        let elapsed = time >= opened ? time - opened : (now - partitionSince).wholeNanoseconds
        return elapsed >= settings.periodNanoseconds || partitionBytes >= settings.partitionBytes
    }

    private var partitionBytes: UInt64 { status.bytes - min(status.bytes, otherBytes) }

    /// Ends the live partition, which has flows, and begins the next one. What waits is not touched. A gap before its
    /// first flow is the next one's.
    mutating func roll() throws(SQLiteError) {
        guard !partition.summary.isEmpty else { return }
        try endPartition()
        let next: PartitionWriter
        do throws(HistoryError) {
            next = try PartitionWriter(partition.summary.lastSequence + 1, settings)
        } catch {
            if case .sqlite(_, let error) = error { throw error }
            preconditionFailure("a new file is of this format: \(error)")
        }
        let summary = partition.summary
        partition = next
        sealed.append(summary.withoutSets)
        checkpointer.seal(summary)
        measureOthers()
    }

    /// The tail becomes the last blocks, and the drops that wait their last block. All is on the disk then, before the
    /// next file is: a loss of power takes the newest flows, never some from the middle.
    private mutating func endPartition() throws(SQLiteError) {
        let earlier = partition.summary
        let window = window
        do throws(SQLiteError) {
            try partition.connection.execute("PRAGMA synchronous = FULL")
            let transaction = try Transaction(partition.connection, .immediate)
            for start in stride(from: 0, to: durableFlows, by: settings.blockFlows) {
                let end = min(start + settings.blockFlows, durableFlows)
                _ = try partition.insertBlock(window.span.extracting(start..<end), &encoder)
            }
            _ = try partition.insertDrops(through: partition.summary.lastSequence, &encoder)
            try partition.deleteTail()
            // As something is always written here, the commit syncs the log.
            try partition.writeExtent(persisted)
            try transaction.commit()
        } catch {
            partition.didRollBack(to: earlier)
            throw error
        }
        partition.didCommit()
        status.ended(blocks: partition.summary.blocks - earlier.blocks)
        self.window.removeFirst(durableFlows)
        durableFlows = 0
    }

    /// Looks at the sizes of the files that are not the live partition's. A partition that is being sealed has grown
    /// since it was looked at last.
    mutating func measureOthers() {
        otherBytes = StoreFile.bytes(StoreFile.catalogPath(settings.directory))
        for summary in sealed {
            otherBytes += StoreFile.bytes(StoreFile.partitionPath(settings.directory, summary.firstSequence))
        }
    }
}
