public import Synchronization
internal import SystemRuntime

/// A bounded queue between exactly one writing and one reading thread, without locks.
///
/// ```
///            head (reader's)          tail (writer's)
///              │                        │
///   ──┬───┬───┬▼──┬───┬───┬───┬───┬───┬─▼─┬───┬───┬──
///     │ w │ w │ r │ r │ r │ r │ r │ r │ w │ w │ w │     position & mask = slot
///   ──┴───┴───┴───┴───┴───┴───┴───┴───┴───┴───┴───┴──
///     └ free, the writer's ┘└ the reader's ┘
/// ```
///
/// Positions only rise. Memory order: the writer fills slots and then stores `tail` with release; the reader loads `tail`
/// with acquire, so it sees the slots' contents. The reader is done with slots and then stores `head` with release; the
/// writer loads `head` with acquire before it reuses them. A slot is never touched from both sides at once, so slots
/// themselves need no atomics.
///
/// Sleeping: the reader announces it (`sleeping`), looks once more and only then blocks; the writer publishes and then
/// looks at `sleeping`. All four accesses are sequentially consistent, so one of the two sees the other; that the writer
/// then claims the wake-up by an exchange only saves needless ones:
///
/// ```
///   writer                      reader
///   tail ← t                    sleeping ← 1
///   sleeping = 1? then wake     tail ≠ head? then do not block
/// ```
///
/// What is called for each element or batch is `public`, not `package`: Swift 6.3 gives other modules the bodies of public
/// `@inlinable` functions only, and without them each call looks up generic metadata, which costs more than the copy.
///
/// `EventRingModel` in the tests goes through all interleavings of this, under the memory model of the language.
@safe public final class EventRing<Element: BitwiseCopyable>: @unchecked Sendable {
    // @unchecked: the pointers are fixed for life; who may touch which slot is settled by head and tail, see above.
    @usableFromInline let slots: UnsafeMutablePointer<Element>
    @usableFromInline let mask: UInt64
    @usableFromInline let shared: UnsafeMutablePointer<SharedPositions>
    private let memory: ZeroedPages
    private let wakeUp = WakeUp()

    /// Number of elements that fit.
    public let capacity: Int

    /// - Parameter capacity: a power of two; the ring takes `capacity × MemoryLayout<Element>.stride` bytes of address
    ///   space at once, and of memory as it is filled for the first time.
    package init(capacity: Int) {
        precondition(capacity > 0 && capacity & (capacity - 1) == 0, "a ring's capacity is a power of two")
        self.capacity = capacity
        mask = UInt64(capacity - 1)
        memory = ZeroedPages(byteCount: capacity * MemoryLayout<Element>.stride)
        unsafe slots = memory.address.bindMemory(to: Element.self, capacity: capacity)
        unsafe shared = .allocate(capacity: 1)
        unsafe shared.initialize(to: SharedPositions())
    }

    deinit {
        unsafe shared.deinitialize(count: 1)
        unsafe shared.deallocate()
    }

    /// Elements that wait for the reader. Any thread; true for a moment only.
    package var count: Int {
        let head = unsafe shared.pointee.head.load(ordering: .acquiring)
        let tail = unsafe shared.pointee.tail.load(ordering: .acquiring)
        return Int(clamping: Int64(bitPattern: tail &- head))
    }

    /// Elements that found the ring full. Any thread.
    package var lost: UInt64 { unsafe shared.pointee.lost.load(ordering: .relaxed) }

    /// Wakes a sleeping reader although nothing came, for shutdown. Any thread.
    package func wakeReader() { wakeUp.wake() }

    @usableFromInline func wakeIfSleeping() {
        if unsafe shared.pointee.sleeping.exchange(false, ordering: .sequentiallyConsistent) { wakeUp.wake() }
    }

    fileprivate func sleep(unlessPast head: UInt64, timeoutMilliseconds: Int32?) {
        unsafe shared.pointee.sleeping.store(true, ordering: .sequentiallyConsistent)
        if unsafe shared.pointee.tail.load(ordering: .sequentiallyConsistent) == head {
            wakeUp.wait(timeoutMilliseconds: timeoutMilliseconds)
        }
        unsafe shared.pointee.sleeping.store(false, ordering: .relaxed)
    }
}

/// What both sides look at, each word on its own pair of cache lines so that they do not slow each other.
@usableFromInline struct SharedPositions: ~Copyable {
    @usableFromInline let tail = Atomic<UInt64>(0)
    private let gap1 = CacheLineGap()
    @usableFromInline let head = Atomic<UInt64>(0)
    private let gap2 = CacheLineGap()
    @usableFromInline let sleeping = Atomic<Bool>(false)
    private let gap3 = CacheLineGap()
    @usableFromInline let lost = Atomic<UInt64>(0)

    init() {}
}

/// 128 bytes: processors fetch cache lines in pairs.
struct CacheLineGap {
    private let words: InlineArray<16, UInt64> = .init(repeating: 0)
}

/// The writing end. Moves to the writing thread and stays there.
public struct EventRingWriter<Element: BitwiseCopyable>: ~Copyable, Sendable {
    @usableFromInline let ring: EventRing<Element>
    @usableFromInline var tail: UInt64
    @usableFromInline var knownHead: UInt64
    @usableFromInline var lost: UInt64 = 0

    package init(_ ring: EventRing<Element>) {
        self.ring = ring
        tail = unsafe ring.shared.pointee.tail.load(ordering: .relaxed)
        knownHead = unsafe ring.shared.pointee.head.load(ordering: .acquiring)
    }

    /// Copies one element in; readers see it after `publish`. A full ring counts it as lost.
    @inlinable public mutating func append(copying element: UnsafeRawPointer) {
        if tail &- knownHead > ring.mask {
            unsafe knownHead = ring.shared.pointee.head.load(ordering: .acquiring)
            if tail &- knownHead > ring.mask {
                lost &+= 1
                return
            }
        }
        let slot = unsafe UnsafeMutableRawPointer(ring.slots + Int(tail & ring.mask))
        unsafe slot.copyMemory(from: element, byteCount: MemoryLayout<Element>.size)
        tail &+= 1
    }

    @inlinable public mutating func append(_ element: Element) {
        unsafe withUnsafePointer(to: element) { unsafe append(copying: UnsafeRawPointer($0)) }
    }

    /// Lets the reader see what was appended, and wakes it if it sleeps. Once per batch.
    @inlinable public mutating func publish() {
        unsafe ring.shared.pointee.lost.store(lost, ordering: .relaxed)
        unsafe ring.shared.pointee.tail.store(tail, ordering: .sequentiallyConsistent)
        // Awake is the usual case: one load. An exchange would lock the reader's cache line at every publish.
        if unsafe ring.shared.pointee.sleeping.load(ordering: .sequentiallyConsistent) { ring.wakeIfSleeping() }
    }
}

/// The reading end. Moves to the reading thread and stays there.
public struct EventRingReader<Element: BitwiseCopyable>: ~Copyable, Sendable {
    @usableFromInline let ring: EventRing<Element>
    @usableFromInline var head: UInt64

    package init(_ ring: EventRing<Element>) {
        self.ring = ring
        head = unsafe ring.shared.pointee.head.load(ordering: .relaxed)
    }

    /// Lends up to `limit` elements in place, in order, and gives their slots back afterwards.
    ///
    /// - Returns: how many there were; 0 if the ring is empty.
    @inlinable public mutating func consume(limit: Int, _ body: (Span<Element>) -> Void) -> Int {
        let tail = unsafe ring.shared.pointee.tail.load(ordering: .acquiring)
        let slot = Int(head & ring.mask)
        let count = min(limit, Int(tail &- head), ring.capacity - slot)
        guard count > 0 else { return 0 }
        body(unsafe Span(_unsafeStart: ring.slots + slot, count: count))
        head &+= UInt64(count)
        unsafe ring.shared.pointee.head.store(head, ordering: .releasing)
        return count
    }

    /// Blocks until there is something to consume, the time is up, or `wakeReader` is called.
    package mutating func wait(timeoutMilliseconds: Int32? = nil) {
        ring.sleep(unlessPast: head, timeoutMilliseconds: timeoutMilliseconds)
    }
}
