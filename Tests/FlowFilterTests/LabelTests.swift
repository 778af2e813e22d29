import FlowCatalog
import FlowFilter
import FlowModel
import Testing

struct LabelTests {
    private func fixture(source: [String], destination: [String] = []) -> Fixture {
        var fixture = Fixture()
        fixture.flow.sourceEndpoint = fixture.catalog.endpoints.intern(
            Endpoint(identity: .unknown, namespace: "shop", podName: "cart", labels: source))
        fixture.flow.destinationEndpoint = fixture.catalog.endpoints.intern(
            Endpoint(identity: .unknown, namespace: "shop", podName: "other", labels: destination))
        return fixture
    }

    private static let cart = [
        "cidr:10.1.2.0/24", "k8s:app=cart", "k8s:count=7", "k8s:tier=web", "reserved:world", "plain",
    ]

    private static let selectors: [(String, Bool)] = [
        ("app=cart", true), ("app==cart", true), ("any:app=cart", true), ("k8s:app=cart", true), ("app=pay", false),
        ("reserved:app=cart", false), ("app", true), ("k8s:app", true), ("missing", false), ("!missing", true),
        ("!app", false), ("app!=pay", true), ("app!=cart", false), ("missing!=x", true), ("app in (pay, cart)", true),
        ("app in (pay)", false), ("app notin (pay)", true), ("app notin (cart,pay)", false),
        ("missing notin (x)", true),
        ("app=cart,tier=web", true), ("app=cart,tier=db", false), ("app in (cart,pay),!missing", true),
        ("reserved:world", true), ("world", true), ("cidr:10.0.0.0/8", true), ("cidr:11.0.0.0/8", false),
        ("cidr:10.1.2.0/25", false), ("count>5", true), ("count>7", false), ("count<8", true), ("app>1", false),
        ("plain", true), ("k8s:plain", false), ("app=", false), ("", true),
    ]

    @Test("A selector says of an endpoint's labels what Kubernetes would", arguments: selectors)
    func selector(text: String, isMatch: Bool) throws {
        #expect(try fixture(source: Self.cart).passes("from-label=\(text)") == isMatch)
    }

    @Test("Either side may meet a label; from-label and to-label look at their own")
    func sides() throws {
        let fixture = fixture(source: ["k8s:app=a"], destination: ["k8s:app=b"])
        for query in ["label=app=a", "label=app=b", "from-label=app=a&to-label=app=b"] {
            #expect(try fixture.passes(query))
        }
        for query in ["from-label=app=b", "to-label=app=a", "label=app=c"] { #expect(try !fixture.passes(query)) }
        #expect(try fixture.passes("from-label=app=c&from-label=app=a"), "several are alternatives")
    }

    @Test(
        "What is no selector is refused",
        arguments: ["=x", "a=b=c", "a in x", "a in (x", "a b", ":a", "a&gt", "x>y", "!"])
    func refused(text: String) {
        #expect(throws: FilterError.self) {
            try FlowRequest(queryItems: [("label", text)], now: 0)
        }
    }
}

struct WorkloadAndServiceTests {
    @Test(
        "A workload is [kind/]name, exactly",
        arguments: [
            ("cart", true), ("Deployment/cart", true), ("Deployment/", true), ("/cart", true),
            ("StatefulSet/cart", false),
            ("car", false), ("deployment/", false),
        ])
    func workloads(text: String, isMatch: Bool) throws {
        var fixture = Fixture()
        fixture.flow.sourceEndpoint = fixture.catalog.endpoints.intern(
            Endpoint(identity: .unknown, workloads: [Workload(name: "cart", kind: "Deployment")]))
        #expect(try fixture.passes("workload=\(text)") == isMatch)
        #expect(try !fixture.passes("to-workload=\(text)"))
    }

    @Test(
        "A service is [namespace/]prefix, like a pod",
        arguments: [("shop/ca", true), ("shop/", true), ("/cart", true), ("cart", false), ("shop/art", false)])
    func services(text: String, isMatch: Bool) throws {
        var fixture = Fixture()
        fixture.flow.destinationService = fixture.catalog.services.intern(
            ServiceReference(name: "cart", namespace: "shop"))
        #expect(try fixture.passes("service=\(text)") == isMatch)
        #expect(try !fixture.passes("from-service=\(text)"))
    }

    @Test(
        "TCP flags must all be set, others may be",
        arguments: [("syn", true), ("SYN,ACK", true), ("rst", false), ("syn,rst", false)])
    func tcpFlags(text: String, isMatch: Bool) throws {
        var fixture = Fixture()
        fixture.flow.tcpFlags = [.syn, .ack]
        #expect(try fixture.passes("tcp-flags=\(text)") == isMatch)
        fixture.flow.ipProtocol = .udp
        #expect(try !fixture.passes("tcp-flags=\(text)"))
    }
}
