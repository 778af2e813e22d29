internal import FlowModel
internal import Synchronization
internal import SystemRuntime

/// Real traffic between the hosts of a laboratory: servers that echo, and clients that ask one after the other at a
/// steady rate, until it is stopped. Counts what the clients' sockets see.
///
/// At any time at most rate × 1.3 s exchanges are under way.
package final class LabTraffic: Sendable {
    private let loop: TrafficLoop
    private let counts: TrafficCounts

    /// For a handshake or the answer to a datagram: what a policy drops is given up after that.
    static let timeoutNanoseconds: UInt64 = 300_000_000

    /// Starts it. Stop it before the laboratory is closed.
    ///
    /// - Parameter exchangesPerSecond: 1…1000.
    package init(_ plan: TrafficPlan, exchangesPerSecond: Int = 50) throws(LabError) {
        precondition((1...1000).contains(exchangesPerSecond), "1 to 1000 exchanges a second")
        do throws(SystemError) {
            loop = try TrafficLoop()
        } catch {
            throw .system(host: "traffic", error)
        }
        counts = TrafficCounts()
        for description in plan.servers {
            let server = try EchoServer.make(description)
            _ = loop.submit { $0.add(server) }
        }
        let counts = counts
        _ = loop.submit { context in
            context.add(TrafficPacer(plan.clients, exchangesPerSecond: exchangesPerSecond, counts, context))
        }
    }

    /// Ends at once: no socket is open and no thread runs when it returns. Exchanges that were under way are not
    /// counted.
    package func stop() { loop.stop() }

    /// What was seen so far, by conversation. Exchanges that are under way are not in it.
    package var tallies: [Conversation: Tally] { counts.tallies.withLock { $0 } }
}

/// Shared by the loop's thread, which counts, and whoever reads.
final class TrafficCounts: Sendable {
    let tallies = Mutex<[Conversation: Tally]>([:])
}

/// Starts one exchange at each tick of a clock, in the order of the clients, round and round.
private final class TrafficPacer: LoopMember {
    private let clients: [TrafficPlan.Client]
    private let intervalNanoseconds: UInt64
    private let counts: TrafficCounts
    private var next = 0
    private(set) var deadlineNanoseconds: UInt64

    init(
        _ clients: [TrafficPlan.Client], exchangesPerSecond: Int, _ counts: TrafficCounts, _ context: LoopContext
    ) {
        self.clients = clients
        self.counts = counts
        intervalNanoseconds = 1_000_000_000 / UInt64(exchangesPerSecond)
        deadlineNanoseconds = clients.isEmpty ? .max : context.nowNanoseconds
    }

    let pollDescriptor: Int32 = -1
    let interest = PollInterest.nothing

    func advance(isReady: Bool, in context: inout LoopContext) -> Bool {
        start(clients[next], in: &context)
        next = (next + 1) % clients.count
        // A tick that came late does not make those after it come faster.
        deadlineNanoseconds = max(deadlineNanoseconds + intervalNanoseconds, context.nowNanoseconds)
        return true
    }

    func cancel() {}

    private func start(_ client: TrafficPlan.Client, in context: inout LoopContext) {
        let conversation = client.conversation
        let exchange = Exchange(
            client: client.host.networkNamespace, address: conversation.address, ipProtocol: conversation.ipProtocol,
            port: conversation.port, payloadBytes: 64 + next % 8 * 128,
            timeoutNanoseconds: LabTraffic.timeoutNanoseconds)
        exchange.start(in: &context) { [counts] report in
            guard report.result != Exchange.cancelled else { return }
            counts.tallies.withLock { $0[conversation, default: Tally()].add(report) }
        }
    }
}
