extension EventRingModel {
    func readerSteps(from state: State) -> [Step<State>] {
        switch state.reader.action {
        case .consume:
            let order: MemoryOrder = flaw == .consumesRelaxed ? .relaxed : .acquiring
            return load(tail, order, by: reading, "reader: ← tail", in: state) { consume(&$0, tail: $1) }
        case .read:
            return step("reader: ← slot", from: state) { read(&$0) }
        case .release:
            let order: MemoryOrder = flaw == .releasesRelaxed ? .relaxed : .releasing
            return step("reader: head ←", from: state) { next in
                next.reader.head += next.reader.count
                next.memory.store(UInt8(next.reader.head), to: head, order, by: reading)
                next.reader.action = flaw == .releasesBeforeReading ? .read : .consume
            }
        case .announce:
            let order: MemoryOrder =
                usesFences ? .relaxed : flaw == .announcesWithRelease ? .releasing : .sequentiallyConsistent
            return step("reader: announces", from: state) { next in
                next.memory.store(1, to: sleeping, order, by: reading)
                next.reader.action = doesNotRecheckNow ? .block : usesFences ? .fence : .recheck
            }
        case .fence:
            return step("reader: fence", from: state) { next in
                if flaw != .readerDoesNotFence { next.memory.fence(.sequentiallyConsistent, by: reading) }
                next.reader.action = .recheck
            }
        case .recheck:
            let order: MemoryOrder =
                usesFences || flaw == .rechecksWithAcquire ? .acquiring : .sequentiallyConsistent
            return load(tail, order, by: reading, "reader: rechecks", in: state) { next, tail in
                let isEmpty = tail == next.reader.head
                next.reader.action = !isEmpty ? .rise : flaw == .rechecksBeforeAnnouncing ? .announce : .block
            }
        case .block:
            return wakings(from: state)
        case .rise:
            return step("reader: rises", from: state) { next in
                next.memory.store(0, to: sleeping, .relaxed, by: reading)
                next.reader.action = .consume
            }
        }
    }

    private var doesNotRecheckNow: Bool { flaw == .doesNotRecheck || flaw == .rechecksBeforeAnnouncing }

    private func consume(_ state: inout State, tail: Int) {
        let head = state.reader.head
        let count = min(tail - head, capacity - head % capacity)
        guard count > 0 else {
            state.reader.action = flaw == .rechecksBeforeAnnouncing ? .recheck : .announce
            return
        }
        state.reader.count = count
        state.reader.index = 0
        state.reader.action = flaw == .releasesBeforeReading ? .release : .read
    }

    private func read(_ state: inout State) {
        let first = flaw == .releasesBeforeReading ? state.reader.head - state.reader.count : state.reader.head
        let position = first + state.reader.index
        let value = state.memory.plainLoad(slot(position), reads: reads(position), by: reading)
        if value == nil {
            state.problem = "a slot is read while it may be written"
        } else if value != state.accepted[position] {
            state.problem = "another element comes out than went in"
        }
        state.reader.index += 1
        guard state.reader.index == state.reader.count else { return }
        state.reader.action = flaw == .releasesBeforeReading ? .consume : .release
    }

    private func wakings(from state: State) -> [Step<State>] {
        if state.isWakeUpPending {
            return step("reader: woken", from: state) { next in
                next.isWakeUpPending = false
                next.reader.action = .rise
            }
        }
        guard state.reader.timeouts > 0 else { return [] }
        return step("reader: time is up", from: state) { next in
            next.reader.timeouts -= 1
            next.reader.action = .rise
        }
    }
}
