extension MetricsText {
    typealias Labels = [(String, String)]

    mutating func counter(_ name: String, _ help: String, _ value: UInt64) {
        family(MetricFamily(name, .counter, help), [([], value)])
    }

    mutating func counter(_ name: String, _ help: String, seconds: Double) {
        begin(MetricFamily(name, .counter, help))
        sample(name, [], seconds)
    }

    mutating func counters(_ name: String, _ help: String, _ samples: [(Labels, UInt64)]) {
        family(MetricFamily(name, .counter, help), samples)
    }

    mutating func gauge(_ name: String, _ help: String, _ value: UInt64) {
        family(MetricFamily(name, .gauge, help), [([], value)])
    }

    mutating func gauge(_ name: String, _ help: String, seconds: Double) {
        begin(MetricFamily(name, .gauge, help))
        sample(name, [], seconds)
    }

    mutating func gauges(_ name: String, _ help: String, _ samples: [(Labels, UInt64)]) {
        family(MetricFamily(name, .gauge, help), samples)
    }

    mutating func histograms(_ name: String, _ help: String, _ samples: [(Labels, Histogram)]) {
        begin(MetricFamily(name, .histogram, help))
        for (labels, values) in samples {
            histogram(name, labels, values.buckets, counts: values.counts, sum: values.sum)
        }
    }

    /// One without samples is left out.
    private mutating func family(_ family: MetricFamily, _ samples: [(Labels, UInt64)]) {
        guard !samples.isEmpty else { return }
        begin(family)
        for (labels, value) in samples { sample(family.name, labels, value) }
    }
}
