import FlowCatalog
import FlowHistory
import FlowModel
import HistoryFaults
import Testing

@Suite("Retention by an age of six hours, when the clock leaps")
struct ClockLeapTests {
    private static let year: UInt64 = 365 * 24 * 3_600_000_000_000
    private static let age: UInt64 = 360
    /// What may stay beyond the age: a partition is 45 minutes, and goes as a whole.
    private static let slack: UInt64 = 90

    private static func ahead(_ time: UInt64) -> UInt64 { time + year }
    private static func behind(_ time: UInt64) -> UInt64 { time - year }
    private static func right(_ time: UInt64) -> UInt64 { time }

    /// What came within the age is there, and little more.
    private func expectRight(_ node: borrowing Node, _ comment: Comment) throws {
        let kept = node.minute - (try node.oldestMinute())
        #expect((Self.age...Self.age + Self.slack).contains(kept), comment)
    }

    @Test("forth by a year and back deletes no flow within its age, and none stays", arguments: [1, 10, 40])
    func forthAndBack(minutes: UInt64) throws {
        var node = try Node()
        try node.pass(720, Self.right)
        try expectRight(node, "before")
        for round in 0..<3 {
            try node.pass(minutes, Self.ahead)
            try node.pass(20, Self.right)
            #expect(node.minute - (try node.oldestMinute()) >= Self.age, "leap \(round)")
        }
        try node.pass(Self.age + Self.slack, Self.right)
        try expectRight(node, "after")
    }

    @Test("forth by a year, also where the process starts anew meanwhile, deletes nothing before a period has gone by")
    func restart() throws {
        var node = try Node()
        try node.pass(720, Self.right)
        for _ in 0..<3 {
            try node.pass(13, Self.ahead)
            try node.restart()
        }
        #expect(node.minute - (try node.oldestMinute()) >= Self.age)
        try node.pass(20, Self.right)
        #expect(node.minute - (try node.oldestMinute()) >= Self.age)
    }

    @Test("forth for good is believed after a period: what came before is then too old")
    func forthForGood() throws {
        var node = try Node()
        try node.pass(720, Self.right)
        try node.pass(40, Self.ahead)
        #expect(try node.oldestMinute() < 720)
        try node.pass(10, Self.ahead)
        #expect(try node.oldestMinute() > 720)
    }

    @Test("back by a year deletes no flow within its age, and what was stored before goes in its time")
    func back() throws {
        var node = try Node()
        try node.pass(720, Self.right)
        try node.pass(60, Self.behind)
        #expect(node.minute - (try node.oldestMinute()) >= Self.age)
        try node.pass(Self.age + Self.slack, Self.behind)
        try expectRight(node, "behind")
    }
}

/// A node with a flow and a look after retention in each minute; flow n comes in minute n.
private struct Node: ~Copyable {
    private let store = FaultStore(isInMemory: true)
    private let began = ContinuousClock.now
    private var catalog = FlowCatalog()
    private var writer: HistoryWriter?
    private(set) var minute: UInt64 = 0

    init() throws { try restart() }

    mutating func restart() throws {
        try writer.take()?.close()
        catalog = FlowCatalog()
        var settings = faultSettings(store.directory)
        settings.maximumAge = .seconds(6 * 3600)
        writer = try HistoryWriter(settings, catalog: catalog)
    }

    /// Minutes go by; the clock shows what it makes of the right time.
    mutating func pass(_ minutes: UInt64, _ clock: (UInt64) -> UInt64) throws {
        for _ in 0..<minutes {
            minute += 1
            let now = began + .seconds(60 * Int64(minute))
            var flow = Flow.scripted(minute)
            flow.timeNanoseconds = clock(SimulatedLoad.start + minute * 60_000_000_000)
            catalog.internScripted(through: minute)
            writer?.append([flow].span, at: now)
            try writer?.commit(now: now)
            while try writer?.applyRetention(now: flow.timeNanoseconds, at: now).hasMore == true {}
        }
    }

    /// In which the oldest flow came that is left.
    func oldestMinute() throws -> UInt64 {
        var reader = try HistoryReader(directory: store.directory)
        return try #require(reader.extent().sequences).lowerBound
    }
}
