import FlowFilter
import FlowModel
import FlowObserver
import FlowWire
import NIOCore
import NIOEmbedded
import SyntheticTraffic
import Testing

@testable import FlowAPI

@Suite("Followers of the same kind")
struct FollowerTests {
    /// One that came at some moment, and when it left.
    private struct Watch {
        let follower: Follower
        let start: UInt64
        let wantsAll: Bool
        var end: UInt64?
    }

    /// What a follower must get of the flows in a range.
    private static func lines(_ sequences: Range<UInt64>, wantsAll: Bool, _ served: Served) -> String {
        var encoder = FlowJSONEncoder(served.context)
        var bytes: [UInt8] = []
        for sequence in sequences where wantsAll || sequence % 3 == 0 {
            encoder.append(Served.flow(sequence), to: &bytes)
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Random followers come, read more or less, and go, while random numbers of flows are made.
    private static func run(_ served: Served, seed: UInt64, mostFlows: Int) throws -> [Watch] {
        var random = SeededRandom(seed: seed)
        var watches: [Watch] = []
        for _ in 0..<300 {
            switch Int.random(in: 0..<16, using: &random) {
            case 0 where watches.count < 8:
                let wantsAll = Bool.random(using: &random)
                let last = Int.random(in: 0...3, using: &random)
                let query = (wantsAll ? [] : [("verdict", "DROPPED")]) + (last > 0 ? [("last", "\(last)")] : [])
                let past = UInt64(wantsAll ? last : 3 * last)
                let edge = served.edge - (last > 0 && !wantsAll ? (served.edge - 1) % 3 : 0)
                watches.append(
                    Watch(
                        follower: try served.follow([("follow", "true")] + query),
                        start: edge > past ? edge - past : 1, wantsAll: wantsAll))
                // As the transport does, which finds what `last` means.
                watches[watches.count - 1].follower.read(limit: 1)
            case 1 where !watches.isEmpty && Int.random(in: 0..<8, using: &random) == 0:
                let index = watches.indices.randomElement(using: &random)!
                if watches[index].end == nil {
                    watches[index].end = served.edge
                    watches[index].follower.leave()
                }
            case 2...5: served.make(Int.random(in: 1...mostFlows, using: &random))
            case 6...8: served.loop.advanceTime(by: .milliseconds(10))
            default:
                guard let watch = watches.randomElement(using: &random) else { continue }
                watch.follower.read(limit: Int.random(in: 1...40_000, using: &random))
            }
        }
        for _ in 0..<3 {
            served.loop.advanceTime(by: .milliseconds(20))
            for watch in watches { watch.follower.drain() }
        }
        return watches
    }

    @Test("each get every flow once, to the byte, whenever they come, read and go", arguments: 0..<5)
    func everyFlowOnce(seed: UInt64) throws {
        let served = Served(ringCapacity: 65_536)
        for watch in try Self.run(served, seed: seed, mostFlows: 40) {
            let wanted = Self.lines(watch.start..<(watch.end ?? served.edge), wantsAll: watch.wantsAll, served)
            let text = watch.follower.text
            // One that left may not have read all.
            #expect(watch.end == nil ? text == wanted : wanted.hasPrefix(text))
        }
        #expect(served.observer.lostByFollowers == 0)
    }

    @Test("who are overtaken are each told what they missed, where they missed it", arguments: 0..<5)
    func overtaken(seed: UInt64) throws {
        let served = Served(ringCapacity: 128)
        var told: UInt64 = 0
        for watch in try Self.run(served, seed: seed, mostFlows: 64) where watch.wantsAll {
            var next = watch.start
            let text = watch.follower.text
            // One that left may have read half of a line.
            for line in text.prefix(upTo: text.lastIndex(of: "\n") ?? text.startIndex).split(separator: "\n") {
                if line.hasPrefix("{\"lost_events\"") {
                    let count = line.firstMatch(of: #/"num_events_lost":"(\d+)"/#).flatMap { UInt64($0.output.1) } ?? 0
                    next += count
                    told += count
                } else {
                    let sequence = line.firstMatch(of: #/"sequence":"(\d+)"/#).flatMap { UInt64($0.output.1) }
                    try #require(sequence == next)
                    next += 1
                }
            }
            if watch.end == nil { #expect(next == served.edge) }
        }
        #expect(told > 0 && told <= served.observer.lostByFollowers)
    }

    @Test("One that ends at a time ends there, among others that go on")
    func until() throws {
        let served = Served(ringCapacity: 1_024)
        let endless = try served.follow([("follow", "true")])
        let limited = try served.follow([("follow", "true"), ("until", "2023-11-14T22:13:20.000000005Z")])
        for _ in 0..<4 {
            served.make(2)
            served.loop.advanceTime(by: .milliseconds(10))
            for follower in [endless, limited] { follower.drain() }
        }
        #expect(limited.hasEnded && !endless.hasEnded)
        #expect(Self.lines(1..<6, wantsAll: true, served).hasPrefix(limited.text))
        #expect(endless.text == Self.lines(1..<9, wantsAll: true, served))
    }

    @Test("One that shares nothing gets the same, at the same pace")
    func unshared() throws {
        let served = Served(ringCapacity: 1_024)
        let sharing = try served.follow([("follow", "true")])
        let alone = try served.follow([("follow", "true"), ("since", "2001-01-01T00:00:00Z")])
        for round in 1...20 {
            for follower in [sharing, alone] { follower.drain() }
            #expect(alone.text == sharing.text && !alone.isReady)
            served.make(round)
            served.loop.advanceTime(by: .milliseconds(10))
        }
        #expect(!sharing.text.isEmpty)
    }

    @Test("When the server stops, one gets what there is and then ends")
    func stopping() throws {
        let served = Served(ringCapacity: 1_024)
        let follower = try served.follow([("follow", "true")])
        follower.drain()
        served.make(3)
        served.loop.advanceTime(by: .milliseconds(10))
        follower.drain()
        follower.finish()
        served.loop.run()
        follower.drain()
        #expect(follower.hasEnded)
        #expect(follower.text == Self.lines(1..<4, wantsAll: true, served))
    }

    @Test("who read by themselves share an encoder, and of many forms only some are kept")
    func encoders() throws {
        let served = Served(ringCapacity: 4_096)
        served.make(2_000)
        for format in ["pod_name", "namespace", "labels"] {
            let queries = [
                "source.\(format)", "destination.\(format)", "source.\(format),time", "time,source.\(format)",
            ]
            let followers = try queries.map {
                try served.follow([("follow", "true"), ("last", "1000"), ("fields", $0)])
            }
            for follower in followers { follower.drain() }
            #expect(followers.allSatisfy { $0.text.split(separator: "\n").count == 1_000 })
            // The last two are one form.
            #expect(served.feeds.encoders.restingCount <= FlowEncoderPool.mostResting)
        }
        #expect(served.feeds.encoders.restingCount == FlowEncoderPool.mostResting)
    }

    @Test("encode once: what all have taken is gone, and what one has not is kept within bounds")
    func kept() throws {
        let served = Served(ringCapacity: 16_384)
        let kind = FlowStreamKind(filter: .init(), compatibility: .apus, mask: .all)
        let feeds = served.feeds
        let feed = feeds.join(kind, at: 1)
        #expect(feeds.join(kind, at: 1) === feed)
        var numbers: [Int?] = [nil, nil]
        served.make(8_192)
        var position: UInt64 = 1
        while case .chunk(let chunk) = feed.offer(from: position, &numbers[0]) { position = chunk.end }
        #expect(position == 8_193)
        #expect(feed.keptBytes > 0 && feed.keptBytes <= LiveFeed.mostKeptBytes)
        guard case .readYourself = feed.offer(from: 1, &numbers[1]) else {
            Issue.record("the slow one's chunk is still there")
            return
        }
        feeds.leave(kind)
        #expect(feed.keptBytes == 0)
    }
}
