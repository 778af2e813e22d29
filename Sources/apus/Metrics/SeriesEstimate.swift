import FlowMetrics

/// What a configuration's metrics would be like, out of their own text.
struct SeriesEstimate: Encodable {
    struct Family: Encodable {
        let name: String
        /// Of Prometheus: a histogram has several for each of its own.
        var series = 0
        /// Of a scrape, uncompressed.
        var bytes = 0
        /// How many values each label has, most first.
        var labels: [Label] = []
    }

    struct Label: Encodable {
        let name: String
        let values: Int
    }

    var flows: UInt64
    var families: [Family]
    /// What a family may have as it is configured.
    var seriesLimit: Int
    /// Of the server, while there are so many series.
    var memoryBytes: Int

    var series: Int { families.reduce(0) { $0 + $1.series } }
    var bytes: Int { families.reduce(0) { $0 + $1.bytes } }

    /// - Parameter text: in Prometheus' format.
    static func families(_ text: [UInt8]) -> [Family] {
        var families: [Family] = []
        var values: [String: Set<Substring>] = [:]
        func close() {
            guard let last = families.indices.last else { return }
            families[last].labels = values.map { Label(name: $0.key, values: $0.value.count) }
                .sorted { ($1.values, $0.name) < ($0.values, $1.name) }
            values = [:]
        }
        for line in String(decoding: text, as: UTF8.self).split(separator: "\n") {
            if line.hasPrefix("# TYPE ") {
                close()
                families.append(Family(name: String(line.split(separator: " ")[2])))
            } else if !line.hasPrefix("#"), let last = families.indices.last {
                families[last].series += 1
                families[last].bytes += line.utf8.count + 1
                for (name, value) in labels(line) where name != "le" { values[name, default: []].insert(value) }
            }
        }
        close()
        return families
    }

    /// Of one sample. A quotation mark within a value has a backslash before it.
    private static func labels(_ line: Substring) -> [(name: String, value: Substring)] {
        var labels: [(String, Substring)] = []
        var rest = line.drop { $0 != "{" }.dropFirst()
        while let equals = rest.firstIndex(of: "=") {
            let name = String(rest[..<equals])
            let start = rest.index(equals, offsetBy: 2)
            var end = start
            while rest[end] != "\"" { end = rest.index(end, offsetBy: rest[end] == "\\" ? 2 : 1) }
            labels.append((name, rest[start..<end]))
            rest = rest[rest.index(after: end)...]
            guard rest.first == "," else { break }
            rest = rest.dropFirst()
        }
        return labels
    }
}
