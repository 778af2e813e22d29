import Foundation
import Testing

/// A real Prometheus on loopback that scrapes each second.
final class Prometheus: Sendable {
    private let child: Child
    private let address: String

    /// - Parameters:
    ///   - scrapes: entries of `scrape_configs`, in YAML.
    ///   - rules: files.
    init(_ directory: String, scrapes: String, rules: [String]) throws {
        let configuration = """
            global: {scrape_interval: 1s, scrape_timeout: 1s, evaluation_interval: 1s}
            rule_files: [\(rules.joined(separator: ", "))]
            scrape_configs:
            \(scrapes)
            """
        try configuration.write(toFile: directory + "/prometheus.yml", atomically: true, encoding: .utf8)
        address = "127.0.0.1:\(Int.random(in: 20_000..<30_000))"
        child = try Child(
            try #require(Tool.path("prometheus")),
            [
                "--config.file=\(directory)/prometheus.yml", "--storage.tsdb.path=\(directory)/tsdb",
                "--web.listen-address=\(address)", "--log.level=warn",
            ])
    }

    func stop() {
        child.kill(SIGTERM)
        _ = child.waitForEnd()
    }

    /// Values of the answer's samples; empty if there is none.
    func query(_ expression: String) throws -> [String] {
        struct Answer: Decodable {
            struct Content: Decodable { var result: [Sample] }
            struct Sample: Decodable {
                var value: String
                init(from decoder: any Decoder) throws {
                    var pair = try decoder.container(keyedBy: Key.self).nestedUnkeyedContainer(forKey: .value)
                    _ = try pair.decode(Double.self)
                    value = try pair.decode(String.self)
                }
                enum Key: CodingKey { case value }
            }
            var status: String
            var data: Content?
            var error: String?
        }
        let output = try ask("query", ["--data-urlencode", "query=\(expression)"])
        let answer = try JSONDecoder().decode(Answer.self, from: Data(output.utf8))
        #expect(answer.status == "success", "\(expression): \(answer.error ?? "")")
        return (answer.data?.result ?? []).map(\.value)
    }

    /// Waits until an expression has a sample.
    func waitUntil(_ expression: String, seconds: Double = 40) throws {
        let deadline = Date().addingTimeInterval(seconds)
        while Date() < deadline {
            if let values = try? query(expression), !values.isEmpty { return }
            Thread.sleep(forTimeInterval: 0.5)
        }
        Issue.record("\(expression) does not come true: \(child.errors)")
    }

    /// Names of rules that cannot be evaluated.
    func brokenRules() throws -> [String] {
        struct Answer: Decodable {
            struct Content: Decodable { var groups: [Group] }
            struct Group: Decodable { var rules: [Rule] }
            struct Rule: Decodable { var name: String, health: String }
            var data: Content
        }
        let answer = try JSONDecoder().decode(Answer.self, from: Data(try ask("rules", []).utf8))
        let rules = answer.data.groups.flatMap(\.rules)
        #expect(rules.count > 10)
        return rules.filter { $0.health != "ok" }.map(\.name)
    }

    private func ask(_ path: String, _ arguments: [String]) throws -> String {
        try Tool.run("curl", ["-sS", "--max-time", "10", "-G", "http://\(address)/api/v1/\(path)"] + arguments).output
    }
}
