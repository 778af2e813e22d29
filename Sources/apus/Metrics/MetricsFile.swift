import FlowAPI
import FlowFilter
import FlowMetrics
import Foundation
import Manifests

/// The configuration of metrics in YAML: Hubble's, and what Apus adds to it.
///
/// ```yaml
/// seriesLimit: 10000             # of each family; Apus' own, as are the next two
/// idle: 1h
/// deletedAfter: 1m
/// metrics:
/// - name: drop
///   contextOptions:
///   - name: sourceContext
///     values: [pod, ip]
///   includeFilters:              # FlowFilters: flows that meet any of them count
///   - source_pod: [shop/]
///   excludeFilters:              # and none of these
///   - protocol: [ICMPv4]
/// - name: flow
///   where: namespace = shop      # Apus' own, in the place of includeFilters
/// ```
struct MetricsFile {
    let path: String
    /// Whose flows are counted.
    let origin: FlowOrigin

    private static let mostBytes = 1 << 20
    private static let mostFilters = 32

    func text() throws -> String {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw CommandFailure.failed("\(path): cannot be read")
        }
        guard data.count <= Self.mostBytes, let text = String(data: data, encoding: .utf8) else {
            throw CommandFailure.failed("\(path): is not UTF-8 of at most \(Self.mostBytes) bytes")
        }
        return text
    }

    func read() throws -> MetricsSettings { try parse(try text()) }

    /// Throws what is wrong and where.
    func parse(_ text: String) throws -> MetricsSettings {
        do throws(FieldProblem) {
            return try settings(text)
        } catch {
            throw CommandFailure.failed("\(path):\(error.place.line):\(error.place.column): \(error.message)")
        }
    }

    private func settings(_ text: String) throws(FieldProblem) -> MetricsSettings {
        var settings = MetricsSettings(metrics: [])
        guard let root = try ManifestNode.parse(text) else { return settings }
        try root.allowOnly(["metrics", "seriesLimit", "idle", "deletedAfter"])
        if let limit = try root.field("seriesLimit") {
            settings.seriesLimit = try limit.integer(in: MetricsSettings.seriesLimits)
        }
        if let idle = try root.field("idle") { settings.idleSeconds = try Self.seconds(idle) }
        if let deleted = try root.field("deletedAfter") { settings.deletedSeconds = try Self.seconds(deleted) }
        for node in try root.field("metrics")?.list() ?? [] {
            let metric = try metric(node)
            do throws(MetricProblem) { try settings.add(metric) } catch { throw node.problem(error.description) }
        }
        return settings
    }

    private static func seconds(_ node: ManifestNode) throws(FieldProblem) -> Int {
        let text = try node.text()
        if text == "0" { return 0 }
        guard let duration = DurationArgument(argument: text)?.duration, duration >= .seconds(1),
            duration <= .seconds(MetricsSettings.seconds.upperBound)
        else { throw node.problem("\"\(text)\" is no time; accepted are 0, 30s, 5m, 1h, 7d and the like") }
        return Int(duration / .seconds(1))
    }

    private func metric(_ node: ManifestNode) throws(FieldProblem) -> MetricSettings {
        try node.allowOnly(["name", "contextOptions", "includeFilters", "excludeFilters", "where"])
        guard let name = try node.field("name") else { throw node.problem("name is required") }
        var settings: MetricSettings
        do throws(MetricProblem) {
            settings = MetricSettings(try FlowMetric(configured: try Self.text(name)))
        } catch { throw name.problem(error.description) }
        for option in try node.field("contextOptions")?.list() ?? [] {
            try option.allowOnly(["name", "values"])
            guard let name = try option.field("name") else { throw option.problem("name is required") }
            let (text, values) = (try name.text(), try Self.values(option))
            do throws(MetricProblem) { try settings.set(text, values) } catch {
                throw option.problem(error.description)
            }
        }
        settings.filter = try filter(node)
        return settings
    }

    private static func text(_ node: ManifestNode) throws(MetricProblem) -> String {
        do throws(FieldProblem) { return try node.text() } catch { throw MetricProblem(error.message) }
    }

    /// One may stand without a list.
    private static func values(_ option: ManifestNode) throws(FieldProblem) -> [String] {
        guard let values = try option.field("values") else { return [] }
        if case .text = values.value { return [try values.text()] }
        var texts: [String] = []
        for value in try values.list() { texts.append(try value.text()) }
        return texts
    }

    // MARK: Filters

    private func filter(_ node: ManifestNode) throws(FieldProblem) -> FilterSpec {
        var spec = FilterSpec(
            allow: try conditions(node, "includeFilters"), deny: try conditions(node, "excludeFilters"))
        guard let expression = try node.field("where") else { return spec }
        guard spec.allow.isEmpty else {
            throw expression.problem("where stands in the place of includeFilters: choose one")
        }
        let text = try expression.text()
        do throws(FilterError) {
            let request = try FlowRequest(queryItems: [("where", text)], now: 0, of: origin)
            spec.allow = request.filter.allow
            spec.deny += request.filter.deny
        } catch { throw expression.problem(error.description) }
        return spec
    }

    private func conditions(_ node: ManifestNode, _ field: String) throws(FieldProblem) -> [FilterConditions] {
        let list = try node.field(field)?.list() ?? []
        guard list.count <= Self.mostFilters else {
            throw node.problem("\(field) has \(list.count) filters; at most \(Self.mostFilters) are accepted")
        }
        var conditions: [FilterConditions] = []
        for filter in list {
            do throws(FilterError) { conditions += try RawFilter.conditions(filter.json, field, origin) } catch {
                throw filter.problem(error.description)
            }
        }
        return conditions
    }
}

extension ManifestNode {
    /// The same as JSON.
    fileprivate var json: String {
        switch value {
        case .null: "null"
        case .text(let text, let isQuoted):
            !isQuoted && (text == "true" || text == "false" || Int64(text) != nil) ? text : Self.quoted(text)
        case .list(let items): "[" + items.map(\.json).joined(separator: ",") + "]"
        case .map(let members):
            "{" + members.map { Self.quoted($0.key) + ":" + $0.node.json }.joined(separator: ",") + "}"
        }
    }

    private static func quoted(_ text: String) -> String {
        guard let data = try? JSONEncoder().encode(text) else { return "\"\"" }
        return String(decoding: data, as: UTF8.self)
    }
}
