extension EventRingModel {
    func writerSteps(from state: State) -> [Step<State>] {
        switch state.writer.action {
        case .learn:
            let order: MemoryOrder = flaw == .learnsHeadRelaxed ? .relaxed : .acquiring
            return load(head, order, by: writing, "writer: ← head", in: state) { next, head in
                next.writer.knownHead = head
                guard isFull(next.writer) else { return next.writer.action = .write }
                next.writer.lost += 1
                finishElement(&next)
            }
        case .write:
            return step("writer: slot ←", from: state) { write(&$0) }
        case .publish:
            return step("writer: tail ←", from: state) { next in
                next.memory.store(UInt8(next.writer.tail), to: tail, publishOrder, by: writing)
                next.writer.action =
                    flaw == .looksBeforePublishing ? afterBoth(next.writer) : usesFences ? .fence : .look
            }
        case .fence:
            return step("writer: fence", from: state) { next in
                if flaw != .writerDoesNotFence { next.memory.fence(.sequentiallyConsistent, by: writing) }
                next.writer.action = .look
            }
        case .look:
            let order: MemoryOrder =
                usesFences ? .relaxed : flaw == .looksWithAcquire ? .acquiring : .sequentiallyConsistent
            return load(sleeping, order, by: writing, "writer: looks", in: state) { next, value in
                next.writer.sawSleeping = value == 1
                next.writer.action = flaw == .looksBeforePublishing ? .publish : afterBoth(next.writer)
            }
        case .claim:
            return step("writer: claims", from: state) { next in
                next.writer.sawSleeping = false
                let order: MemoryOrder = usesFences ? .relaxed : .sequentiallyConsistent
                let was = next.memory.exchange(0, at: sleeping, order, by: writing)
                next.writer.action = was == 1 && flaw != .forgetsToWake ? .wake : nextElement(next.writer)
            }
        case .wake:
            return step("writer: wakes", from: state) { next in
                next.isWakeUpPending = true
                next.writer.action = nextElement(next.writer)
            }
        case .end:
            return []
        }
    }

    private var publishOrder: MemoryOrder {
        switch flaw {
        case .publishesRelaxed: .relaxed
        case .publishesWithRelease: .releasing
        default: usesFences ? .releasing : .sequentiallyConsistent
        }
    }

    private func isFull(_ writer: Writer) -> Bool {
        writer.tail - writer.knownHead >= (flaw == .fillsOneTooMany ? capacity + 1 : capacity)
    }

    private func write(_ state: inout State) {
        let position = state.writer.tail
        let value = UInt8(state.writer.element)
        if !state.memory.plainStore(value, to: slot(position), reads: reads(position), by: writing) {
            state.problem = "a slot is written while it may be read"
        }
        state.accepted.append(value)
        state.writer.tail += 1
        finishElement(&state)
    }

    private func finishElement(_ state: inout State) {
        let isBatchComplete = state.writer.element % batch == 0 || state.writer.element == total
        state.writer.element += 1
        state.writer.action =
            !isBatchComplete ? nextElement(state.writer) : flaw == .looksBeforePublishing ? .look : .publish
    }

    /// After publishing and looking.
    private func afterBoth(_ writer: Writer) -> Writer.Action { writer.sawSleeping ? .claim : nextElement(writer) }

    private func nextElement(_ writer: Writer) -> Writer.Action {
        writer.element > total ? .end : isFull(writer) ? .learn : .write
    }
}
