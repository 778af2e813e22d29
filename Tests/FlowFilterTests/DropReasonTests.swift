import FlowCatalog
import FlowModel
import Testing

struct DropReasonTests {
    @Test("A drop reason is a name or a number, of flows that were dropped")
    func matches() throws {
        var fixture = Fixture()
        #expect(try fixture.passes("drop-reason-desc=POLICY_DENIED"))
        #expect(try fixture.passes("drop-reason-desc=policy_denied"))
        #expect(try fixture.passes("drop-reason-desc=133"))
        #expect(try !fixture.passes("drop-reason-desc=POLICY_DENY"))
        fixture.flow.verdict = .audit
        #expect(try !fixture.passes("drop-reason-desc=POLICY_DENIED"))
    }

    @Test("The kernel's own reason matches kernel drops by name")
    func kernelReasons() throws {
        var fixture = Fixture()
        fixture.flow.kernelReason = fixture.catalog.names.intern("NO_SOCKET")
        #expect(try !fixture.passes("kernel-drop-reason=NO_SOCKET"))
        fixture.flow.kind = .kernelDrop
        #expect(try fixture.passes("kernel-drop-reason=NO_SOCKET"))
        #expect(try fixture.passes("kernel-drop-reason=no_socket"))
        #expect(try !fixture.passes("kernel-drop-reason=TCP_CSUM"))
    }
}
