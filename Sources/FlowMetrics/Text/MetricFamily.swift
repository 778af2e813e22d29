/// A family of series: all with the same name, type and meaning (OpenMetrics 1.0.0, "Metric Families").
package struct MetricFamily: Hashable, Sendable {
    package enum Kind: String, Sendable { case counter, gauge, histogram }

    package let name: String
    package let kind: Kind
    package let help: String

    package init(_ name: String, _ kind: Kind, _ help: String) {
        precondition(kind != .counter || name.hasSuffix("_total"), "a counter's name ends so in both formats")
        self.name = name
        self.kind = kind
        self.help = help
    }
}
