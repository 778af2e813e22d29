import HubbleMessages
import NIOCore
import NIOEmbedded
import Synchronization
import Testing

@testable import FlowAPI

@Suite("Who watches the server's health")
struct HealthWatchTests {
    private final class State: Sendable {
        let status = Mutex(HealthWatch.Status.notServing)
    }

    private static func statuses(_ follower: Follower) throws -> [HealthWatch.Status] {
        var reader = GRPCMessageReader(isCompressed: false)
        reader.append(follower.received)
        var statuses: [HealthWatch.Status] = []
        while let message = try reader.next() {
            statuses.append(try Grpc_Health_V1_HealthCheckResponse(message: message).status)
        }
        return statuses
    }

    @Test("is told the state, each change of it once, and at the stop that it is over")
    func changes() throws {
        let (loop, state) = (EmbeddedEventLoop(), State())
        let follower = Follower(HealthWatch(loop) { state.status.withLock { $0 } }, on: loop)
        func pass(_ count: Int) {
            for _ in 0..<count {
                loop.advanceTime(by: HealthWatch.interval)
                follower.drain()
            }
        }
        follower.drain()
        #expect(try Self.statuses(follower) == [.notServing])
        state.status.withLock { $0 = .serving }
        pass(3)
        #expect(try Self.statuses(follower) == [.notServing, .serving])
        follower.finish()
        loop.run()
        follower.drain()
        #expect(try Self.statuses(follower) == [.notServing, .serving, .notServing] && follower.hasEnded)
    }

    @Test("leaves nothing behind when it goes")
    func gone() throws {
        let loop = EmbeddedEventLoop()
        let follower = Follower(HealthWatch(loop) { .serving }, on: loop)
        follower.drain()
        follower.leave()
        loop.advanceTime(by: .seconds(10))
        #expect(!follower.isReady)
    }
}
