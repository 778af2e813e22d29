/// What `/v1/top` answers and `apus top` shows: who has the most flows, bytes or drops.
package struct TopReport: Codable, Sendable {
    package var coverage: CoverageReport
    /// nil: the answer is whole.
    package var truncated: TruncationReport?
    /// The most first.
    package var entries: [Entry]

    /// A flow counts once with each of its ends that has such a name.
    package struct Entry: Codable, Sendable {
        /// `shop/web-1`, `5432/TCP`; empty for flows without such a name.
        package var name: String
        package var flows: String
        package var bytes: String
        package var packets: String
        /// Dropped flows.
        package var drops: String

        package init(name: String, flows: UInt64, bytes: UInt64, packets: UInt64, drops: UInt64) {
            self.name = name
            self.flows = String(flows)
            self.bytes = String(bytes)
            self.packets = String(packets)
            self.drops = String(drops)
        }
    }

    package init(coverage: CoverageReport, truncated: TruncationReport?, entries: [Entry]) {
        self.coverage = coverage
        self.truncated = truncated
        self.entries = entries
    }
}
