/// A place in a store's one sequence of flows, as clients keep it: `4f1d09ab-1234` lies behind the flow 1234 of the store
/// whose identifier begins with these four bytes.
package struct FlowCursor: Hashable, Sendable {
    /// Of the last flow that the client has.
    package let sequence: UInt64

    package init(sequence: UInt64) { self.sequence = sequence }

    /// nil if `text` is no cursor, or one of another store.
    package init?(_ text: String, storeID: [UInt8]) {
        let prefix = Self.prefix(storeID: storeID)
        guard text.hasPrefix(prefix), let sequence = UInt64(text.dropFirst(prefix.count)) else { return nil }
        self.sequence = sequence
    }

    static func prefix(storeID: [UInt8]) -> String {
        let digits = storeID.prefix(4).map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }
        return digits.joined() + "-"
    }

    package func text(storeID: [UInt8]) -> String { Self.prefix(storeID: storeID) + String(sequence) }
}
