import FlowCatalog
import FlowFilter
import FlowModel
import Testing

struct PodTests {
    private static let podPatterns: [(String, Bool)] = [
        ("pod=shop/cart", true), ("pod=shop/cart-7c9d5", true), ("pod=data/led", true), ("pod=shop/ledger", false),
        ("pod=shop/", true), ("pod=other/", false), ("pod=/cart", true), ("pod=/art", false), ("pod=/", true),
        ("pod=cart", false), ("pod=shop/cart/more", true), ("pod=sho/cart", false),
        ("pod=other/x&pod=shop/cart", true),
    ]

    @Test("A pod is [namespace/]prefix, met by either side", arguments: podPatterns)
    func patterns(query: String, isMatch: Bool) throws {
        #expect(try Fixture().passes(query) == isMatch)
    }

    @Test("A pod without a namespace lies in namespace default")
    func defaultNamespace() throws {
        var fixture = Fixture()
        fixture.flow.sourceEndpoint = fixture.catalog.endpoints.intern(
            Endpoint(identity: .unknown, namespace: "default", podName: "cart-1"))
        #expect(try fixture.passes("pod=cart"))
    }

    @Test("from-pod and to-pod each look at their own side, and both must hold")
    func sides() throws {
        let fixture = Fixture()
        #expect(try fixture.passes("from-pod=shop/cart"))
        #expect(try !fixture.passes("to-pod=shop/cart"))
        #expect(try fixture.passes("from-pod=shop/cart&to-pod=data/ledger"))
        #expect(try !fixture.passes("from-pod=shop/cart&to-pod=data/other"))
    }

    @Test("What has neither a namespace nor a name is no pod")
    func unknownEndpoint() throws {
        var fixture = Fixture()
        fixture.flow.sourceEndpoint = 0
        fixture.flow.destinationEndpoint = 0
        #expect(try !fixture.passes("pod=/"))
    }

    @Test("An endpoint that joins the catalog after the filter was compiled is judged too")
    func lateEndpoint() throws {
        var fixture = Fixture()
        let filter = KeptFilter(try request("pod=late/").filter, fixture.catalog)
        #expect(!filter.matches(fixture.flow))
        fixture.flow.sourceEndpoint = 3
        #expect(!filter.matches(fixture.flow))
        let late = fixture.catalog.endpoints.intern(Endpoint(identity: .unknown, namespace: "late", podName: "p"))
        #expect(late == 3)
        #expect(filter.matches(fixture.flow))
    }
}
