import Testing

@testable import Manifests

@Suite struct ManifestParseTests {
    private func object(_ name: String) -> String {
        "apiVersion: v1\nkind: Pod\nmetadata:\n  name: \(name)\n  namespace: shop\n"
    }

    @Test("Every document of a file is read, with the line at which it begins")
    func documents() throws {
        let text = "# comment\n" + object("a") + "---\n# only a comment\n---\n" + object("b") + "...\n"
        let set = ManifestSet.parse(text, file: "pods.yaml")
        #expect(set.problems.isEmpty)
        #expect(set.documents.map(\.name) == ["a", "b"])
        #expect(set.documents.map(\.line) == [2, 10])
        #expect(set.documents.map(\.title) == ["Pod shop/a", "Pod shop/b"])
        #expect(set.documents[0].apiVersion == "v1")
    }

    @Test("A bad document is told with file, line and column, and does not stop the others")
    func badDocument() throws {
        let text = object("a") + "---\nkind: [Pod\n---\n" + object("b")
        let set = ManifestSet.parse(text, file: "pods.yaml")
        #expect(set.documents.map(\.name) == ["a", "b"])
        let problem = try #require(set.problems.first)
        #expect(set.problems.count == 1)
        #expect(problem.isUnreadable)
        #expect(problem.place.map { (7...9).contains($0.line) } == true)
        #expect(problem.description.hasPrefix("pods.yaml:\(problem.place?.line ?? 0):"))
        #expect(problem.description.contains("is not YAML"))
    }

    @Test("The same key twice in a map is refused")
    func duplicateKey() throws {
        let set = ManifestSet.parse("---\n" + object("a") + "kind: Node\n", file: "x.yaml")
        #expect(set.documents.isEmpty)
        #expect(set.problems.first?.message == "has a key more than once: kind")
    }

    @Test("A document that is no Kubernetes object is refused")
    func noObject() throws {
        let set = ManifestSet.parse("replicas: 2\n", file: "values.yaml")
        #expect(
            set.problems.map(\.description) == [
                "values.yaml:1:1: is not a Kubernetes object: apiVersion and kind are required"
            ])
    }

    @Test("The items of a list stand for themselves")
    func list() throws {
        let text = """
            apiVersion: v1
            kind: List
            items:
            - {apiVersion: v1, kind: Pod, metadata: {name: a}}
            - {apiVersion: v1, kind: Service, metadata: {name: b}}
            """
        let set = ManifestSet.parse(text, file: "list.yaml")
        #expect(set.documents.map(\.title) == ["Pod a", "Service b"])
        #expect(set.documents.map(\.line) == [4, 5])
    }

    @Test("An empty list is not an absent one, and null is absent")
    func emptyAndAbsent() throws {
        let text = object("a") + "spec: {empty: [], none: null, nothing: , quoted: \"null\"}\n"
        let spec = try #require(try ManifestSet.parse(text, file: "x").documents.first?.node.field("spec"))
        #expect(try spec.field("empty")?.list().isEmpty == true)
        #expect(try spec.field("none") == nil)
        #expect(try spec.field("nothing") == nil)
        #expect(try spec.field("absent") == nil)
        #expect(try spec.field("quoted")?.text() == "null")
    }

    @Test("Windows line ends and a marker with content on its line are read")
    func lineEnds() throws {
        let text = "--- # first\r\napiVersion: v1\r\nkind: Pod\r\n--- {apiVersion: v1, kind: Node}\r\n"
        let set = ManifestSet.parse(text, file: "x")
        #expect(set.problems.isEmpty)
        #expect(set.documents.map(\.kind) == ["Pod", "Node"])
        #expect(set.documents.map(\.line) == [2, 4])
    }

    @Test("Aliases that grow without measure are refused, and so is deep nesting")
    func limits() throws {
        var bomb = "apiVersion: v1\nkind: Pod\na0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
        for level in 1...8 {
            let parts = Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ", ")
            bomb += "a\(level): &a\(level) [\(parts)]\n"
        }
        let error = #expect(throws: FieldProblem.self) {
            try YAMLSection(text: bomb[...], precedingLines: 0).compose(nodeLimit: 1000)
        }
        #expect(error?.message == "has more than 1000 values: split the document")
        let deep =
            "apiVersion: v1\nkind: Pod\nx: " + String(repeating: "[", count: 100) + String(repeating: "]", count: 100)
        #expect(ManifestSet.parse(deep, file: "x").problems.first?.message == "is nested deeper than 64 levels")
        let abyss = String(repeating: "[", count: 100_000)
        #expect(ManifestSet.parse(abyss, file: "x").problems.count == 1)
    }

    @Test("A value of the wrong kind is told with the way to it")
    func wrongKind() throws {
        let text = object("a") + "spec:\n  containers:\n  - ports: [{containerPort: high}]\n"
        let document = try #require(ManifestSet.parse(text, file: "pod.yaml").documents.first)
        let port = try #require(
            try document.node.field("spec")?.field("containers")?.list()[0].field("ports")?.list()[0]
                .field("containerPort"))
        let error = #expect(throws: FieldProblem.self) { try port.integer(in: 1...65_535) }
        #expect(
            document.problem(try #require(error)).description
                == "pod.yaml:8:29: Pod shop/a: spec.containers[0].ports[0].containerPort: "
                + "must be a whole number from 1 to 65535, not \"high\"")
    }

    @Test("Objects whose file has become unreadable stay; those of readable files go")
    func keepingUnreadable() throws {
        let before =
            ManifestSet.parse(object("a") + "---\n" + object("b"), file: "one.yaml")
            + ManifestSet.parse(object("c"), file: "two.yaml")
        let after = ManifestSet.parse(object("a") + "---\n]", file: "one.yaml")
        #expect(after.keepingUnreadable(from: before).documents.map(\.name) == ["a", "b"])
        let readable = ManifestSet.parse(object("a"), file: "one.yaml")
        #expect(readable.keepingUnreadable(from: before).documents.map(\.name) == ["a"])
    }
}
