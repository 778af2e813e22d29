import FlowCatalog
import FlowModel
import FlowWire
import Testing

struct MaskedLineTests {
    private let fixture = WireFixture()

    private func json(_ flow: Flow, _ paths: String...) throws -> String {
        var encoder = FlowJSONEncoder(fixture.context, mask: try FlowFieldMask(paths: paths))
        var buffer: [UInt8] = []
        encoder.append(flow, to: &buffer)
        return String(decoding: buffer, as: UTF8.self)
    }

    @Test("A line holds the fields of its mask and no others; the response's time and node are the flow's")
    func fields() throws {
        let line = #"{"flow":{"time":"2026-03-14T09:26:53.589793238Z","verdict":"DROPPED","source":{"pod_name":"#
        let end = #""cart-7c9d5f6b8d-x2x4q"}},"time":"2026-03-14T09:26:53.589793238Z"}"#
        #expect(try json(fixture.drop, "time", "verdict", "source.pod_name") == line + end + "\n")
        #expect(
            try json(fixture.drop, "node_name") == #"{"flow":{"node_name":"east/node-b"},"node_name":"east/node-b"}"#
                + "\n")
        #expect(try json(fixture.drop, "ethernet") == #"{"flow":{}}"# + "\n")
    }

    @Test("All fields, named one by one, make the line that no mask makes")
    func everything() throws {
        let names = [
            "time", "uuid", "emitter", "verdict", "drop_reason", "IP", "l4", "source", "destination", "Type",
            "node_name", "source_names", "destination_names", "reply", "event_type", "source_service",
            "destination_service", "traffic_direction", "policy_match_type", "trace_observation_point", "trace_reason",
            "drop_reason_desc", "is_reply", "interface", "Summary", "egress_allowed_by", "ingress_allowed_by",
            "egress_denied_by", "ingress_denied_by", "apus",
        ]
        var denied = fixture.drop
        denied.rule = fixture.rule
        denied.destinationService = fixture.catalog.services.intern(ServiceReference(name: "db", namespace: "data"))
        for flow in [fixture.drop, fixture.trace, fixture.kernelDrop, denied] {
            let whole = fixture.json(flow)
            var encoder = FlowJSONEncoder(fixture.context, mask: try FlowFieldMask(paths: names))
            var buffer: [UInt8] = []
            encoder.append(flow, to: &buffer)
            #expect(String(decoding: buffer, as: UTF8.self) == whole)
            for name in names { try check(flow, without: name, names, whole) }
        }
    }

    /// Each field is left out by its own name and nothing else is: what is shorter is so by that field.
    private func check(_ flow: Flow, without name: String, _ names: [String], _ whole: String) throws {
        var encoder = FlowJSONEncoder(fixture.context, mask: try FlowFieldMask(paths: names.filter { $0 != name }))
        var buffer: [UInt8] = []
        encoder.append(flow, to: &buffer)
        let line = String(decoding: buffer, as: UTF8.self)
        let flowText = line.prefix(line.utf8.count)
        let isTold = whole.contains(#""\#(name)":"#)
        #expect(isTold == (line.utf8.count < whole.utf8.count), "\(name): \(flowText)")
    }

    @Test("Both sides can have different members, also of the same endpoint")
    func sides() throws {
        var flow = fixture.drop
        flow.sourceEndpoint = flow.destinationEndpoint
        flow.sourceIdentity = flow.destinationIdentity
        let line = try json(flow, "source.ID", "source.workloads", "destination.identity", "destination.namespace")
        let source = #""source":{"ID":1337,"workloads":[{"name":"ledger","kind":"StatefulSet"}]}"#
        #expect(line == #"{"flow":{\#(source),"destination":{"identity":31415,"namespace":"data"}}}"# + "\n")
    }

    @Test("Of layer 4 only the protocols of the mask are told")
    func protocols() throws {
        #expect(try json(fixture.drop, "l4.UDP") == #"{"flow":{}}"# + "\n")
        let tcp = #"{"TCP":{"source_port":41822,"destination_port":5432,"flags":{"SYN":true}}}"#
        #expect(try json(fixture.drop, "l4.TCP") == #"{"flow":{"l4":\#(tcp)}}"# + "\n")
    }

    @Test("Names of an address outside of the cluster stand after the node's name, by side")
    func dnsNames() throws {
        var flow = fixture.trace
        flow.sourceEndpoint = fixture.catalog.endpoints.intern(
            Endpoint(identity: Identity(rawValue: 2), dnsNames: ["a.example.com", "pay.example.com"]))
        let names = #"["a.example.com","pay.example.com"]"#
        #expect(fixture.json(flow).contains(#""node_name":"east/node-b","source_names":\#(names),"reply":true,"#))
        flow.destinationEndpoint = flow.sourceEndpoint
        let both = #""source_names":\#(names),"destination_names":\#(names),"reply":true,"#
        #expect(fixture.json(flow).contains(both))
        #expect(try json(flow, "destination_names") == #"{"flow":{"destination_names":\#(names)}}"# + "\n")
    }
}
