import FlowModel
import Testing

struct IdentityTests {
    @Test("An identity is a number or a reserved name")
    func matches() throws {
        var fixture = Fixture()
        #expect(try fixture.passes("identity=24601"))
        #expect(try fixture.passes("to-identity=31415"))
        #expect(try !fixture.passes("to-identity=24601"))
        #expect(try !fixture.passes("identity=world"))
        fixture.flow.sourceIdentity = 2
        #expect(try fixture.passes("from-identity=world"))
        #expect(try fixture.passes("identity=reserved:World"))
    }
}
