/// Where a text of all series has got to: it is written piece by piece, so that counting need not wait for all of it.
package struct MetricsCursor: Sendable {
    var metric = 0
    var table = 0
    var family = 0
    var position = 0
    /// Where the text of all series begins.
    private(set) var start: Int
    fileprivate var generation: Int?

    package init(at start: Int) { self.start = start }
}

extension MetricRegistry {
    /// Series that are written at a time.
    static let pieceSeries = 512

    /// Writes the next piece.
    ///
    /// - Parameter identify: makes the text of a flow's UUID from its sequence.
    /// - Returns: whether there is more.
    func write(
        to text: inout MetricsText, from cursor: inout MetricsCursor, identify: (UInt64) -> String
    ) -> Bool {
        if cursor.generation != generation {
            // Another configuration: what was written may be of metrics that are no more.
            text.bytes.removeSubrange(cursor.start...)
            cursor = MetricsCursor(at: cursor.start)
            cursor.generation = generation
        }
        var room = Self.pieceSeries
        while cursor.metric < metrics.count {
            let layouts = metrics[cursor.metric].layouts
            while cursor.table < layouts.count {
                let layout = layouts[cursor.table]
                while cursor.family < layout.families.count {
                    if cursor.position == 0 { text.begin(layout.families[cursor.family].family) }
                    if write(layout, to: &text, from: &cursor, &room, identify) { return true }
                    cursor.position = 0
                    cursor.family += 1
                }
                cursor.family = 0
                cursor.table += 1
            }
            cursor.table = 0
            cursor.metric += 1
        }
        return false
    }

    private func write(
        _ layout: TableLayout, to text: inout MetricsText, from cursor: inout MetricsCursor, _ room: inout Int,
        _ identify: (UInt64) -> String
    ) -> Bool {
        let table = metrics[cursor.metric].tables[cursor.table]
        let (family, column) = layout.families[cursor.family]
        var labels: [UInt8] = []
        while cursor.position < table.positions.upperBound {
            guard room > 0 else { return true }
            let position = cursor.position
            cursor.position += 1
            guard table.isLive(position) else { continue }
            room -= 1
            labels.removeAll(keepingCapacity: true)
            self.labels(of: table.keys[position], layout, metric: cursor.metric, to: &labels)
            let exemplar = exemplar(of: table, position, in: text.format, identify)
            if family.kind == .histogram {
                writeHistogram(family, labels, table, position, exemplar, to: &text)
            } else {
                text.beginSample(family.name, labels)
                text.bytes.append(decimal: table.value(position, column))
                if let exemplar { text.bytes += exemplar }
                text.endSample()
            }
        }
        return false
    }

    private func writeHistogram(
        _ family: MetricFamily, _ labels: [UInt8], _ table: SeriesTable, _ position: Int, _ exemplar: [UInt8]?,
        to text: inout MetricsText
    ) {
        let buckets = HistogramBuckets.httpDuration
        let counts = (0...buckets.bounds.count).map { table.value(position, $0) }
        text.histogram(
            family.name, labels, buckets, counts: counts, sum: table.value(position, buckets.bounds.count + 1),
            exemplar: exemplar.map { ($0, buckets.bucket(table.exemplars[position].value)) })
    }

    /// ` # {flow_uuid="…"} 1 1700000000.123`
    private func exemplar(
        of table: SeriesTable, _ position: Int, in format: MetricsText.Format, _ identify: (UInt64) -> String
    ) -> [UInt8]? {
        guard format == .openMetrics, !table.exemplars.isEmpty else { return nil }
        let exemplar = table.exemplars[position]
        guard exemplar.timeNanoseconds != 0 else { return nil }
        var label = ("flow_uuid", "")
        if exemplar.trace == 0 {
            label.1 = identify(exemplar.sequence)
        } else {
            let digits = String(exemplar.trace, radix: 16)
            label = ("traceID", String(repeating: "0", count: 32 - digits.count) + digits)
        }
        let value = exemplar.value == 0 ? 1 : Double(exemplar.value) / HistogramBuckets.httpDuration.unit
        let milliseconds = exemplar.timeNanoseconds / 1_000_000
        let fraction = String(milliseconds % 1_000 + 1_000).dropFirst()
        return Array(" # {".utf8) + LabelText.all([label])
            + Array("} \(value) \(milliseconds / 1_000).\(fraction)".utf8)
    }
}
