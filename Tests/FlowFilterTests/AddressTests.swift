import FlowModel
import Testing

struct AddressTests {
    @Test("An address matches itself however it is written, a prefix what lies in it")
    func matches() throws {
        var fixture = Fixture()
        #expect(try fixture.passes("ip=10.244.1.7"))
        #expect(try fixture.passes("ip=10.244.2.19"))
        #expect(try !fixture.passes("ip=10.244.1.8"))
        #expect(try fixture.passes("ip=10.244.1.99/24"))
        #expect(try !fixture.passes("from-ip=10.244.2.0/24"))
        #expect(try fixture.passes("to-ip=10.244.2.0/24"))
        fixture.flow.source = IPAddress("fd00::1")!
        fixture.flow.attributes.insert(.ipv6)
        #expect(try fixture.passes("from-ip=FD00:0::1"))
        #expect(try fixture.passes("from-ip=fd00::/8"))
        #expect(try !fixture.passes("from-ip=fe80::/10"))
    }

    @Test("A packet without an IP header has no address, not even within ::/0")
    func noHeader() throws {
        var fixture = Fixture()
        fixture.flow.attributes = []
        #expect(try !fixture.passes("ip=::/0"))
    }
}
