import FlowCatalog
import FlowModel
import Testing

struct PolicyAndInterfaceTests {
    @Test(
        "A policy is [namespace/]name of the rule that decided",
        arguments: [("allow-dns", true), ("shop/allow-dns", true), ("data/allow-dns", false), ("allow", false)])
    func policies(text: String, isMatch: Bool) throws {
        var fixture = Fixture()
        #expect(try !fixture.passes("policy=\(text)"))
        fixture.flow.rule = fixture.catalog.rules.intern(
            RuleReference(
                kind: "NetworkPolicy", name: "allow-dns", namespace: "shop", direction: .egress, isDeny: false,
                index: 0,
                labels: []))
        #expect(try fixture.passes("policy=\(text)") == isMatch)
    }

    @Test("An interface is met by its exact name")
    func interfaces() throws {
        var fixture = Fixture()
        #expect(try !fixture.passes("interface=eth0"))
        fixture.flow.interfaceName = fixture.catalog.names.intern("eth0")
        #expect(try fixture.passes("interface=eth0"))
        #expect(try !fixture.passes("interface=eth"))
    }

    @Test("An ICMP type matches messages of ICMPv4 and ICMPv6 only")
    func icmpTypes() throws {
        var fixture = Fixture()
        #expect(try !fixture.passes("icmp-type=0"))
        fixture.flow.ipProtocol = .icmpv6
        fixture.flow.icmpType = 128
        #expect(try fixture.passes("icmp-type=128"))
        #expect(try !fixture.passes("icmp-type=0"))
    }
}
