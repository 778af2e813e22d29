import FlowModel
import Testing

struct TypeTests {
    @Test("Type drop is policy's and the kernel's drops, kernel-drop only the latter")
    func drops() throws {
        var fixture = Fixture()
        #expect(try fixture.passes("type=drop"))
        #expect(try fixture.passes("type=1"))
        #expect(try !fixture.passes("type=kernel-drop"))
        #expect(try !fixture.passes("type=trace"))
        fixture.flow.kind = .kernelDrop
        #expect(try fixture.passes("type=drop"))
        #expect(try fixture.passes("type=kernel-drop"))
    }

    @Test("A sub-type is a drop's reason or a trace's observation point")
    func subTypes() throws {
        var fixture = Fixture()
        #expect(try fixture.passes("type=drop:133"))
        #expect(try fixture.passes("type=drop:policy_denied"))
        #expect(try !fixture.passes("type=drop:181"))
        fixture.flow.kind = .trace
        fixture.flow.observationPoint = .toEndpoint
        #expect(try fixture.passes("type=trace:to-endpoint"))
        #expect(try fixture.passes("type=trace:0"))
        #expect(try !fixture.passes("type=trace:3"))
        fixture.flow.kind = .policyVerdict
        #expect(try fixture.passes("type=policy-verdict"))
        #expect(try fixture.passes("type=5"))
    }
}
