import FlowCatalog
import FlowModel
import Testing

@testable import FlowHistory

@Suite("Sequences of a store")
struct WriterRunTests {
    private let store = TemporaryStore()

    private func open() throws -> HistoryWriter { try HistoryWriter(store.settings(), catalog: FlowCatalog()) }

    @Test("rise by 1 over runs that were closed, also where the last flows found no room")
    func closed() throws {
        var writer = try HistoryWriter(
            store.settings { ($0.blockFlows, $0.backlogFlows) = (4, 8) }, catalog: FlowCatalog())
        try writer.beginRun()
        writer.append(likelyFlows(10, from: 1))
        #expect(writer.status.lostFlows == 2)
        try writer.close()
        #expect(try open().nextSequence == 11)
    }

    @Test("jump after a run that was killed, once, and a loss of unknown number is stored")
    func killed() throws {
        do {
            var writer = try open()
            try writer.beginRun()
            writer.append(likelyFlows(10, from: 1))
            try writer.commit()
            writer.append(likelyFlows(10, from: 11))
        }
        var writer = try open()
        let next = writer.nextSequence
        #expect(next == 1 << 40)
        writer.append(likelyFlows(5, from: next))
        try writer.close()
        var reader = try HistoryReader(directory: store.directory)
        #expect(try reader.losses().map(\.count) == [0])
        #expect(try reader.integrityCheck() == [])
        #expect(try open().nextSequence == next + 5)
        #expect(try readAll(store).map(\.sequence) == Array(1...10) + Array(next..<next + 5))
    }

    @Test("jump again when a run is killed before it has stored anything")
    func killedTwice() throws {
        for round in 0..<3 as Range<UInt64> {
            let writer = try open()
            #expect(writer.nextSequence == max(1, round << 40))
            try writer.beginRun()
        }
    }

    @Test("go on where a writer that showed its flows to nobody was killed")
    func unseen() throws {
        do {
            var writer = try open()
            writer.append(likelyFlows(10, from: 1))
            try writer.commit()
        }
        #expect(try open().nextSequence == 11)
    }
}
