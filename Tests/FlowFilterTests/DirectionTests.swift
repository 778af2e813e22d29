import FlowModel
import Testing

struct DirectionTests {
    @Test("A traffic direction matches in any case")
    func matches() throws {
        var fixture = Fixture()
        #expect(try fixture.passes("traffic-direction=ingress"))
        #expect(try !fixture.passes("traffic-direction=EGRESS"))
        fixture.flow.direction = .unknown
        #expect(try !fixture.passes("traffic-direction=ingress&traffic-direction=egress"))
    }
}
