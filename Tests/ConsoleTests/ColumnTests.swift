import Console
import FlowCatalog
import FlowModel
import Testing

struct ColumnTests {
    private let fixture = PrinterFixture()

    @Test("Policy verdicts say allowed, denied or audited, by which part of a rule and in which direction")
    func policyVerdicts() {
        var flow = fixture.verdict
        #expect(fixture.text([flow]).contains(" policy-verdict:none INGRESS DENIED (TCP Flags: SYN)"))
        flow.policyMatchType = PolicyMatchType(rawValue: 2)
        flow.verdict = .forwarded
        #expect(fixture.text([flow]).contains(" -> "))
        #expect(fixture.text([flow]).contains(" policy-verdict:L3-L4 INGRESS ALLOWED ("))
        flow.verdict = .redirected
        #expect(fixture.text([flow]).contains(" ALLOWED ("))
        flow.verdict = .audit
        flow.direction = .unknown
        #expect(fixture.text([flow]).contains(" policy-verdict:L3-L4 TRAFFIC_DIRECTION_UNKNOWN AUDITED ("))
    }

    @Test("Policy names follow a verdict or a drop by policy when asked for, and nothing else")
    func policyNames() {
        var options = PrinterOptions()
        options.showsPolicyNames = true
        #expect(
            fixture.text([fixture.verdict], options: options).contains(" DENIED BY deny-all (CiliumNetworkPolicy) ("))
        var flow = fixture.verdict
        flow.kind = .drop
        #expect(fixture.text([flow], options: options).contains(" DROPPED BY deny-all (CiliumNetworkPolicy) ("))
        flow.kind = .trace
        #expect(!fixture.text([flow], options: options).contains(" BY "))
        flow = fixture.verdict
        flow.rule = 0
        #expect(!fixture.text([flow], options: options).contains(" BY "))
    }

    @Test("A default deny says of which policies no rule let it through, and what the nearest rule wants")
    func defaultDeny() {
        var options = PrinterOptions()
        options.showsPolicyNames = true
        var flow = fixture.drop
        flow.direction = .ingress
        let policies = ["web", "all"].map {
            PolicyName(kind: "CiliumNetworkPolicy", namespace: "data", name: $0)
        }
        let web = LabelSelector(requirements: [
            LabelRequirement(source: nil, key: "app", condition: .oneOf(["web"]))
        ])
        let rule = DefaultDeny.Allowance(
            policy: 1, index: 2, peers: PeerSelection(selectors: [web]),
            traffic: .only([PortMatch(ipProtocol: .udp, ports: .range(53...54))]))
        for (allowances, text) in [
            ([], ""), ([rule], "; nearest: all ingress[2] wants peer app=web and UDP 53-54"),
        ] {
            let cause = DefaultDeny(policies: policies, allowances: allowances)
            flow.rule = fixture.catalog.rules.intern(RuleReference(cause, .ingress))
            #expect(
                fixture.text([flow], options: options).contains(
                    " DROPPED BY no rule of web (CiliumNetworkPolicy), all (CiliumNetworkPolicy)\(text) ("))
        }
    }

    @Test("A kernel drop shows the kernel's reason as its type and the function in its summary")
    func kernelDrop() {
        var flow = fixture.drop
        flow.kind = .kernelDrop
        #expect(fixture.text([flow]).contains(" Kernel drop UNKNOWN DROPPED (TCP Flags: SYN)"))
        flow.kernelReason = fixture.catalog.names.intern("NO_SOCKET")
        flow.kernelFunction = fixture.catalog.names.intern("tcp_v4_rcv")
        #expect(fixture.text([flow]).contains(" Kernel drop NO_SOCKET DROPPED (TCP Flags: SYN; in tcp_v4_rcv)"))
    }

    @Test(
        "Drop reasons have Hubble's texts",
        arguments: [
            (133, "Policy denied"), (181, "Policy denied by denylist"), (134, "Invalid packet"),
            (157, "IP fragmentation not supported"), (178, "Socket lookup failed"), (136, "Fragmentation needed"),
            (159, "159, 0"),
        ])
    func dropReasons(number: UInt16, text: String) {
        var flow = fixture.drop
        flow.dropReason = DropReason(rawValue: number)
        #expect(fixture.text([flow]).contains("(ID:31415) \(text) DROPPED ("))
    }

    @Test("Observation points and unknown kinds of event have their words")
    func types() {
        var flow = fixture.reply
        flow.observationPoint = ObservationPoint(rawValue: 5)
        #expect(fixture.text([flow]).contains(" from-endpoint FORWARDED"))
        flow.kind = FlowKind(rawValue: 77)
        #expect(fixture.text([flow]).contains(" UNKNOWN FORWARDED"))
    }

    @Test("A side is a pod, else a service, else an address; a service's namespace goes before the pod's")
    func names() {
        var flow = fixture.drop
        let service = fixture.catalog.services.intern(ServiceReference(name: "db", namespace: "svc"))
        flow.destinationService = service
        #expect(fixture.text([flow]).contains(" svc/ledger-0:5432 "))
        flow.destinationEndpoint = 0
        #expect(fixture.text([flow]).contains(" svc/db:5432 "))
        flow.destinationService = 0
        #expect(fixture.text([flow]).contains(" 10.244.2.19:5432 "))
        var options = PrinterOptions()
        options.isNumeric = true
        #expect(
            fixture.text([fixture.drop], options: options).contains(" 10.244.1.7:41822 (ID:24601) <> 10.244.2.19:5432 ")
        )
    }

    @Test("An IPv6 address is bracketed before a port; ports that do not exist are left out")
    func addressesAndPorts() {
        var flow = fixture.drop
        flow.source = IPAddress("fd00::7")!
        flow.sourceEndpoint = 0
        flow.attributes.insert(.ipv6)
        #expect(fixture.text([flow]).contains(": [fd00::7]:41822 (ID:24601) <> "))
        flow.ipProtocol = .icmpv6
        flow.icmpType = 128
        #expect(fixture.text([flow]).contains(": fd00::7 (ID:24601) <> data/ledger-0 (ID:31415) "))
        #expect(fixture.text([flow]).contains("(ICMPv6 EchoRequest)"))
    }

    @Test("Reserved identities are shown by name, and a packet without an IP header has no host")
    func identities() {
        var flow = fixture.drop
        flow.sourceIdentity = 1
        flow.destinationIdentity = 0
        #expect(fixture.text([flow]).contains(":41822 (host) <> data/ledger-0:5432 (unknown) "))
        flow.attributes = []
        flow.sourceIdentity = 0
        #expect(fixture.text([flow]).contains(":  (unknown) <>  (unknown) Policy denied DROPPED (Ethernet)"))
    }

    @Test("What a terminal would obey is shown instead: names come from outside")
    func controls() {
        var flow = fixture.drop
        flow.sourceEndpoint = fixture.catalog.endpoints.intern(
            Endpoint(identity: .unknown, namespace: "n", podName: "a\u{1b}[2Jb\rc\nd\u{7}e\u{9b}f"))
        #expect(fixture.text([flow]).contains(" n/a^[[2Jb\\rc\\nd\\x07e\\x9bf:41822 "))
    }
}
