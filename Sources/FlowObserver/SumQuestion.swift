package import FlowFilter
package import FlowHistory

/// Which flows are to be summed up, by which fields.
package struct SumQuestion: Sendable {
    package var filter = FilterSpec()
    /// Nanoseconds since 1970-01-01 UTC, both ends included; nil: all.
    package var times: ClosedRange<UInt64>?
    package var fields: [FlowField]
    /// Flows of further groups are counted only; a group takes some 150 to 200 bytes until the answer is given.
    package var mostGroups: Int

    package init(by fields: [FlowField], mostGroups: Int) {
        self.fields = fields
        self.mostGroups = mostGroups
    }
}
