import FlowModel
import Testing

struct VerdictTests {
    @Test("A verdict matches in any case, and repeated ones are alternatives")
    func matches() throws {
        let fixture = Fixture()
        #expect(try fixture.passes("verdict=DROPPED"))
        #expect(try fixture.passes("verdict=dropped"))
        #expect(try fixture.passes("verdict=FORWARDED&verdict=Dropped"))
        #expect(try !fixture.passes("verdict=FORWARDED"))
        #expect(try !fixture.passes("verdict=AUDIT&verdict=FORWARDED"))
    }
}
