/// `EventRing` step by step: appending, consuming, and the handshake of sleeping and waking.
///
/// ```
///   writer                                     reader
///   learn     full? knownHead ← head (acquire) consume   t ← tail (acquire); nothing there? announce
///             still full? count as lost        read      each slot (no atomic)
///   write     slot ← element (no atomic)       release   head ← h + n (release)
///   publish   tail ← t (seq. consistent)       announce  sleeping ← 1 (seq. consistent)
///   look      sleeping = 1? (seq. consistent)  recheck   tail ≠ head? (seq. consistent) then do not block
///   claim     sleeping ↔ 0 (seq. consistent)   block     until woken, or the time is up
///   wake      wake-up ← 1, if it was 1         rise      sleeping ← 0 (relaxed); consume
/// ```
///
/// With fences, `fence` comes before `look` and before `recheck`, `publish` is a release, and the other four are relaxed
/// (`recheck` acquires, as `BroadcastRing.published` does).
///
/// The wake-up itself is the kernel's: immediate, kept until taken, and not relied upon to order anything else.
struct EventRingModel: ThreadModel {
    var capacity = 2
    var batch = 1
    /// Elements that the writer appends, numbered from 1.
    var total = 4
    /// How often the reader's time may be up.
    var timeouts = 0
    /// As `ReaderBell` does it: relaxed accesses, and a sequentially consistent fence between the two on either side.
    var usesFences = false
    var flaw: Flaw?

    /// Ways to get it wrong, each of which must be found.
    enum Flaw: CaseIterable {
        case writerDoesNotFence, readerDoesNotFence
        case doesNotRecheck, rechecksBeforeAnnouncing, announcesWithRelease, rechecksWithAcquire
        case publishesWithRelease, looksWithAcquire, looksBeforePublishing, forgetsToWake
        case publishesRelaxed, consumesRelaxed, releasesRelaxed, learnsHeadRelaxed, fillsOneTooMany,
            releasesBeforeReading

        /// Those without fences.
        static var ofAccesses: [Flaw] { allCases.filter { $0 != .writerDoesNotFence && $0 != .readerDoesNotFence } }
        /// Those of the handshake by fences.
        static let ofFences: [Flaw] = [
            .doesNotRecheck, .rechecksBeforeAnnouncing, .forgetsToWake, .writerDoesNotFence, .readerDoesNotFence,
        ]
    }

    struct State: Hashable {
        var memory: WeakMemory
        var isWakeUpPending = false
        var writer = Writer()
        var reader = Reader()
        /// What went in, by position.
        var accepted: [UInt8] = []
        var problem: String?
    }

    struct Writer: Hashable {
        enum Action { case learn, write, publish, fence, look, claim, wake, end }
        var action = Action.write
        var tail = 0
        var knownHead = 0
        /// The next element's number.
        var element = 1
        var lost = 0
        var sawSleeping = false
    }

    struct Reader: Hashable {
        enum Action { case consume, read, release, announce, fence, recheck, block, rise }
        var action = Action.consume
        var head = 0
        /// Slots to give back, and how many of them have been read.
        var count = 0
        var index = 0
        var timeouts: Int
        init(timeouts: Int = 0) { self.timeouts = timeouts }
    }

    let tail = 0, head = 1, sleeping = 2
    func slot(_ position: Int) -> Int { 3 + position % capacity }
    func reads(_ position: Int) -> Int { 3 + capacity + position % capacity }
    let writing = 0, reading = 1

    var initial: State {
        State(memory: WeakMemory(locations: 3 + 2 * capacity, threads: 2), reader: Reader(timeouts: timeouts))
    }

    func steps(from state: State) -> [Step<State>] { writerSteps(from: state) + readerSteps(from: state) }

    func violation(in state: State) -> String? { state.problem }

    /// Nothing moves any more: the writer has ended, the reader sleeps and nobody will wake it.
    func violation(atEnd state: State) -> String? {
        if state.writer.action != .end { return "the writer waits" }
        if state.reader.head != state.writer.tail { return "the reader sleeps although something is there" }
        return state.reader.head + state.writer.lost == total ? nil : "read + lost ≠ written"
    }

    func load(
        _ location: Int, _ order: MemoryOrder, by thread: Int, _ name: StaticString, in state: State,
        then: (inout State, Int) -> Void
    ) -> [Step<State>] {
        state.memory.loads(location, order, by: thread).map { value, memory in
            var next = state
            next.memory = memory
            then(&next, Int(value))
            return Step(name: name, state: next)
        }
    }

    func step(_ name: StaticString, from state: State, _ change: (inout State) -> Void) -> [Step<State>] {
        var next = state
        change(&next)
        return [Step(name: name, state: next)]
    }
}
