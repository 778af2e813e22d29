import FlowFilter
import FlowModel
import Testing

@Suite("What is visible")
struct VisibleNamespaceTests {
    private let fixture = Fixture()

    private func passes(_ query: String, within namespaces: Set<String>) throws -> Bool {
        var spec = try request(query).filter
        spec.visibleNamespaces = namespaces
        return fixture.passes(spec)
    }

    @Test("A flow is visible where either of its ends lies in a namespace, and nowhere else")
    func eitherEnd() throws {
        #expect(try passes("", within: ["shop"]))
        #expect(try passes("", within: ["data", "other"]))
        #expect(try !passes("", within: ["other"]))
        #expect(try !passes("", within: [""]))
        #expect(try !passes("", within: []))
    }

    @Test("A filter for the other end is met by that end")
    func otherEnd() throws {
        #expect(try passes("namespace=data", within: ["shop"]))
        #expect(try passes("to-pod=data/ledger", within: ["shop"]))
        #expect(try !passes("to-pod=data/ledger", within: ["other"]))
    }

    @Test("No filter widens it, whatever it allows or denies")
    func cannotBeWidened() throws {
        for query in [
            "namespace=shop", "namespace=shop&namespace=data", "pod=/", "verdict=DROPPED", "not&verdict=FORWARDED",
        ] {
            #expect(try passes(query, within: ["shop"]), "\(query)")
            #expect(try !passes(query, within: ["other"]), "\(query)")
        }
    }

    @Test("It is part of what tells filters apart")
    func identity() {
        var (one, other) = (FilterSpec(), FilterSpec())
        one.visibleNamespaces = ["shop"]
        #expect(one != other)
        other.visibleNamespaces = ["data"]
        #expect(one != other)
    }
}
