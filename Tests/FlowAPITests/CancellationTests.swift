import Dispatch
import FlowFilter
import FlowHistory
import FlowMetrics
import FlowObserver
import FlowWire
import Foundation
import HTTPTransport
import NIOEmbedded
import NIOPosix
import Testing

@testable import FlowAPI

@Suite("A client that goes")
struct CancellationTests {
    @Test("cancels the answer that is read for it")
    func flows() {
        let served = Served(ringCapacity: 64)
        served.make(10)
        let answer = served.observer.answer(to: FlowRequest())
        let statistics = APIStatistics()
        let body = FlowStreamBody(
            answer, FlowStreamKind(filter: FilterSpec(), compatibility: .apus, mask: .all),
            served.feeds, served.queryThreads,
            coverage: StreamCoverage(FlowRequest()),
            account: StreamAccount(statistics, .lines, isFollowing: true), report: { _ in })
        let follower = Follower(body, on: served.loop)
        #expect(!answer.isCancelled)
        func followers() -> UInt64? {
            var reading = ServingReading()
            statistics.read(into: &reading)
            return reading.followers.first { $0.form == "ndjson" }?.count
        }
        #expect(followers() == 1)
        follower.leave()
        #expect(answer.isCancelled)
        #expect(followers() == 0)
    }

    @Test("ends the making of its document")
    func document() throws {
        let threads = NIOThreadPool(numberOfThreads: 1)
        threads.start()
        let (hasBegun, hasEnded) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
        let body = DocumentBody(ReadingBudget(), threads, report: { _ in }) { budget in
            hasBegun.signal()
            while !budget.isSpent { Thread.sleep(forTimeInterval: 0.001) }
            hasEnded.signal()
            throw CancellationError()
        }
        let follower = Follower(body, on: EmbeddedEventLoop())
        #expect(hasBegun.wait(timeout: .now() + 10) == .success)
        follower.leave()
        #expect(hasEnded.wait(timeout: .now() + 10) == .success)
        try threads.syncShutdownGracefully()
    }
}
