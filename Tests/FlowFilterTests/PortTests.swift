import FlowModel
import Testing

struct PortTests {
    @Test("A port or a range of ports matches, of TCP, UDP and SCTP only")
    func matches() throws {
        var fixture = Fixture()
        #expect(try fixture.passes("port=5432"))
        #expect(try fixture.passes("port=41822"))
        #expect(try fixture.passes("to-port=5000-6000"))
        #expect(try fixture.passes("to-port=5432-5432"))
        #expect(try !fixture.passes("to-port=5433-6000"))
        #expect(try !fixture.passes("from-port=5432"))
        fixture.flow.ipProtocol = .icmp
        #expect(try !fixture.passes("port=0-65535"))
        fixture.flow.ipProtocol = .udp
        #expect(try fixture.passes("port=5432"))
        fixture.flow.attributes = [.ip, .fragment]
        #expect(try !fixture.passes("port=5432"))
    }

    @Test("Either-side filters of different kinds need not hold on the same side")
    func differentSides() throws {
        #expect(try Fixture().passes("pod=shop/cart&port=5432"))
    }
}
