import FlowModel
import Testing

struct ProtocolTests {
    @Test("A protocol matches in any case; icmp is both versions; a fragment without its header has none")
    func matches() throws {
        var fixture = Fixture()
        #expect(try fixture.passes("protocol=TCP"))
        #expect(try !fixture.passes("protocol=udp"))
        #expect(try fixture.passes("protocol=udp&protocol=tcp"))
        fixture.flow.ipProtocol = .icmpv6
        #expect(try fixture.passes("protocol=icmp"))
        #expect(try fixture.passes("protocol=icmpv6"))
        #expect(try !fixture.passes("protocol=icmpv4"))
        fixture.flow.attributes = [.ip]
        #expect(try !fixture.passes("protocol=icmp"))
    }
}
