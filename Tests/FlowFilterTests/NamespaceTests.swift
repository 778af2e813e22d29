import FlowFilter
import Testing

struct NamespaceTests {
    @Test("A namespace is exact, and either side may lie in it")
    func matches() throws {
        let fixture = Fixture()
        #expect(try fixture.passes("namespace=shop"))
        #expect(try fixture.passes("namespace=data"))
        #expect(try !fixture.passes("namespace=sho"))
        #expect(try fixture.passes("from-namespace=shop&to-namespace=data"))
        #expect(try !fixture.passes("to-namespace=shop"))
    }

    @Test("Namespace and pod of the same side name one pod, not two conditions")
    func withPod() throws {
        let fixture = Fixture()
        #expect(try fixture.passes("namespace=shop&pod=cart"))
        #expect(try !fixture.passes("namespace=data&pod=cart"))
        #expect(try fixture.passes("namespace=data&namespace=shop&pod=cart"))
        #expect(try !fixture.passes("namespace=data&pod=/cart"))
    }

    @Test("A pod outside of the namespace that is asked for is refused: no flow could match")
    func contradiction() {
        #expect(throws: FilterError.self) { try request("namespace=data&pod=shop/cart") }
    }
}
