/// What an answer that sums up flows may cost.
package struct SumLimits: Sendable {
    /// From the request on, its turn on a query thread included; what is not read by then is left out of the answer.
    package var time = Duration.seconds(10)
    /// Flows of further groups are counted only. While an answer is made, a group takes some hundred bytes.
    package var groups = 16_384

    package init() {}

    /// Entries of an answer that does not name a number.
    package static let defaultEntries = 100
    /// That an answer may be asked for.
    package static let mostEntries = 100_000
}
