import FlowCatalog
import FlowModel
import Testing

@Suite struct FlowModelTests {
    @Test("A flow takes 128 bytes")
    func size() {
        #expect(MemoryLayout<Flow>.size == 128)
        #expect(MemoryLayout<Flow>.stride == 128)
    }

    @Test(
        "Addresses print in canonical form and read back",
        arguments: [
            ("10.0.0.1", "10.0.0.1"), ("255.255.255.255", "255.255.255.255"), ("::", "::"), ("::1", "::1"),
            ("2001:DB8:0:0:1:0:0:1", "2001:db8::1:0:0:1"), ("fe80:0:0:0:0:0:0:1", "fe80::1"),
            ("1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8"),
            ("1:0:2:0:3:0:4:0", "1:0:2:0:3:0:4:0"), ("::ffff:1.2.3.4", "1.2.3.4"),
            ("64:ff9b::1.2.3.4", "64:ff9b::102:304"),
            ("1:0:0:2:0:0:0:3", "1:0:0:2::3"), ("1::", "1::"),
        ])
    func addresses(text: String, canonical: String) throws {
        let address = try #require(IPAddress(text))
        #expect(address.description == canonical)
        #expect(IPAddress(canonical) == address)
    }

    @Test(
        "What is not an address is refused",
        arguments: [
            "", "1.2.3", "1.2.3.4.5", "256.1.1.1", "01.2.3.4", "1.2.3.x", ":", ":::", "1::2::3", "1:2:3:4:5:6:7", "g::",
            "::1%eth0", "12345::", "1:2:3:4:5:6:7:8:9", "+1.2.3.4", "::+1",
        ])
    func noAddress(text: String) {
        #expect(IPAddress(text) == nil)
    }

    @Test("A prefix contains what shares its bits, and nothing else")
    func prefixes() throws {
        let prefix = try #require(IPPrefix("10.1.2.3/8"))
        #expect(prefix.description == "10.0.0.0/8")
        #expect(prefix.contains(try #require(IPAddress("10.255.0.1"))))
        #expect(!prefix.contains(try #require(IPAddress("11.0.0.1"))))
        #expect(!prefix.contains(try #require(IPAddress("::10.0.0.1"))))
        #expect(try #require(IPPrefix("2001:db8::/33")).contains(try #require(IPAddress("2001:db8:7fff::1"))))
        #expect(!(try #require(IPPrefix("2001:db8::/33")).contains(try #require(IPAddress("2001:db8:8000::1")))))
        #expect(try #require(IPPrefix("0.0.0.0/0")).contains(try #require(IPAddress("1.2.3.4"))))
        #expect(IPPrefix("10.0.0.0/33") == nil)
        #expect(IPPrefix("10.0.0.0") == nil)
        #expect(IPPrefix("10.0.0.0/-1") == nil)
    }

    @Test("Both sides' reasons for a missing name fit into one byte and do not touch each other")
    func unknownNames() {
        var names = UnknownNames()
        names.source = .addressNotInDirectory
        names.destination = .noAddress
        #expect(names.source == .addressNotInDirectory)
        #expect(names.destination == .noAddress)
        names.source = .none
        #expect(names.destination == .noAddress)
    }

    @Test("An index of the catalog keeps its meaning; the same value gets the same index")
    func catalog() {
        let table = CatalogTable(placeholder: "")
        #expect(table.intern("") == 0)
        let first = table.intern("eth0")
        let second = table.intern("lxc1")
        #expect(first != second)
        #expect(table.intern("eth0") == first)
        #expect(table[first] == "eth0")
        #expect(table[99] == nil)
        #expect(table.elements() == ["", "eth0", "lxc1"])
        #expect(table.count == 3)
    }
}
