import FlowModel
import Testing

struct IPVersionTests {
    @Test("A version of IP matches packets with such a header")
    func matches() throws {
        var fixture = Fixture()
        #expect(try fixture.passes("ip-version=4"))
        #expect(try fixture.passes("ip-version=IPv4"))
        #expect(try !fixture.passes("ip-version=6"))
        fixture.flow.attributes.insert(.ipv6)
        #expect(try fixture.passes("ip-version=v6"))
        fixture.flow.attributes = []
        #expect(try !fixture.passes("ip-version=4&ip-version=6"))
    }
}
