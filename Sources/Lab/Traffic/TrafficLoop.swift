internal import Synchronization
internal import SystemRuntime

/// Work that the loop's thread does for others.
typealias LoopWork = @Sendable (inout LoopContext) -> Void

/// One thread, `apus-lab`, that owns all sockets of servers and clients and never blocks on one of them. It makes each
/// socket inside the network namespace of its host, by entering that for the moment.
final class TrafficLoop: Sendable {
    private let mailbox: LoopMailbox
    private let thread: NamedThread
    private let isJoined = Mutex(false)

    init() throws(SystemError) {
        let mailbox = try LoopMailbox()
        self.mailbox = mailbox
        thread = NamedThread("apus-lab") { runLoop(mailbox) }
    }

    deinit { stop() }

    /// Any thread. Work that was taken is done, be it at the very end.
    ///
    /// - Returns: false if the loop ends already.
    func submit(_ work: @escaping LoopWork) -> Bool { mailbox.post(work) }

    /// Cancels what goes on, closes all sockets and waits for the thread's end. Any other thread, any number of times.
    func stop() {
        mailbox.close()
        isJoined.withLock { isJoined in
            guard !isJoined else { return }
            thread.join()
            isJoined = true
        }
    }
}

/// What the loop's thread is asked to do.
private final class LoopMailbox: Sendable {
    private struct State {
        var work: [LoopWork] = []
        var isClosed = false
    }

    let doorbell: Doorbell
    private let state = Mutex(State())

    init() throws(SystemError) { doorbell = try Doorbell() }

    func post(_ work: @escaping LoopWork) -> Bool {
        let isTaken = state.withLock { state in
            guard !state.isClosed else { return false }
            state.work.append(work)
            return true
        }
        doorbell.ring()
        return isTaken
    }

    func close() {
        state.withLock { $0.isClosed = true }
        doorbell.ring()
    }

    func take() -> (work: [LoopWork], isClosed: Bool) {
        doorbell.silence()
        return state.withLock { state in
            defer { state.work = [] }
            return (state.work, state.isClosed)
        }
    }
}

private func runLoop(_ mailbox: LoopMailbox) {
    var members: [any LoopMember] = []
    var context = LoopContext()
    var pollSet = PollSet()
    while true {
        let (work, isClosed) = mailbox.take()
        for piece in work { piece(&context) }
        members += context.takeNewcomers()
        guard !isClosed else { break }
        pollSet.removeAll()
        pollSet.append(mailbox.doorbell.pollDescriptor, .reading)
        for member in members { pollSet.append(member.pollDescriptor, member.interest) }
        pollSet.wait(timeoutMilliseconds: context.milliseconds(until: members.map(\.deadlineNanoseconds).min()))
        context.nowNanoseconds = SystemClock.monotonicNanoseconds()
        members = advance(members, pollSet, &context)
    }
    for member in members { member.cancel() }
}

/// Lets those go on that can, and keeps those that have not come to their end.
private func advance(
    _ members: [any LoopMember], _ pollSet: PollSet, _ context: inout LoopContext
) -> [any LoopMember] {
    var staying: [any LoopMember] = []
    for (index, member) in members.enumerated() {
        let isDue = member.deadlineNanoseconds <= context.nowNanoseconds
        // Place 0 is the doorbell's.
        guard pollSet.isReady(index + 1) || isDue else {
            staying.append(member)
            continue
        }
        if member.advance(isReady: pollSet.isReady(index + 1), in: &context) { staying.append(member) }
    }
    return staying
}
