public import Synchronization
internal import SystemRuntime

/// One thread writes, any number of threads read everything, nobody waits for anybody: a reader that is too slow is
/// overtaken, and knows exactly how many elements it missed.
///
/// ```
///     oldest = reserved - capacity      published    reserved
///       │                                   │           │
///   ──┬─▼─┬───┬───┬───┬───┬───┬───┬───┬───┬─▼─┬───┬───┬─▼─┬──
///     │ e │ e │ e │ e │ e │ e │ e │ e │ e │ ~ │ ~ │ ~ │   │      position & mask = slot
///   ──┴───┴───┴───┴───┴───┴───┴───┴───┴───┴───┴───┴───┴───┴──
///     └──────── readable ─────────────────┘└ being written ┘
/// ```
///
/// Memory order. The writer announces a batch (`reserved`), fences, writes the slots, then stores `published` with release.
/// A reader loads `published` with acquire, copies slots out, fences, and loads `reserved`: whatever it copied below
/// `reserved - capacity` may have been overwritten meanwhile and is thrown away and counted; the rest is intact.
///
/// ```
///   writer                        reader at c
///   reserved ← p + n              p ← published (acquire)
///   fence (release)               copy slots c ..< c + k
///   write slots p ..< p + n       fence (acquire)
///   published ← p + n (release)   r ← reserved; lost = max(0, r - capacity - c)
/// ```
///
/// If the copy saw any word of the batch that overwrites it, the fences make `r` at least that batch's end, so the slot
/// is among the lost. Slots are copied word by word with relaxed atomics, which cost the same as plain moves: the race is
/// wanted, and defined. `BroadcastRingModel` in the tests goes through all interleavings, under the memory model of the
/// language. Positions start where the owner says and only rise; a flow's position is its sequence.
///
/// What is called for each batch is `public` for the reason that `EventRing` gives.
@safe public final class BroadcastRing<Element: BitwiseCopyable>: @unchecked Sendable {
    // @unchecked: the pointers are fixed for life and all words behind them are atomics.
    @usableFromInline let words: UnsafeMutablePointer<Atomic<UInt64>>
    @usableFromInline let shared: UnsafeMutablePointer<BroadcastPositions>
    @usableFromInline let mask: UInt64
    private let memory: ZeroedPages

    /// Number of elements that the ring holds.
    public let capacity: Int
    /// The position of the first element ever written.
    public let start: UInt64

    @inlinable static var wordsPerElement: Int { MemoryLayout<Element>.stride / 8 }

    /// - Parameters:
    ///   - capacity: a power of two; the ring takes `capacity × MemoryLayout<Element>.stride` bytes of address
    ///     space at once, and of memory as it is filled for the first time.
    ///   - start: position of the first element to come.
    package init(capacity: Int, start: UInt64 = 0) {
        precondition(capacity > 0 && capacity & (capacity - 1) == 0, "a ring's capacity is a power of two")
        precondition(MemoryLayout<Element>.stride % 8 == 0, "an element is a whole number of 8-byte words")
        self.capacity = capacity
        self.start = start
        mask = UInt64(capacity - 1)
        let count = capacity * Self.wordsPerElement
        memory = ZeroedPages(byteCount: count * MemoryLayout<Atomic<UInt64>>.stride)
        // An atomic word is laid out as the word itself, so zeroed pages are words of 0 without a store to each.
        unsafe words = memory.address.bindMemory(to: Atomic<UInt64>.self, capacity: count)
        unsafe shared = .allocate(capacity: 1)
        unsafe shared.initialize(to: BroadcastPositions(start: start))
    }

    deinit {
        unsafe shared.deinitialize(count: 1)
        unsafe shared.deallocate()
    }

    /// Position of the next element to come; everything below it can be read. Any thread.
    @inlinable public var published: UInt64 { unsafe shared.pointee.published.load(ordering: .acquiring) }

    /// Position of the oldest element that is surely still there. Any thread; true for a moment only.
    @inlinable public var oldest: UInt64 {
        let reserved = unsafe shared.pointee.reserved.load(ordering: .acquiring)
        return max(start, reserved &- min(reserved, UInt64(capacity)))
    }
}

@usableFromInline struct BroadcastPositions: ~Copyable {
    @usableFromInline let published: Atomic<UInt64>
    @usableFromInline let reserved: Atomic<UInt64>

    init(start: UInt64) {
        published = Atomic(start)
        reserved = Atomic(start)
    }
}

/// The writing end. Moves to the writing thread and stays there; there is one.
public struct BroadcastWriter<Element: BitwiseCopyable>: ~Copyable, Sendable {
    @usableFromInline let ring: BroadcastRing<Element>
    @usableFromInline var next: UInt64

    /// Position of the next element.
    package var position: UInt64 { next }

    package init(_ ring: BroadcastRing<Element>) {
        self.ring = ring
        next = ring.published
    }

    /// Appends a batch and lets all readers see it.
    ///
    /// - Parameter elements: at most half the ring's capacity.
    @inlinable public mutating func append(_ elements: Span<Element>) {
        guard !elements.isEmpty else { return }
        precondition(elements.count <= ring.capacity / 2, "a batch fits into half the ring")
        let end = next &+ UInt64(elements.count)
        unsafe ring.shared.pointee.reserved.store(end, ordering: .relaxed)
        atomicMemoryFence(ordering: .releasing)
        unsafe elements.withUnsafeBufferPointer { buffer in
            unsafe Self.store(buffer, to: ring, at: next)
        }
        unsafe ring.shared.pointee.published.store(end, ordering: .releasing)
        next = end
    }

    @inlinable @inline(never)
    static func store(
        _ elements: UnsafeBufferPointer<Element>, to ring: BroadcastRing<Element>, at position: UInt64
    ) {
        let width = BroadcastRing<Element>.wordsPerElement
        let source = unsafe UnsafeRawPointer(elements.baseAddress!)
        for index in 0..<elements.count {
            let slot = Int((position &+ UInt64(index)) & ring.mask) * width
            let offset = index * MemoryLayout<Element>.stride
            for word in 0..<width {
                let value = unsafe source.loadUnaligned(fromByteOffset: offset + word * 8, as: UInt64.self)
                unsafe ring.words[slot + word].store(value, ordering: .relaxed)
            }
        }
    }
}

/// A reading end with a position of its own; used by one thread at a time.
@safe public struct BroadcastReader<Element: BitwiseCopyable>: ~Copyable, @unchecked Sendable {
    // @unchecked: the batch is this value's own, and the value cannot be copied.
    @usableFromInline let ring: BroadcastRing<Element>
    @usableFromInline let batch: UnsafeMutablePointer<Element>
    @usableFromInline let batchCapacity: Int
    @usableFromInline var next: UInt64

    /// Position of the next element to read.
    package var position: UInt64 { next }

    /// - Parameter batchCapacity: most elements that one `read` hands out; they are copied to memory of the reader's own.
    package init(_ ring: BroadcastRing<Element>, at position: UInt64, batchCapacity: Int = 256) {
        precondition(batchCapacity > 0, "a batch holds something")
        self.ring = ring
        self.batchCapacity = batchCapacity
        next = position
        unsafe batch = .allocate(capacity: batchCapacity)
    }

    deinit { unsafe batch.deallocate() }

    /// Goes on from another position; elements between are neither read nor lost.
    package mutating func seek(to position: UInt64) { next = position }

    /// Hands out the next elements, oldest first, at most one batch.
    ///
    /// An overtaken reader resumes with the oldest element that is surely intact.
    ///
    /// - Parameter end: do not read at or beyond this position.
    /// - Returns: elements handed out, and elements missed just before them. (0, 0) if there is nothing new.
    @inlinable public mutating func read(
        upTo end: UInt64 = .max, _ body: (Span<Element>) -> Void
    ) -> (count: Int, lost: UInt64) {
        let available = min(ring.published, end)
        guard next < available else { return (0, 0) }
        var lost: UInt64 = 0
        let oldest = min(ring.oldest, available)
        if next < oldest {
            lost = oldest &- next
            next = oldest
        }
        let count = min(batchCapacity, Int(available &- next))
        unsafe Self.load(count, from: ring, at: next, to: batch)
        atomicMemoryFence(ordering: .acquiring)
        let reserved = unsafe ring.shared.pointee.reserved.load(ordering: .relaxed)
        let firstIntact = reserved &- min(reserved, UInt64(ring.capacity))
        let overwritten = firstIntact > next ? min(Int(firstIntact &- next), count) : 0
        next &+= UInt64(count)
        if overwritten < count {
            body(unsafe Span(_unsafeStart: batch + overwritten, count: count - overwritten))
        }
        return (count - overwritten, lost &+ UInt64(overwritten))
    }

    @inlinable @inline(never)
    static func load(
        _ count: Int, from ring: BroadcastRing<Element>, at position: UInt64, to batch: UnsafeMutablePointer<Element>
    ) {
        let width = BroadcastRing<Element>.wordsPerElement
        let target = UnsafeMutableRawPointer(batch)
        for index in 0..<count {
            let slot = Int((position &+ UInt64(index)) & ring.mask) * width
            let offset = index * MemoryLayout<Element>.stride
            for word in 0..<width {
                let value = unsafe ring.words[slot + word].load(ordering: .relaxed)
                unsafe target.storeBytes(of: value, toByteOffset: offset + word * 8, as: UInt64.self)
            }
        }
    }
}
