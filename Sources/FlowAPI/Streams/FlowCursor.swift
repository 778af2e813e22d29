/// A place in a store's one sequence of flows, as clients keep it: `4f1d09ab-1234` lies behind the flow 1234 of the store
/// whose identifier begins with these four bytes.
package struct FlowCursor: Hashable, Sendable {
    /// Of the last flow that the client has.
    package let sequence: UInt64

    /// What is wrong with a cursor, in the words of an error.
    package enum Problem: String, Error {
        case malformed = "not a cursor"
        case ofOtherStore = "a cursor of another store"
        case ahead = "lies behind the newest flow: no answer of this server has given it"
    }

    package static let accepted =
        "the id of a server-sent event, or <apus-store>-<sequence>, of a flow that this server has given"

    package init(sequence: UInt64) { self.sequence = sequence }

    package init(parsing text: String, storeID: [UInt8]) throws(Problem) {
        let parts = text.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
        // Sequences are stored as numbers with a sign.
        guard parts.count == 2, parts[0].utf8.count == 8, UInt32(parts[0], radix: 16) != nil,
            !parts[1].isEmpty, parts[1].utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }),
            let sequence = Int64(parts[1])
        else { throw .malformed }
        guard parts[0].lowercased() == Self.store(storeID) else { throw .ofOtherStore }
        self.sequence = UInt64(sequence)
    }

    /// What all cursors of a store begin with: `4f1d09ab`.
    static func store(_ storeID: [UInt8]) -> String {
        let digits = storeID.prefix(4).map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }
        return digits.joined()
    }

    package func text(storeID: [UInt8]) -> String { "\(Self.store(storeID))-\(sequence)" }
}
