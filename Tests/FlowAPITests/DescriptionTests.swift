import FlowFilter
import HTTPTransport
import Testing
import Yams

@testable import FlowAPI

@Suite("The description of the API")
struct DescriptionTests {
    private typealias Section = [String: Any]

    private func description() throws -> [String: Any] {
        let text = try #require(Served(ringCapacity: 16).ask([], of: "/openapi.yaml").text)
        let document = try Yams.load(yaml: text) as? Section
        return try #require(document)
    }

    private func section(_ names: String..., of document: [String: Any]) throws -> [String: Any] {
        try names.reduce(document) { section, name in try #require(section[name] as? Section, "\(name)") }
    }

    /// Names of an operation's parameters that stand in the query.
    private func parameters(_ path: String, _ operation: String = "get", of document: Section) throws -> Set<String> {
        let known = try section("components", "parameters", of: document)
        let listed = try section("paths", path, operation, of: document)["parameters"] as? [Section] ?? []
        let found = try listed.map { item in
            let name = try #require((item["$ref"] as? String)?.split(separator: "/").last)
            return try section(String(name), of: known)
        }
        return Set(found.filter { $0["in"] as? String == "query" }.compactMap { $0["name"] as? String })
    }

    @Test("has the paths that there are, with their methods")
    func paths() throws {
        let paths = try section("paths", of: description())
        #expect(Set(paths.keys) == Set(FlowAPI.routes.keys))
        for (path, route) in FlowAPI.routes {
            let operations = try section(path, of: paths)
            #expect(Set(operations.keys) == (route.takesBody ? ["get", "post"] : ["get"]), "\(path)")
        }
    }

    @Test("has each parameter of flows and of sums")
    func filters() throws {
        let document = try description()
        let all = Set(FilterParameter.captured.map(\.rawValue))
        #expect(try parameters("/v1/flows", of: document) == all.union(FlowsQuestion.parameters))
        let posted = Set(FlowsQuestion.parameters).subtracting(["fields", "allowlist", "denylist"])
        #expect(try parameters("/v1/flows", "post", of: document) == posted)
        let sums = all.subtracting(["first", "last", "follow", "uuid", "node-name"]).union(["limit"])
        #expect(
            try parameters("/v1/drops", of: document) == sums.subtracting(["verdict"]).union(["by", "intervals"]))
        #expect(try parameters("/v1/top", of: document) == sums.union(["by", "sort"]))
        #expect(try parameters("/v1/graph", of: document) == sums)
        #expect(try parameters("/v1/series", of: document) == sums.union(["by", "step"]))
    }

    @Test("has the parameters of documents, which are accepted; others are not")
    func documents() throws {
        let document = try description()
        let served = Served(ringCapacity: 16)
        let own = ["limit": "1", "not": "", "label": "a=b", "pod": "a/b", "workload": "Deployment/a"]
        for path in ["/v1/status", "/v1/nodes", "/v1/namespaces", "/v1/endpoints", "/v1/identities", "/v1/policies"] {
            let listed = try parameters(path, of: document)
            for parameter in FilterParameter.allCases.map(\.rawValue) + ["limit"] where parameter != "not" {
                let answer = served.ask([(parameter, own[parameter] ?? "x")], of: path)
                #expect((answer.status == 200) == listed.contains(parameter), "\(path) \(parameter)")
            }
        }
    }

    @Test("leads to everything that it refers to")
    func references() throws {
        let document = try description()
        var missing: [String] = []
        func look(_ value: Any) {
            if let section = value as? Section {
                if let target = section["$ref"] as? String {
                    let names = target.split(separator: "/").dropFirst().map(String.init)
                    let found = names.reduce(document as Any?) { ($0 as? Section)?[$1] }
                    if found == nil { missing.append(target) }
                }
                section.values.forEach(look)
            }
            (value as? [Any])?.forEach(look)
        }
        look(document)
        #expect(missing == [])
    }
}
