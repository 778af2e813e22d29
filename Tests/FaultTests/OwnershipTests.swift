import FlowCatalog
import FlowHistory
import Foundation
import HistoryFaults
import SQLiteRuntime
import Testing

@Suite("A store")
struct OwnershipTests {
    @Test("that another process writes is refused to a second writer, with the first one's number; readers are welcome")
    func twoWriters() throws {
        let store = FaultStore()
        let victim = try Victim(store.directory, seed: 1, operation: 0)
        victim.waitForLines(2)
        let expected = HistoryError.anotherWriter(directory: store.directory, processID: victim.identifier)
        #expect(throws: expected) {
            _ = try HistoryWriter(faultSettings(store.directory), catalog: FlowCatalog())
        }
        let found = StoreInspection(store.directory)
        #expect(found.problems == [] && found.storedFlows > 0)
        let (said, signal) = try victim.waitForEnd()
        #expect(said.last == found.lastSequence && signal == 0)
        let writer = try HistoryWriter(faultSettings(store.directory), catalog: FlowCatalog())
        #expect(writer.nextSequence == found.lastSequence + 1)
    }

    @Test("of a newer format is refused by writers and readers, which name both formats and change nothing")
    func newerFormat() throws {
        let store = FaultStore()
        try HistoryWriter(faultSettings(store.directory), catalog: FlowCatalog()).close()
        let known = try setFormat(store) { _ in 9_999 }
        let before = try store.copy()
        let reading = #expect(throws: HistoryError.self) { _ = try HistoryReader(directory: store.directory) }
        let writing = #expect(throws: HistoryError.self) {
            _ = try HistoryWriter(faultSettings(store.directory), catalog: FlowCatalog())
        }
        for error in [reading, writing] {
            guard case .otherFormat(_, let found, let tells)? = error else { throw try #require(error) }
            #expect(found == 9_999 && known.contains(tells))
        }
        for name in before.files() where name != "writer.lock" {
            #expect(
                FileManager.default.contentsEqual(
                    atPath: before.directory + "/" + name, andPath: store.directory + "/" + name), "\(name)")
        }
    }

    @Test("of an older format is refused by readers, which say so")
    func olderFormat() throws {
        let store = FaultStore()
        try HistoryWriter(faultSettings(store.directory), catalog: FlowCatalog()).close()
        _ = try setFormat(store) { $0 - 1 }
        let error = #expect(throws: HistoryError.self) { _ = try HistoryReader(directory: store.directory) }
        switch error {
        // Format 0 is that of a file in which nothing is yet.
        case .noStore, .otherFormat: break
        default: throw try #require(error)
        }
    }

    /// Changes the format of every database of the store; returns what the formats were.
    private func setFormat(_ store: FaultStore, _ change: (Int64) -> Int64) throws -> Set<Int64> {
        var formats: Set<Int64> = []
        for name in store.files() {
            let path = store.directory + "/" + name
            guard try Data(contentsOf: URL(filePath: path)).starts(with: Data("SQLite format 3".utf8)) else { continue }
            let connection = try Connection(path: path, mode: .readWrite, busyTimeout: .zero)
            let format = try #require(try connection.integer("PRAGMA user_version"))
            formats.insert(format)
            try connection.setPragma("user_version", "\(change(format))")
        }
        return formats
    }
}
