import FlowCatalog
import FlowModel
import FlowWire
import Testing

/// An encoder keeps what it has rendered: text that is kept under the wrong number would be told of the wrong flow.
struct FragmentTests {
    private let fixture = WireFixture()

    private static let changes: [@Sendable (inout Flow) -> Void] = [
        { $0.verdict = .audit }, { $0.kind = .policyVerdict }, { $0.kind = .trace }, { $0.direction = .egress },
        { $0.dropReason = .policyDeny }, { $0.dropReason = .unknown }, { $0.policyMatchType = .init(rawValue: 3) },
        { $0.observationPoint = .init(rawValue: 3) }, { $0.traceReason = .new }, { $0.ipProtocol = .udp },
        { $0.ipProtocol = .icmp }, { $0.tcpFlags = .rst }, { $0.icmpType = 8 }, { $0.icmpCode = 1 },
        { $0.sourcePort = 0 }, { $0.destinationPort = 0 }, { ($0.sourcePort, $0.destinationPort) = (0, 0) },
        { $0.attributes = [] }, { $0.attributes = [.ip] }, { $0.attributes.insert(.ipv6) },
        { $0.attributes.insert(.replyKnown) }, { $0.attributes.formUnion([.replyKnown, .isReply]) },
        { $0.rule = 1 }, { $0.interfaceIndex = 7 }, { $0.interfaceName = 1 }, { $0.sourceService = 1 },
        { $0.destinationService = 1 }, { $0.kernelReason = 2 }, { $0.kernelFunction = 1 }, { $0.networkNamespace = 9 },
        { $0.unknownNames.source = .reserved }, { $0.unknownNames.destination = .noAddress },
        { $0.sourceEndpoint = 0 }, { $0.sourceIdentity = 9 }, { $0.packets = 0 }, { $0.bytes = 0 },
        { $0.sequence = 0 }, { $0.source = .unspecified }, { $0.timeNanoseconds = 1 },
    ]

    @Test("Flows that differ in one field only are told apart by an encoder that wrote the other before")
    func singleFields() {
        _ = fixture.rule
        _ = fixture.catalog.services.intern(ServiceReference(name: "db", namespace: "data"))
        let bases = [fixture.kernelDrop, fixture.drop, fixture.trace]
        var kept = FlowJSONEncoder(fixture.context)
        for base in bases {
            for change in Self.changes {
                var changed = base
                change(&changed)
                for flow in [base, changed, base] {
                    var buffer: [UInt8] = []
                    kept.append(flow, to: &buffer)
                    #expect(String(decoding: buffer, as: UTF8.self) == fixture.json(flow))
                }
            }
        }
    }

    @Test("Names that come into the catalog later are told by an encoder that is older")
    func laterNames() {
        var kept = FlowJSONEncoder(fixture.context)
        var flow = fixture.trace
        for index in 1...300 {
            let pod = Endpoint(identity: Identity(rawValue: UInt32(index)), podName: "pod-\(index)")
            flow.destinationEndpoint = UInt32(fixture.catalog.endpoints.count)
            flow.interfaceName = UInt32(fixture.catalog.names.count)
            var early: [UInt8] = []
            kept.append(flow, to: &early)
            #expect(String(decoding: early, as: UTF8.self).contains(#""destination":{"identity":24601},"#))
            _ = fixture.catalog.endpoints.intern(pod)
            _ = fixture.catalog.names.intern("lxc\(index)")
            var buffer: [UInt8] = []
            kept.append(flow, to: &buffer)
            let line = String(decoding: buffer, as: UTF8.self)
            #expect(line.contains(#""destination":{"identity":24601,"pod_name":"pod-\#(index)"}"#))
            #expect(line.contains(#""name":"lxc\#(index)""#) && line == fixture.json(flow))
        }
    }

    @Test("The longest line there can be has room, also at the end of a buffer")
    func longestLine() {
        let long = String(repeating: "x\u{1}", count: 2_000)
        var flow = fixture.kernelDrop
        let endpoint = Endpoint(
            id: .max, identity: .unknown, clusterName: long, namespace: long, podName: long, labels: [long, long],
            workloads: [Workload(name: long, kind: long)], dnsNames: [long, long])
        flow.sourceEndpoint = fixture.catalog.endpoints.intern(endpoint)
        flow.destinationEndpoint = flow.sourceEndpoint
        (flow.sourceIdentity, flow.destinationIdentity) = (.max, .max)
        (flow.source, flow.destination) = (.longest, .longest)
        (flow.sourcePort, flow.destinationPort, flow.tcpFlags) = (.max, .max, TCPFlags(rawValue: 0xff))
        flow.kernelReason = fixture.catalog.names.intern(long)
        (flow.kernelFunction, flow.interfaceName) = (flow.kernelReason, flow.kernelReason)
        flow.dropReason = DropReason(rawValue: 165)
        flow.sourceService = fixture.catalog.services.intern(ServiceReference(name: long, namespace: long))
        flow.destinationService = flow.sourceService
        flow.rule = fixture.catalog.rules.intern(
            RuleReference(
                kind: long, name: long, namespace: long, direction: .egress, isDeny: true, index: .max, labels: [long]))
        (flow.packets, flow.bytes, flow.sequence, flow.networkNamespace) = (.max, .max, .max, .max)
        (flow.interfaceIndex, flow.timeNanoseconds) = (.max, .max)
        flow.unknownNames.source = .addressNotInDirectory
        flow.unknownNames.destination = .addressNotInDirectory
        var encoder = FlowJSONEncoder(fixture.context)
        var buffer: [UInt8] = []
        for kind in [FlowKind.kernelDrop, .drop, .trace, .policyVerdict] {
            flow.kind = kind
            buffer.reserveCapacity(0)
            encoder.append(flow, to: &buffer)
            #expect(buffer.suffix(3) == [UInt8]("\"}\n".utf8)[...])
        }
    }
}

extension IPAddress {
    fileprivate static let longest = IPAddress("abcd:ef01:2345:6789:abcd:ef01:2345:6789")!
}
