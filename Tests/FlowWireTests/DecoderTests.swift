import FlowCatalog
import FlowModel
import FlowWire
import Testing

struct DecoderTests {
    private let fixture = WireFixture()

    private var flows: [Flow] {
        var audited = fixture.drop
        audited.kind = .policyVerdict
        audited.verdict = .audit
        var denied = fixture.drop
        denied.rule = fixture.rule
        denied.dropReason = .policyDeny
        var cause = fixture.drop
        cause.rule = fixture.defaultDeny
        var auditedCause = audited
        auditedCause.rule = fixture.defaultDeny
        var revised = denied
        var rule = fixture.catalog.rules[fixture.rule]!
        rule.revision = 3
        revised.rule = fixture.catalog.rules.intern(rule)
        var auditedDeny = audited
        auditedDeny.dropReason = .policyDeny
        var icmp = fixture.trace
        icmp.ipProtocol = .icmpv6
        (icmp.icmpType, icmp.icmpCode, icmp.attributes) = (3, 1, [.ip, .ipv6, .layer4])
        (icmp.source, icmp.destination) = (IPAddress("fd00::1")!, IPAddress("fd00::2")!)
        var bare = fixture.kernelDrop
        bare.attributes = []
        (bare.sourceEndpoint, bare.destinationEndpoint, bare.sourceIdentity, bare.destinationIdentity) = (0, 0, 0, 0)
        (bare.kernelReason, bare.kernelFunction) = (0, 0)
        var service = fixture.trace
        service.sourceService = fixture.catalog.services.intern(ServiceReference(name: "db", namespace: "data"))
        service.traceReason = TraceReason(rawValue: 6)
        var large = fixture.drop
        (large.bytes, large.sequence, large.timeNanoseconds) = (.max, .max, 18_446_744_073_000_000_001)
        return [
            fixture.drop, fixture.trace, fixture.kernelDrop, audited, denied, auditedDeny, icmp, bare, service, large,
            Flow(), cause, auditedCause, revised,
        ]
    }

    @Test("What is written, read and written again is the same, byte for byte")
    func roundTrip() throws {
        for compatibility in [FlowJSONCompatibility.apus, .hubble] {
            let catalog = FlowCatalog()
            let context = FlowJSONContext(
                catalog: catalog, nodeName: "east/node-b", version: "0.1.0", storeID: [UInt8](1...16))
            var decoder = FlowJSONDecoder(catalog)
            var encoder = FlowJSONEncoder(context, compatibility: compatibility)
            for flow in flows {
                let line = fixture.json(flow, compatibility)
                guard case .flow(var decoded) = try decoder.decode(Array(line.utf8)) else {
                    Issue.record("not a flow: \(line)")
                    continue
                }
                #expect(decoder.nodeName == "east/node-b")
                // Without `apus` neither the sequence nor the kind of drop is told.
                if compatibility == .hubble { decoded.sequence = flow.sequence }
                var buffer: [UInt8] = []
                encoder.append(decoded, to: &buffer)
                if compatibility == .apus || flow.kind != .kernelDrop {
                    #expect(String(decoding: buffer, as: UTF8.self) == line)
                }
            }
        }
    }

    @Test("Gaps survive with their place; from Hubble the nearest place is taken")
    func lostEvents() throws {
        var decoder = FlowJSONDecoder(FlowCatalog())
        for place in LossPlace.allCases {
            let lost = LostEvent(place: place, count: 3, firstNanoseconds: 1_000, lastNanoseconds: 2_000_000_000)
            guard case .lost(let decoded) = try decoder.decode(Array(fixture.json(lost).utf8)) else {
                Issue.record("not a gap")
                continue
            }
            #expect(decoded == lost)
        }
        let line =
            #"{"lostEvents":{"source":"PERF_EVENT_RING_BUFFER","numEventsLost":7,"cpu":0},"#
            + #""nodeName":"n1","time":"2026-01-01T00:00:00.000000005Z"}"#
        guard case .lost(let hubble) = try decoder.decode(Array(line.utf8)) else {
            Issue.record("not a gap")
            return
        }
        #expect(hubble.place == .kernelRingBuffer && hubble.count == 7)
        #expect(hubble.lastNanoseconds == 1_767_225_600_000_000_005)
    }

    @Test("lowerCamel names, strings for numbers, numbers for enumerations, offsets and null are accepted")
    func lenient() throws {
        let line = #"""
            {"flow":{"time":"2026-03-14T11:26:53.5+02:00","verdict":2,"dropReasonDesc":"POLICY_DENIED","l7":null,\#
            "eventType":{"type":"1","subType":133},"l4":{"TCP":{"sourcePort":"41822","destinationPort":5432}},\#
            "source":{"podName":"cart","namespace":"shop","unheard_of":[1]},"isReply":null},"nodeName":"n"}
            """#
        let catalog = FlowCatalog()
        var decoder = FlowJSONDecoder(catalog)
        guard case .flow(let flow) = try decoder.decode(Array(line.utf8)) else {
            Issue.record("not a flow")
            return
        }
        #expect(flow.timeNanoseconds == 1_773_480_413_500_000_000)
        #expect(flow.verdict == .dropped && flow.dropReason == .policyDenied && flow.kind == .drop)
        #expect(flow.sourcePort == 41822 && flow.destinationPort == 5432 && flow.ipProtocol == .tcp)
        #expect(catalog.endpoints[flow.sourceEndpoint]?.podName == "cart")
        #expect(!flow.attributes.contains(.replyKnown) && decoder.nodeName == "n")
    }

    @Test("A node's status is another kind of message")
    func other() throws {
        var decoder = FlowJSONDecoder(FlowCatalog())
        let line = #"{"node_status":{"state_change":"NODE_UNAVAILABLE","node_names":["n2"]},"node_name":"relay"}"#
        guard case .other = try decoder.decode(Array(line.utf8)) else {
            Issue.record("taken for a flow or a gap")
            return
        }
    }

    @Test(
        "A line that is no such message is refused with the place of the fault",
        arguments: [
            ("", "line: "), ("{\"flow\":", "line: "), ("[]", "line: "),
            (#"{"flow":{"time":"yesterday"}}"#, "flow.time: "),
            (#"{"flow":{"l4":{"TCP":{"source_port":"x"}}}}"#, "flow.l4.TCP.source_port: "),
        ])
    func refused(line: String, beginning: String) {
        var decoder = FlowJSONDecoder(FlowCatalog())
        do throws(FlowJSONError) {
            _ = try decoder.decode(Array(line.utf8))
            Issue.record("accepted: \(line)")
        } catch {
            #expect(error.description.hasPrefix(beginning), "\(error)")
        }
    }

    @Test("No line, however damaged, does more than be refused")
    func damaged() {
        var decoder = FlowJSONDecoder(FlowCatalog())
        decoder.keepsDetails = true
        var seed: UInt64 = 42
        func random(_ bound: Int) -> Int {
            seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(seed >> 33) % bound
        }
        let marks = Array("{}[]\":,\\u0019ntf-. ".utf8)
        let lines = flows.map { Array(fixture.json($0).utf8) }
        var accepted = 0
        for line in lines {
            for end in stride(from: 0, to: line.count, by: 9) {
                let beginning = Array(line[..<end])
                _ = try? decoder.lineOfFile(beginning.span)
            }
            for _ in 0..<100 {
                var damaged = line
                for _ in 0...random(3) { damaged[random(damaged.count)] = marks[random(marks.count)] }
                if (try? decoder.lineOfFile(damaged.span)) != nil { accepted += 1 }
            }
        }
        #expect(accepted > 0 && accepted < lines.count * 100)
    }
}
