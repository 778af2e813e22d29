internal import SystemRuntime

/// Something that a traffic loop drives: a server, a connection, a client's exchange, a clock.
protocol LoopMember: AnyObject {
    /// Its socket; negative for none.
    var pollDescriptor: Int32 { get }
    var interest: PollInterest { get }
    /// Monotonic; `.max` for never.
    var deadlineNanoseconds: UInt64 { get }

    /// Goes on: the socket is ready, or else the deadline is over.
    ///
    /// - Returns: whether it stays in the loop.
    func advance(isReady: Bool, in context: inout LoopContext) -> Bool

    /// The loop ends: tells whoever waits.
    func cancel()
}

/// What the loop's thread lends to its members.
struct LoopContext {
    /// CLOCK_MONOTONIC when the loop last woke.
    var nowNanoseconds = SystemClock.monotonicNanoseconds()
    /// Place for one read; larger than any datagram of a laboratory.
    var buffer = [UInt8](repeating: 0, count: 16_384)
    private var newcomers: [any LoopMember] = []

    mutating func add(_ member: any LoopMember) { newcomers.append(member) }

    mutating func takeNewcomers() -> [any LoopMember] {
        defer { newcomers = [] }
        return newcomers
    }

    /// Time to sleep, rounded up; -1 for ever.
    func milliseconds(until deadline: UInt64?) -> Int32 {
        guard let deadline, deadline != .max else { return -1 }
        let now = SystemClock.monotonicNanoseconds()
        return deadline <= now ? 0 : Int32(min((deadline - now + 999_999) / 1_000_000, 60_000))
    }
}
