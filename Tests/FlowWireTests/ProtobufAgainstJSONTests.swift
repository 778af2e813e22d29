import FlowCatalog
import FlowModel
import FlowWire
import HubbleMessages
import SwiftProtobuf
import SyntheticTraffic
import Testing

/// Both encoders tell the same: SwiftProtobuf's JSON of one is the other's line.
struct ProtobufAgainstJSONTests {
    private let fixture = WireFixture()

    /// Of every kind, and then each changed in one field.
    private var flows: [Flow] {
        _ = fixture.rule
        _ = fixture.defaultDeny
        _ = fixture.catalog.services.intern(ServiceReference(name: "db", namespace: "data"))
        var verdict = fixture.drop
        (verdict.kind, verdict.verdict, verdict.dropReason) = (.policyVerdict, .forwarded, .unknown)
        verdict.policyMatchType = PolicyMatchType(rawValue: 2)
        verdict.rule = 1
        var audit = verdict
        audit.verdict = .audit
        var icmp = fixture.trace
        (icmp.ipProtocol, icmp.icmpType, icmp.icmpCode) = (.icmpv6, 135, 0)
        (icmp.source, icmp.destination) = (IPAddress("fd00::1")!, IPAddress("2001:db8:0:0:1::")!)
        icmp.attributes.insert(.ipv6)
        let bases = [fixture.drop, fixture.trace, fixture.kernelDrop, verdict, audit, icmp, Flow()]
        return bases.flatMap { base in [base] + Self.changes.map { change in change(base) } }
    }

    private static let changes: [@Sendable (Flow) -> Flow] =
        ([
            { $0.verdict = .unknown }, { $0.verdict = .dropped }, { $0.verdict = Verdict(rawValue: 200) },
            { $0.verdict = .redirected }, { $0.direction = .egress }, { $0.direction = .unknown },
            { $0.direction = .init(rawValue: 3) }, { $0.dropReason = .policyDeny }, { $0.dropReason = .unknown },
            { $0.dropReason = DropReason(rawValue: 159) }, { $0.policyMatchType = .init(rawValue: 3) },
            { $0.observationPoint = .init(rawValue: 3) }, { $0.observationPoint = .init(rawValue: 77) },
            { $0.traceReason = .new }, { $0.ipProtocol = .udp }, { $0.ipProtocol = .sctp }, { $0.ipProtocol = .vrrp },
            { $0.ipProtocol = .igmp }, { $0.ipProtocol = .icmp }, { $0.ipProtocol = .init(rawValue: 47) },
            { $0.tcpFlags = TCPFlags(rawValue: 255) }, { $0.tcpFlags = [] }, { $0.icmpType = 3 }, { $0.icmpCode = 255 },
            { $0.sourcePort = 0 }, { $0.destinationPort = 65_535 }, { $0.attributes = [] }, { $0.attributes = [.ip] },
            { $0.attributes = [.ip, .ipv6] }, { $0.attributes.insert(.replyKnown) },
            { $0.attributes.formUnion([.replyKnown, .isReply]) }, { $0.rule = 1 }, { $0.rule = 0 },
            { $0.rule = 2 }, { ($0.rule, $0.direction) = (2, .egress) }, { ($0.rule, $0.sourceEndpoint) = (2, 0) },
            { $0.interfaceIndex = 0 }, { $0.interfaceIndex = .max }, { $0.interfaceName = 1 }, { $0.sourceService = 1 },
            { $0.destinationService = 1 }, { $0.kernelReason = 0 }, { $0.kernelFunction = 0 },
            { $0.networkNamespace = .max }, { $0.unknownNames.source = .noAddress },
            { $0.unknownNames.destination = .noAddress }, { $0.sourceEndpoint = 0 }, { $0.sourceEndpoint = 1_000 },
            { $0.sourceIdentity = 0 }, { $0.destinationIdentity = .max }, { $0.packets = .max }, { $0.bytes = .max },
            { $0.sequence = 0 }, { ($0.packets, $0.bytes, $0.sequence) = (0, 0, 0) }, { $0.source = .unspecified },
            { $0.timeNanoseconds = 1_700_000_000_000_000_000 }, { $0.timeNanoseconds = 999 },
            { $0.kind = .trace }, { $0.kind = .policyVerdict }, { $0.kind = .init(rawValue: 129) },
        ] as [@Sendable (inout Flow) -> Void]).map { change in
            { flow in
                var changed = flow
                change(&changed)
                return changed
            }
        }

    @Test("Flows of every kind, with every field changed, are told as JSON tells them")
    func everyField() throws {
        for compatibility in [FlowJSONCompatibility.apus, .hubble] {
            for flow in flows {
                let message = try JSONValue(fixture.protobuf(flow, compatibility))
                #expect(message == (try JSONValue(fixture.json(flow, compatibility))))
            }
        }
    }

    @Test("A cluster's traffic, written by one encoder into one buffer, is told as JSON tells it")
    func traffic() throws {
        let cluster = SyntheticCluster(pods: 50)
        let directory = SyntheticDirectory(cluster)
        let context = FlowJSONContext(
            catalog: directory.catalog, nodeName: "bench", version: "1", storeID: [UInt8](1...16))
        var (json, protobuf) = (FlowJSONEncoder(context), FlowProtobufEncoder(context))
        var bytes: [UInt8] = []
        for flow in directory.flows(cluster, count: 500) {
            var line: [UInt8] = []
            json.append(flow, to: &line)
            let start = bytes.count
            protobuf.append(flow, to: &bytes)
            let message = try JSONValue(Observer_GetFlowsResponse(serializedBytes: Array(bytes[start...])))
            #expect(message == (try JSONValue(String(decoding: line, as: UTF8.self))))
        }
    }

    @Test("Gaps of every place are told as JSON tells them", arguments: LossPlace.allCases)
    func gaps(place: LossPlace) throws {
        for (count, first) in [(12, 1_773_480_418_000_000_000), (0, 0)] as [(UInt64, UInt64)] {
            let lost = LostEvent(place: place, count: count, firstNanoseconds: first, lastNanoseconds: first + 5)
            for compatibility in [FlowJSONCompatibility.apus, .hubble] {
                let message = try JSONValue(fixture.protobuf(lost, compatibility))
                #expect(message == (try JSONValue(fixture.json(lost, compatibility))))
            }
        }
    }
}
