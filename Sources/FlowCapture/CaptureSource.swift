package import Synchronization
internal import SystemRuntime

/// What a capture thread empties, again and again.
package protocol CaptureSource: ~Copyable {
    /// Hands on what is there.
    ///
    /// - Returns: number of records taken, whatever became of them.
    mutating func drain() -> Int

    /// Sleeps until there is something, or until it is time to look whether the thread should stop.
    mutating func waitForRecords()
}

extension CaptureSource where Self: ~Copyable {
    /// Runs until told to stop, and then until nothing is left.
    ///
    /// After it has found something it naps for a moment: being woken for each event would cost the packets' path 42 %
    /// instead of 3 %, and the buffers hold some ten thousands of events meanwhile.
    package mutating func run(until isStopping: borrowing Atomic<Bool>) {
        while true {
            let wasStopping = isStopping.load(ordering: .acquiring)
            if drain() > 0 {
                NamedThread.sleep(nanoseconds: 1_000_000)
            } else if wasStopping {
                return
            } else {
                waitForRecords()
            }
        }
    }
}
