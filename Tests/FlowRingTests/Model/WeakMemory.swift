/// Memory as the language allows it to behave, on any processor: a store is visible to another thread at once, later, or
/// after stores that follow it, unless an order forbids it.
///
/// Each location keeps all values it ever had, oldest first. A thread knows, for each location, the oldest value that it
/// may still read (its view); a load takes any value from there on. What carries views from thread to thread is what the
/// C and Swift memory model says:
///
/// ```
///   store releasing            attaches the thread's whole view to the value
///   fence releasing            attaches the view of that moment to all later stores
///   load acquiring             takes over the view attached to the value
///   fence acquiring            takes over the views of all values that were loaded before
///   sequentially consistent    such a load reads nothing older than what any such access has seen or stored there;
///                              such a fence learns what all such fences before it knew
/// ```
///
/// This covers x86's store buffers (a load overtakes an earlier store), and aarch64's freedom to reorder stores with
/// stores and loads with loads. Two things are left out. A store never overtakes an *earlier load*: where that matters,
/// for slots that are handed back, `plainStore` demands that the hand-back is known, which is stronger. And stores to one
/// location take effect in the order in which they are executed: exact here, as each location has one writer, or a
/// second one that only exchanges.
struct WeakMemory: Hashable {
    private struct Message: Hashable {
        let value: UInt8
        var view: View
    }

    private struct ThreadViews: Hashable {
        /// What the thread must not read behind.
        var current: View
        /// What an acquiring fence would add to it.
        var loaded: View
        /// What relaxed stores attach: the view at the last releasing fence.
        var fenced: View
    }

    private var history: [[Message]]
    private var threads: [ThreadViews]
    private var consistent: View
    /// What all sequentially consistent fences so far have known together.
    private var fences: View

    /// All locations hold 0, and all threads know it.
    init(locations: Int, threads: Int) {
        let view = View(locations: locations)
        history = Array(repeating: [Message(value: 0, view: view)], count: locations)
        self.threads = Array(repeating: ThreadViews(current: view, loaded: view, fenced: view), count: threads)
        consistent = view
        fences = view
    }

    /// Every value that a load may return now, and the memory after it.
    func loads(_ location: Int, _ order: MemoryOrder, by thread: Int) -> [(value: UInt8, memory: WeakMemory)] {
        var oldest = threads[thread].current[location]
        if order == .sequentiallyConsistent { oldest = max(oldest, consistent[location]) }
        return (Int(oldest)..<history[location].count).map { time in
            var memory = self
            let value = memory.take(location, at: time, order, by: thread)
            memory.forget()
            return (value, memory)
        }
    }

    mutating func store(_ value: UInt8, to location: Int, _ order: MemoryOrder, by thread: Int) {
        append(value, to: location, carrying: View(locations: history.count), order, by: thread)
        forget()
    }

    /// Reads the newest value and stores another, with nothing between. What the old value carried, the new one carries on.
    mutating func exchange(_ value: UInt8, at location: Int, _ order: MemoryOrder, by thread: Int) -> UInt8 {
        let time = history[location].count - 1
        let old = take(location, at: time, order, by: thread)
        append(value, to: location, carrying: history[location][time].view, order, by: thread)
        forget()
        return old
    }

    mutating func fence(_ order: MemoryOrder, by thread: Int) {
        if order.acquires { threads[thread].current.join(threads[thread].loaded) }
        if order == .sequentiallyConsistent {
            threads[thread].current.join(fences)
            fences = threads[thread].current
        }
        if order.releases { threads[thread].fenced = threads[thread].current }
        forget()
    }

    /// Reads what is no atomic.
    ///
    /// - Parameter reads: a location that stands for "has been read", which `plainStore` must know.
    /// - Returns: nil if this races with a store: the newest one is not known to this thread.
    mutating func plainLoad(_ location: Int, reads: Int, by thread: Int) -> UInt8? {
        guard isNewestKnown(location, by: thread) else { return nil }
        let value = history[location].last?.value
        store(0, to: reads, .relaxed, by: thread)
        return value
    }

    /// Writes what is no atomic.
    ///
    /// - Returns: false if this races with a store or a read that the thread does not know to be over.
    mutating func plainStore(_ value: UInt8, to location: Int, reads: Int, by thread: Int) -> Bool {
        guard isNewestKnown(location, by: thread), isNewestKnown(reads, by: thread) else { return false }
        store(value, to: location, .relaxed, by: thread)
        return true
    }

    private func isNewestKnown(_ location: Int, by thread: Int) -> Bool {
        Int(threads[thread].current[location]) == history[location].count - 1
    }

    private mutating func take(_ location: Int, at time: Int, _ order: MemoryOrder, by thread: Int) -> UInt8 {
        let message = history[location][time]
        threads[thread].current[location] = UInt8(time)
        threads[thread].loaded.join(message.view)
        if order.acquires { threads[thread].current.join(message.view) }
        if order == .sequentiallyConsistent { consistent[location] = UInt8(time) }
        return message.value
    }

    private mutating func append(
        _ value: UInt8, to location: Int, carrying carried: View, _ order: MemoryOrder, by thread: Int
    ) {
        let time = UInt8(history[location].count)
        threads[thread].current[location] = time
        if order == .sequentiallyConsistent { consistent[location] = time }
        var view = order.releases ? threads[thread].current : threads[thread].fenced
        view[location] = time
        view.join(carried)
        history[location].append(Message(value: value, view: view))
    }

    /// Drops values that no thread can read any more, so that states that differ in their past only are one.
    private mutating func forget() {
        for location in history.indices {
            let dead = threads.reduce(UInt8.max) { min($0, $1.current[location]) }
            guard dead > 0 else { continue }
            history[location].removeFirst(Int(dead))
            for other in history.indices {
                for index in history[other].indices { history[other][index].view.age(location, by: dead) }
            }
            for thread in threads.indices {
                threads[thread].current.age(location, by: dead)
                threads[thread].loaded.age(location, by: dead)
                threads[thread].fenced.age(location, by: dead)
            }
            consistent.age(location, by: dead)
            fences.age(location, by: dead)
        }
    }
}

/// The orders by Swift's names.
enum MemoryOrder {
    case relaxed, acquiring, releasing, sequentiallyConsistent

    var acquires: Bool { self == .acquiring || self == .sequentiallyConsistent }
    var releases: Bool { self == .releasing || self == .sequentiallyConsistent }
}

/// For each location, the index of the oldest value that may still be read.
struct View: Hashable {
    private var times: [UInt8]

    init(locations: Int) { times = Array(repeating: 0, count: locations) }

    subscript(location: Int) -> UInt8 {
        get { times[location] }
        set { times[location] = newValue }
    }

    /// The location's oldest values are gone. What was known before that is known to all.
    mutating func age(_ location: Int, by count: UInt8) { times[location] -= min(times[location], count) }

    mutating func join(_ other: View) {
        for location in times.indices where other.times[location] > times[location] {
            times[location] = other.times[location]
        }
    }
}
