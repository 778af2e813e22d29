import FlowWire
import Testing

struct FieldMaskTests {
    @Test("No path at all is all fields")
    func empty() throws {
        #expect(try FlowFieldMask(paths: []) == .all)
    }

    @Test("A path is its field, with all that lies below it")
    func paths() throws {
        let mask = try FlowFieldMask(paths: ["time", "source.pod_name", "destination", "l4.TCP", "IP"])
        #expect(mask == [.time, EndpointFieldMask.podName.asSource, .destination, .tcp, .ip])
        #expect(mask.sourceFields == .podName && mask.destinationFields == .all)
        #expect(mask.containsAny(.layer4) && !mask.contains(.layer4))
    }

    @Test("A path below what can be told apart is the whole that it lies in")
    func deepPaths() throws {
        let mask = try FlowFieldMask(paths: ["l4.TCP.flags.SYN", "IP.source", "is_reply.value", "time.nanos"])
        #expect(mask == [.tcp, .ip, .isReply, .time])
    }

    @Test("Fields of Hubble that Apus has nothing for are accepted, and are no field")
    func unfilled() throws {
        #expect(try FlowFieldMask(paths: ["ethernet", "l7.http", "ip_trace_id", "node_labels"]) == [])
    }

    @Test(
        "A path that names no field is refused with the part that is unknown and with what is accepted",
        arguments: [
            ("Verdict", "Verdict", "verdict"), ("source.pod", "pod", "pod_name"), ("ip", "ip", "IP"),
            ("source.labels.x", "x", nil), ("", "", "time"), ("l4.", "", "TCP"), ("sourceNames", "sourceNames", "uuid"),
        ])
    func refused(path: String, unknown: String, accepted: String?) {
        do throws(FieldMaskError) {
            _ = try FlowFieldMask(paths: ["time", path])
            Issue.record("accepted: \(path)")
        } catch {
            #expect(error.path == path && error.unknown == unknown)
            #expect(accepted.map(error.accepted.contains) ?? error.accepted.isEmpty)
        }
    }
}
