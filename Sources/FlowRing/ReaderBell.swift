internal import Synchronization
internal import SystemRuntime

/// Lets a reader of a broadcast ring sleep while nothing comes, at the price of a fence and a load for each batch written.
///
/// The reader announces that it sleeps, looks once more and only then blocks; the writer publishes and then looks whether
/// somebody sleeps. A fence lies between the two accesses on either side, so one of them sees the other's:
///
/// ```
///   writer                   reader
///   published ← p            sleeping ← true
///   fence                    fence
///   sleeping? then wake      something new? then do not block
/// ```
package final class ReaderBell: Sendable {
    private let isSleeping = Atomic(false)
    private let wakeUp = WakeUp()

    package init() {}

    /// The writer, after each batch that it has published.
    package func ring() {
        atomicMemoryFence(ordering: .sequentiallyConsistent)
        guard isSleeping.load(ordering: .relaxed) else { return }
        if isSleeping.exchange(false, ordering: .relaxed) { wakeUp.wake() }
    }

    /// Wakes the reader whatever there is, for shutdown. Any thread.
    package func wake() { wakeUp.wake() }

    /// The reader: blocks until the bell rings or the time is up, unless there is something new already.
    package func wait(timeoutMilliseconds: Int32, unless isSomethingNew: () -> Bool) {
        isSleeping.store(true, ordering: .relaxed)
        atomicMemoryFence(ordering: .sequentiallyConsistent)
        if !isSomethingNew() { wakeUp.wait(timeoutMilliseconds: timeoutMilliseconds) }
        isSleeping.store(false, ordering: .relaxed)
    }
}
