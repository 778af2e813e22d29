import FlowFilter
import FlowModel
import Testing

struct CombinationTests {
    @Test("Different filters must all hold; none at all lets everything pass")
    func and() throws {
        let fixture = Fixture()
        #expect(try fixture.passes(""))
        #expect(try fixture.passes("verdict=dropped&pod=shop/cart&to-port=5432&protocol=tcp"))
        #expect(try !fixture.passes("verdict=dropped&pod=shop/cart&to-port=80&protocol=tcp"))
    }

    @Test("Filters after not leave out what meets any of them, independently of each other")
    func not() throws {
        let fixture = Fixture()
        #expect(try !fixture.passes("not&verdict=dropped"))
        #expect(try fixture.passes("not&verdict=forwarded"))
        #expect(try !fixture.passes("not=true&verdict=forwarded&not=true&port=5432"))
        #expect(try fixture.passes("not&verdict=forwarded&port=5432"))
        #expect(try !fixture.passes("namespace=shop&not&pod=cart"))
        #expect(try !fixture.passes("not&from-namespace=data&not&to-namespace=data"))
        #expect(try fixture.passes("not&from-namespace=data&not&to-namespace=shop"))
    }

    @Test("An empty set of conditions matches everything, also among those that leave out")
    func emptyConditions() {
        let fixture = Fixture()
        #expect(fixture.passes(FilterSpec(allow: [FilterConditions()])))
        #expect(!fixture.passes(FilterSpec(deny: [FilterConditions()])))
    }

    @Test("Several sets of conditions are alternatives")
    func or() {
        let fixture = Fixture()
        var forwarded = FilterConditions()
        forwarded.verdicts = [.forwarded]
        var ingress = FilterConditions()
        ingress.directions = [.ingress]
        #expect(fixture.passes(FilterSpec(allow: [forwarded, ingress])))
        #expect(!fixture.passes(FilterSpec(allow: [forwarded])))
    }
}
