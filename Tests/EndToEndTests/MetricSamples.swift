import Foundation
import Testing

/// Samples of a text for Prometheus, read without Apus' own code.
struct MetricSamples {
    struct Sample {
        var name: String
        var labels: [String: String]
        var value: Double
    }

    let samples: [Sample]

    init(_ text: String) throws {
        samples = try text.split(separator: "\n").filter { !$0.hasPrefix("#") }.map { line in
            let end = try #require(line.lastIndex(of: " "))
            let series = line[..<end]
            let name = series.prefix { $0 != "{" }
            var labels: [String: String] = [:]
            for match in series.dropFirst(name.count).matches(of: /([a-z_]+)="([^"]*)"/) {
                labels[String(match.1)] = String(match.2)
            }
            return Sample(
                name: String(name), labels: labels, value: try #require(Double(line[line.index(after: end)...])))
        }
    }

    func sum(_ name: String) -> Double { samples.filter { $0.name == name }.reduce(0) { $0 + $1.value } }

    /// Sums by the values of labels, in their order.
    func sums(_ name: String, by labels: [String]) -> [[String]: Double] {
        samples.filter { $0.name == name }.reduce(into: [:]) { sums, sample in
            sums[labels.map { sample.labels[$0] ?? "?" }, default: 0] += sample.value
        }
    }
}

/// A metric, and the same out of a store in SQL.
struct MetricQuestion {
    let metric: String
    let labels: [String]
    let sql: String

    /// - Parameters:
    ///   - columns: what has the labels' values.
    ///   - sum: what is added up; nil: flows are counted.
    init(_ metric: String, _ labels: [String], _ columns: String, _ condition: String = "1", sum: String? = nil) {
        self.metric = metric
        self.labels = labels
        let value = sum.map { "sum(\($0))" } ?? "count(*)"
        let numbers = labels.indices.map { "\($0 + 1)" }.joined(separator: ", ")
        // Some are words of SQL's own.
        let names = labels.map { "\"\($0)\"" }.joined(separator: ", ")
        sql = """
            select \(names), total from (
            select \(names), \(value) total from (select \(columns), bytes, packets
            from counted where \(condition)) group by \(numbers))
            """
    }

    /// The rows of the answer, as NDJSON.
    func held(_ rows: String) throws -> [[String]: Double] {
        var held: [[String]: Double] = [:]
        for row in rows.split(separator: "\n") {
            let object = try #require(try JSONSerialization.jsonObject(with: Data(row.utf8)) as? [String: Any])
            let total = try #require(object["total"] as? NSNumber)
            held[labels.map { object[$0] as? String ?? "\(object[$0] ?? "NULL")" }] = total.doubleValue
        }
        return held
    }
}

/// What a page or a text says of a metric.
struct MetricDescription: Equatable {
    var type: String
    var labels: Set<String>

    /// Of the tables of schema/metrics.md, by name. Contexts' labels are not among them.
    static func all(in page: String) -> [String: MetricDescription] {
        var all: [String: MetricDescription] = [:]
        for line in page.split(separator: "\n") {
            guard let match = line.firstMatch(of: /^\| `([a-z_0-9]+)` \| ([a-z]+) \| ([^|]*)\|/) else { continue }
            let labels = match.3.matches(of: /`([a-z_]+)`/).map { String($0.1) }
            all[String(match.1)] = MetricDescription(type: String(match.2), labels: Set(labels))
        }
        return all
    }

    static func exposed(_ text: String) throws -> [String: MetricDescription] {
        var all: [String: MetricDescription] = [:]
        for match in text.matches(of: /# TYPE ([a-z_0-9]+) ([a-z]+)\n/) {
            all[String(match.1)] = MetricDescription(type: String(match.2), labels: [])
        }
        let contexts: Set = [
            "source_namespace", "source_workload", "destination_namespace", "destination_workload", "le",
        ]
        for sample in try MetricSamples(text).samples {
            let ending = ["_bucket", "_sum", "_count"].first { sample.name.hasSuffix($0) }
            let base = ending.map { String(sample.name.dropLast($0.count)) }
            let family = all[sample.name] == nil ? base ?? sample.name : sample.name
            all[family]?.labels.formUnion(Set(sample.labels.keys).subtracting(contexts))
            #expect(all[family] != nil, "\(sample.name) has a type")
        }
        return all
    }
}
