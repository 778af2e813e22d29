import FlowModel
import Testing

struct ReplyTests {
    @Test("Where a reply is unknown only drops match, as no reply")
    func matches() throws {
        var fixture = Fixture()
        #expect(try fixture.passes("reply=false"))
        #expect(try !fixture.passes("reply=true"))
        fixture.flow.verdict = .forwarded
        #expect(try !fixture.passes("reply=false"))
        fixture.flow.attributes.insert(.replyKnown)
        #expect(try fixture.passes("reply=false"))
        fixture.flow.attributes.insert(.isReply)
        #expect(try fixture.passes("reply=true"))
        #expect(try !fixture.passes("reply=false"))
        #expect(try fixture.passes("reply=false&reply=true"))
    }
}
