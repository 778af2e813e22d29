/// What `/v1/graph` answers: who talks to whom.
package struct GraphReport: Codable, Sendable {
    package var coverage: CoverageReport
    /// nil: the answer is whole.
    package var truncated: TruncationReport?
    /// Most flows first.
    package var edges: [Edge]

    /// From the client to the server; replies count with what they answer.
    package struct Edge: Codable, Sendable {
        package var source: SideReport
        package var destination: SideReport
        package var `protocol`: String
        /// 0 where the protocol has none.
        package var destination_port: UInt16
        package var verdict: String
        package var sums: SumsReport

        package init(
            source: SideReport, destination: SideReport, ipProtocol: String, port: UInt16, verdict: String,
            sums: SumsReport
        ) {
            self.source = source
            self.destination = destination
            self.protocol = ipProtocol
            destination_port = port
            self.verdict = verdict
            self.sums = sums
        }
    }

    package init(coverage: CoverageReport, truncated: TruncationReport?, edges: [Edge]) {
        self.coverage = coverage
        self.truncated = truncated
        self.edges = edges
    }
}
