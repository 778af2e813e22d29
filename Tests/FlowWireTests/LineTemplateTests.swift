import FlowCatalog
import FlowModel
import FlowWire
import Testing

/// An encoder keeps the text of lines by their shape: what the shape forgets would be told of the wrong flow.
struct LineTemplateTests {
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

    @Test("More shapes than an encoder keeps are written all the same")
    func manyShapes() {
        var kept = FlowJSONEncoder(fixture.context)
        var flow = fixture.trace
        for index in 1...2000 {
            flow.interfaceIndex = UInt32(index)
            var buffer: [UInt8] = []
            kept.append(flow, to: &buffer)
            #expect(String(decoding: buffer, as: UTF8.self).contains(#""interface":{"index":\#(index),"name""#))
        }
    }
}
