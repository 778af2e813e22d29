import FlowCatalog
import FlowModel
import FlowWire
import HubbleMessages
import SwiftProtobuf
import Testing

struct ProtobufMaskTests {
    private let fixture = WireFixture()

    private var flows: [Flow] {
        var verdict = fixture.drop
        (verdict.kind, verdict.verdict, verdict.rule) = (.policyVerdict, .forwarded, fixture.rule)
        verdict.policyMatchType = PolicyMatchType(rawValue: 2)
        var denied = fixture.drop
        (denied.rule, denied.direction) = (fixture.rule, .egress)
        var named = fixture.trace
        named.sourceEndpoint = fixture.catalog.endpoints.intern(
            Endpoint(identity: .world, podName: "p", dnsNames: ["pay.example.com"]))
        named.destinationService = fixture.catalog.services.intern(ServiceReference(name: "db", namespace: "data"))
        return [fixture.drop, fixture.trace, fixture.kernelDrop, verdict, denied, named]
    }

    private static let paths = [
        "time", "uuid", "emitter", "verdict", "drop_reason", "IP", "l4", "l4.TCP", "l4.UDP", "source", "destination",
        "source.ID", "source.identity", "source.cluster_name", "source.namespace", "source.labels", "source.pod_name",
        "source.workloads", "destination.ID", "destination.identity", "destination.cluster_name",
        "destination.namespace", "destination.labels", "destination.pod_name", "destination.workloads", "Type",
        "node_name", "source_names", "destination_names", "reply", "event_type", "source_service",
        "destination_service", "traffic_direction", "policy_match_type", "trace_observation_point", "trace_reason",
        "drop_reason_desc", "is_reply", "interface", "Summary", "egress_allowed_by", "ingress_allowed_by",
        "egress_denied_by", "ingress_denied_by", "apus",
    ]

    @Test("What a mask leaves is the whole message, trimmed by SwiftProtobuf to the same path", arguments: paths)
    func onePath(path: String) throws {
        let mask = try FlowFieldMask(paths: [path])
        for flow in flows {
            var expected = try fixture.protobuf(flow).flow
            expected.trim(keeping: Google_Protobuf_FieldMask(protoPaths: path))
            let masked = try fixture.protobuf(flow, mask: mask).flow
            #expect(try JSONValue(masked).withoutEmptyObjects == JSONValue(expected).withoutEmptyObjects)
        }
    }

    @Test("The response's own time and node are those of the masked flow")
    func response() throws {
        let neither = try fixture.protobuf(fixture.drop, mask: .verdict)
        #expect(!neither.hasTime && neither.nodeName.isEmpty && neither.flow.verdict == .dropped)
        let both = try fixture.protobuf(fixture.drop, mask: [.time, .nodeName])
        #expect(both.time == both.flow.time && both.nodeName == "east/node-b")
    }

    @Test("The two sides' masks are their own")
    func sides() throws {
        let mask: FlowFieldMask = [EndpointFieldMask.podName.asSource, EndpointFieldMask.identity.asDestination]
        var flow = fixture.drop
        flow.destinationEndpoint = flow.sourceEndpoint
        let message = try fixture.protobuf(flow, mask: mask).flow
        #expect(message.source.podName == "cart-7c9d5f6b8d-x2x4q" && message.source.identity == 0)
        #expect(message.destination.podName.isEmpty && message.destination.identity == 31415)
    }
}

extension JSONValue {
    /// A mask that looks into an endpoint may leave an empty one, which tells nothing.
    fileprivate var withoutEmptyObjects: JSONValue? {
        guard case .object(let members) = self else { return self }
        let told = members.compactMapValues(\.withoutEmptyObjects)
        return told.isEmpty ? nil : .object(told)
    }
}
