import FlowCatalog
import FlowModel
import Testing

struct DomainTests {
    private static let patterns: [(String, Bool)] = [
        ("api.example.org", true), ("API.example.org.", true), ("*.example.org", true), ("*", true),
        ("*.org", true), ("a*i.*", true), ("example.org", false), ("api.example", false), ("apixexample.org", false),
        ("*.example.com", false), ("www.example.net", true),
    ]

    @Test("A name pattern covers a whole DNS name of the endpoint; * may span dots", arguments: patterns)
    func matches(text: String, isMatch: Bool) throws {
        var fixture = Fixture()
        fixture.flow.destinationEndpoint = fixture.catalog.endpoints.intern(
            Endpoint(identity: .world, dnsNames: ["api.example.org", "www.example.net"]))
        #expect(try fixture.passes("fqdn=\(text)") == isMatch)
        #expect(try fixture.passes("to-fqdn=\(text)") == isMatch)
        #expect(try !fixture.passes("from-fqdn=\(text)"))
    }

    @Test("A cluster is met by its exact name")
    func clusters() throws {
        var fixture = Fixture()
        fixture.flow.sourceEndpoint = fixture.catalog.endpoints.intern(Endpoint(identity: .world, clusterName: "east"))
        #expect(try fixture.passes("cluster=east"))
        #expect(try fixture.passes("from-cluster=east"))
        #expect(try !fixture.passes("to-cluster=east"))
        #expect(try !fixture.passes("cluster=eas"))
    }
}
