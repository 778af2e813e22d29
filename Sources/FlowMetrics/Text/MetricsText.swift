/// Metrics as text: Prometheus' format 0.0.4, or OpenMetrics 1.0.0.
package struct MetricsText: Sendable {
    package enum Format: Sendable, CaseIterable {
        case prometheus
        case openMetrics

        package var contentType: String {
            switch self {
            case .prometheus: "text/plain; version=0.0.4; charset=utf-8"
            case .openMetrics: "application/openmetrics-text; version=1.0.0; charset=utf-8"
            }
        }
    }

    package let format: Format
    package var bytes: [UInt8] = []

    package init(_ format: Format) { self.format = format }

    /// Begins a family, whose samples follow at once.
    package mutating func begin(_ family: MetricFamily) {
        // OpenMetrics names counters without what their samples end in.
        let isCounter = family.kind == .counter && format == .openMetrics
        let name = isCounter ? String(family.name.dropLast("_total".count)) : family.name
        bytes += "# HELP \(name) \(family.help)\n# TYPE \(name) \(family.kind.rawValue)\n".utf8
    }

    package mutating func sample(_ name: String, _ labels: [(String, String)] = [], _ value: UInt64) {
        beginSample(name, LabelText.all(labels))
        bytes.append(decimal: value)
        endSample()
    }

    package mutating func sample(_ name: String, _ labels: [(String, String)] = [], _ value: Double) {
        beginSample(name, LabelText.all(labels))
        bytes.append(decimal: value)
        endSample()
    }

    /// - Parameter counts: of each bucket, and then of what is beyond all.
    package mutating func histogram(
        _ name: String, _ labels: [(String, String)] = [], _ buckets: HistogramBuckets, counts: [UInt64], sum: UInt64
    ) {
        histogram(name, LabelText.all(labels), buckets, counts: counts, sum: sum, exemplar: nil)
    }

    /// What ends a text.
    package mutating func end() {
        if format == .openMetrics { bytes += "# EOF\n".utf8 }
    }

    // MARK: Pieces

    mutating func beginSample(_ name: String, _ labels: [UInt8]) {
        bytes += name.utf8
        if !labels.isEmpty {
            bytes.append(UInt8(ascii: "{"))
            bytes += labels
            bytes.append(UInt8(ascii: "}"))
        }
        bytes.append(UInt8(ascii: " "))
    }

    mutating func endSample() { bytes.append(UInt8(ascii: "\n")) }

    /// - Parameter exemplar: its text, and the bucket that it stands in.
    mutating func histogram(
        _ name: String, _ labels: [UInt8], _ buckets: HistogramBuckets, counts: [UInt64], sum: UInt64,
        exemplar: (text: [UInt8], bucket: Int)?
    ) {
        let labelled = labels.isEmpty ? labels : labels + [UInt8(ascii: ",")]
        var total: UInt64 = 0
        for (index, count) in counts.enumerated() {
            total += count
            beginSample("\(name)_bucket", labelled + Array("le=\"\(bound(index, buckets))\"".utf8))
            bytes.append(decimal: total)
            if let exemplar, exemplar.bucket == index { bytes += exemplar.text }
            endSample()
        }
        beginSample("\(name)_sum", labels)
        bytes.append(decimal: Double(sum) / buckets.unit)
        endSample()
        beginSample("\(name)_count", labels)
        bytes.append(decimal: total)
        endSample()
    }

    /// OpenMetrics writes all bounds with a point, Prometheus whole ones without.
    private func bound(_ index: Int, _ buckets: HistogramBuckets) -> String {
        guard index < buckets.bounds.count else { return "+Inf" }
        let bound = Double(buckets.bounds[index]) / buckets.unit
        return format == .prometheus && bound == bound.rounded() ? "\(Int(bound))" : "\(bound)"
    }
}
