import Dispatch

/// As on a machine without a free processor: each job waits for 300 ms.
final class BusyExecutor: TaskExecutor {
    private let queue = DispatchQueue(label: "busy")

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.asyncAfter(deadline: .now() + .milliseconds(300)) {
            unsafe job.runSynchronously(on: self.asUnownedTaskExecutor())
        }
    }
}
