/// `BroadcastRing` step by step: a writer and a reader. Readers write nothing that another thread reads, so one stands for
/// all of them.
///
/// ```
///   writer                                    reader
///   reserve    reserved ← p + n               begin      available ← published (acquire); none new? begin again
///   fence      fence (release)                oldest     o ← reserved (acquire); behind it? lose, skip
///   write      each word: slot ← (relaxed)    copy       each word: batch ← slot (relaxed)
///   publish    published ← p + n (release)    fence      fence (acquire)
///   replace    one word of the oldest ←       check      r ← reserved (relaxed); deliver what is above r - capacity
/// ```
///
/// Both words of an element hold its position + 1, so that a torn copy, an older and a newer element all show. The second
/// word of the oldest element, the one that is overwritten next, is replaced after each batch: by `replaced` more.
struct BroadcastRingModel: ThreadModel {
    var capacity = 2
    var batch = 1
    var readerBatch = 2
    /// Elements that the writer appends.
    var total = 4
    var flaw: Flaw?

    /// Ways to get it wrong, each of which must be found.
    enum Flaw: CaseIterable {
        case writerDoesNotFence, readerDoesNotFence, reservesAfterWriting, publishesRelaxed, readsPublishedRelaxed
        case checksBeforeCopyingOnly, checksPublished, keepsOneTooMany, forgetsToCountOvertaken
        case replacesWhatIsOverwritten, replacesTwoWords
    }

    struct State: Hashable {
        var memory: WeakMemory
        var writer = Writer()
        var reader = Reader()
        var problem: String?
    }

    struct Writer: Hashable {
        enum Action { case reserve, fence, write, publish, replace, end }
        var action = Action.reserve
        var position = 0
        var word = 0
    }

    struct Reader: Hashable {
        enum Action { case begin, oldest, copy, fence, check, end }
        var action = Action.begin
        var position = 0
        var available = 0
        var batch: [UInt8] = []
        var read = 0
        var lost = 0
    }

    /// Words of an element.
    let width = 2
    let replaced = 16
    /// Locations: two positions, then the slots' words.
    let published = 0, reserved = 1, slots = 2
    let writing = 0, reading = 1

    var initial: State { State(memory: WeakMemory(locations: slots + capacity * width, threads: 2)) }

    func location(of word: Int, at position: Int) -> Int { slots + (position % capacity) * width + word }

    func steps(from state: State) -> [Step<State>] {
        var steps = readerSteps(from: state)
        if state.writer.action != .end { steps.append(writerStep(from: state)) }
        return steps
    }

    func violation(in state: State) -> String? {
        if let problem = state.problem { return problem }
        return state.reader.read + state.reader.lost == state.reader.position ? nil : "read + lost ≠ passed"
    }

    func violation(atEnd state: State) -> String? {
        if state.writer.action != .end { return "the writer waits" }
        return state.reader.read + state.reader.lost == total ? nil : "read + lost ≠ written"
    }
}

extension BroadcastRingModel {
    /// The writer's only next step: it waits for nobody, and nothing that others do changes what it does.
    private func writerStep(from state: State) -> Step<State> {
        var next = state
        let end = UInt8(state.writer.position + batch)
        switch state.writer.action {
        case .reserve:
            if flaw != .reservesAfterWriting { next.memory.store(end, to: reserved, .relaxed, by: writing) }
            next.writer.action = .fence
            return Step(name: "writer: reserved ←", state: next)
        case .fence:
            if flaw != .writerDoesNotFence { next.memory.fence(.releasing, by: writing) }
            next.writer.action = .write
            return Step(name: "writer: fence", state: next)
        case .write:
            let position = state.writer.position + state.writer.word / width
            let slot = location(of: state.writer.word % width, at: position)
            next.memory.store(UInt8(position + 1), to: slot, .relaxed, by: writing)
            next.writer.word += 1
            if next.writer.word == batch * width { next.writer.action = .publish }
            return Step(name: "writer: slot ←", state: next)
        case .publish:
            if flaw == .reservesAfterWriting { next.memory.store(end, to: reserved, .relaxed, by: writing) }
            let order: MemoryOrder = flaw == .publishesRelaxed ? .relaxed : .releasing
            next.memory.store(end, to: published, order, by: writing)
            next.writer = Writer(action: .replace, position: Int(end), word: flaw == .replacesTwoWords ? 0 : 1)
            return Step(name: "writer: published ←", state: next)
        case .replace, .end:
            replace(&next)
            return Step(name: "writer: word of the oldest ←", state: next)
        }
    }

    private func replace(_ state: inout State) {
        let position = state.writer.position
        let oldest = max(0, position - capacity - (flaw == .replacesWhatIsOverwritten ? 1 : 0))
        let slot = location(of: state.writer.word, at: oldest)
        state.memory.store(UInt8(oldest + 1 + replaced), to: slot, .relaxed, by: writing)
        state.writer.word += 1
        if state.writer.word == width {
            state.writer = Writer(action: position < total ? .reserve : .end, position: position)
        }
    }

    /// The two words belong to the element at the position and make sense together.
    private func isWhole(_ words: ArraySlice<UInt8>, at position: Int) -> Bool {
        let (old, new) = (UInt8(position + 1), UInt8(position + 1 + replaced))
        let whole = flaw == .replacesTwoWords ? [[old, old], [new, new]] : [[old, old], [old, new]]
        return whole.contains(Array(words))
    }

    private func readerSteps(from state: State) -> [Step<State>] {
        switch state.reader.action {
        case .begin:
            let order: MemoryOrder = flaw == .readsPublishedRelaxed ? .relaxed : .acquiring
            return load(published, order, "reader: ← published", in: state) { begin(&$0, available: $1) }
        case .oldest:
            return load(reserved, .acquiring, "reader: ← reserved", in: state) { skip(&$0, reserved: $1) }
        case .copy:
            let word = state.reader.batch.count
            let slot = location(of: word % width, at: state.reader.position + word / width)
            return load(slot, .relaxed, "reader: ← slot", in: state) { copy(&$0, word: UInt8($1)) }
        case .fence:
            var next = state
            if flaw != .readerDoesNotFence { next.memory.fence(.acquiring, by: reading) }
            next.reader.action = .check
            return [Step(name: "reader: fence", state: next)]
        case .check:
            let checked = flaw == .checksPublished ? published : reserved
            return load(checked, .relaxed, "reader: checks", in: state) { deliver(&$0, reserved: $1) }
        case .end:
            return []
        }
    }

    private func load(
        _ location: Int, _ order: MemoryOrder, _ name: StaticString, in state: State, then: (inout State, Int) -> Void
    ) -> [Step<State>] {
        state.memory.loads(location, order, by: reading).map { value, memory in
            var next = state
            next.memory = memory
            then(&next, Int(value))
            return Step(name: name, state: next)
        }
    }

    private func begin(_ state: inout State, available: Int) {
        guard state.reader.position < available else { return }
        state.reader.available = available
        state.reader.action = .oldest
    }

    private func skip(_ state: inout State, reserved: Int) {
        let oldest = min(max(0, reserved - capacity), state.reader.available)
        if state.reader.position < oldest {
            if flaw != .forgetsToCountOvertaken { state.reader.lost += oldest - state.reader.position }
            state.reader.position = oldest
        }
        state.reader.action = state.reader.position < state.reader.available ? .copy : .fence
    }

    private func copy(_ state: inout State, word: UInt8) {
        state.reader.batch.append(word)
        let count = min(readerBatch, state.reader.available - state.reader.position)
        if state.reader.batch.count == count * width { state.reader.action = .fence }
    }

    private func deliver(_ state: inout State, reserved: Int) {
        let reader = state.reader
        let count = reader.batch.count / width
        var firstIntact = flaw == .checksBeforeCopyingOnly ? 0 : max(0, reserved - capacity)
        if flaw == .keepsOneTooMany { firstIntact = max(0, firstIntact - 1) }
        let overwritten = min(max(0, firstIntact - reader.position), count)
        for element in overwritten..<count
        where !isWhole(reader.batch[element * width..<(element + 1) * width], at: reader.position + element) {
            state.problem = "a torn or foreign element is delivered"
        }
        let position = reader.position + count
        state.reader = Reader(
            action: position == total ? .end : .begin, position: position, read: reader.read + count - overwritten,
            lost: reader.lost + overwritten)
    }
}
