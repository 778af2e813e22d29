import FlowCatalog
import FlowModel
import Manifests
import Testing

@testable import Directory

@Suite struct AddressNamesTests {
    @Test("A hosts file gives addresses of both families their names: lower case, sorted, without the last dot")
    func hosts() {
        let hosts = HostsFile(
            """
            # the outside
            192.0.2.1 www.Example.com. example.com   # and a comment
            2001:db8::1\tv6.example.com
            192.0.2.1 api.example.com example.com

            """, file: "hosts")
        #expect(
            hosts.names == [
                "192.0.2.1": ["api.example.com", "example.com", "www.example.com"], "2001:db8::1": ["v6.example.com"],
            ])
        #expect(hosts.problems.isEmpty)
    }

    @Test("A bad line is refused with its number and what is accepted; all others count")
    func refused() {
        let hosts = HostsFile(
            "192.0.2.1 a\nexample.com 192.0.2.1\n192.0.2.2\n192.0.2.3 a..b\n192.0.2.4 d", file: "hosts")
        #expect(hosts.names == ["192.0.2.1": ["a"], "192.0.2.4": ["d"]])
        #expect(hosts.problems.map(\.file) == ["hosts:2", "hosts:3", "hosts:4"])
        #expect(hosts.problems.allSatisfy { $0.description.contains("accepted") })
    }

    @Test("An address outside of the cluster has its names, the identity of the prefix around it, and still no pod")
    func endpoints() throws {
        let catalog = FlowCatalog()
        var directory = Directory(catalog: catalog, nodeName: "node")
        directory.addressNames = ["192.0.2.1": ["example.com"], "198.51.100.1": ["other.org"], "10.0.0.1": ["a.pod"]]
        let update = directory.update(
            manifests(podYAML("a", address: "10.0.0.1")), prefixes: [IPPrefix("192.0.2.0/24")!])
        let endpoint = { (address: IPAddress) in catalog.endpoints[update.snapshot.name(of: address).endpoint]! }
        #expect(endpoint("192.0.2.1").dnsNames == ["example.com"])
        #expect(endpoint("192.0.2.1").identity == endpoint("192.0.2.2").identity)
        #expect(endpoint("192.0.2.1").labels == endpoint("192.0.2.2").labels)
        #expect(endpoint("198.51.100.1").identity == .world)
        #expect(endpoint("198.51.100.1").labels == ["reserved:world"])
        #expect(update.snapshot.name(of: "198.51.100.1").unknown == .addressNotInDirectory)
        #expect(endpoint("10.0.0.1").podName == "a")
        #expect(endpoint("10.0.0.1").dnsNames == [])
        #expect(!update.addresses.contains { $0.prefix.address == "198.51.100.1" }, "the kernel need not know")
    }
}
