import FlowModel
import FlowWire
import Testing

struct GoldenLineTests {
    @Test("A policy drop is Hubble's line, with what Apus adds as its last member")
    func drop() {
        let fixture = WireFixture()
        let hubble = #"""
            {"flow":{"time":"2026-03-14T09:26:53.589793238Z","uuid":"08080808-0808-8818-8000-000000001267",\#
            "emitter":{"name":"Apus","version":"0.1.0"},"verdict":"DROPPED","drop_reason":133,\#
            "IP":{"source":"10.244.1.7","destination":"10.244.2.19","ipVersion":"IPv4"},\#
            "l4":{"TCP":{"source_port":41822,"destination_port":5432,"flags":{"SYN":true}}},\#
            "source":{"identity":24601,"cluster_name":"east","namespace":"shop",\#
            "labels":["k8s:app=cart","k8s:io.kubernetes.pod.namespace=shop"],"pod_name":"cart-7c9d5f6b8d-x2x4q"},\#
            "destination":{"ID":1337,"identity":31415,"cluster_name":"east","namespace":"data",\#
            "labels":["k8s:app=ledger"],"pod_name":"ledger-0","workloads":[{"name":"ledger","kind":"StatefulSet"}]},\#
            "Type":"L3_L4","node_name":"east/node-b","event_type":{"type":1,"sub_type":133},\#
            "traffic_direction":"INGRESS","drop_reason_desc":"POLICY_DENIED","Summary":"TCP Flags: SYN"
            """#
        let end = #"},"node_name":"east/node-b","time":"2026-03-14T09:26:53.589793238Z"}"# + "\n"
        let apus = #","apus":{"default_deny":true,"packets":1,"bytes":"60","sequence":"4711"}"#
        #expect(fixture.json(fixture.drop, .hubble) == hubble + end)
        #expect(fixture.json(fixture.drop) == hubble + apus + end)
    }

    @Test("A reply delivered to a pod is Hubble's line; times of whole seconds have no fraction")
    func trace() {
        let fixture = WireFixture(nodeName: "east/node-a")
        let expected = #"""
            {"flow":{"time":"2026-03-14T09:26:55Z","uuid":"08080808-0808-8818-8000-000000001267",\#
            "emitter":{"name":"Apus","version":"0.1.0"},"verdict":"FORWARDED",\#
            "IP":{"source":"203.0.113.10","destination":"10.244.1.7","ipVersion":"IPv4"},\#
            "l4":{"TCP":{"source_port":443,"destination_port":52044,"flags":{"PSH":true,"ACK":true}}},\#
            "source":{"identity":2},\#
            "destination":{"identity":24601,"cluster_name":"east","namespace":"shop",\#
            "labels":["k8s:app=cart","k8s:io.kubernetes.pod.namespace=shop"],"pod_name":"cart-7c9d5f6b8d-x2x4q"},\#
            "Type":"L3_L4","node_name":"east/node-a","reply":true,"event_type":{"type":4},\#
            "traffic_direction":"EGRESS","trace_observation_point":"TO_ENDPOINT","trace_reason":"REPLY",\#
            "is_reply":true,"interface":{"index":42,"name":"lxc7e3f19a0"},"Summary":"TCP Flags: ACK, PSH"},\#
            "node_name":"east/node-a","time":"2026-03-14T09:26:55Z"}
            """# + "\n"
        #expect(fixture.json(fixture.trace, .hubble) == expected)
    }

    @Test("A kernel drop carries the nearest of Hubble's reasons, and its own in Summary and apus")
    func kernelDrop() {
        let fixture = WireFixture()
        let line = fixture.json(fixture.kernelDrop)
        #expect(line.contains(#""verdict":"DROPPED","drop_reason":178,"#))
        #expect(line.contains(#""event_type":{"type":1,"sub_type":178},"drop_reason_desc":"SOCKET_LOOKUP_FAILED","#))
        #expect(line.contains(#""Summary":"TCP Flags: SYN; kernel drop NO_SOCKET in tcp_v4_rcv","#))
        let apus = #"""
            "apus":{"kernel_drop_reason":"NO_SOCKET","kernel_function":"tcp_v4_rcv","network_namespace":4026532008,\#
            "packets":1,"bytes":"60","sequence":"4711","source_unknown":"ADDRESS_NOT_IN_DIRECTORY",\#
            "destination_unknown":"RESERVED"}
            """#
        #expect(line.contains(apus))
        #expect(!line.contains("default_deny"))
    }

    @Test("A gap is told with its source, count, interval, and where in Apus it arose")
    func lost() {
        let fixture = WireFixture()
        let ring = LostEvent(
            place: .history, count: 12, firstNanoseconds: 1_773_480_418_000_000_000,
            lastNanoseconds: 1_773_480_419_250_000_000)
        let line = #"""
            {"lost_events":{"source":"HUBBLE_RING_BUFFER","num_events_lost":"12",\#
            "first":"2026-03-14T09:26:58Z","last":"2026-03-14T09:26:59.250Z","apus":{"place":"history"}},\#
            "node_name":"east/node-b","time":"2026-03-14T09:26:59.250Z"}
            """# + "\n"
        #expect(fixture.json(ring) == line)
        let queue = LostEvent(place: .eventRing, count: 7, firstNanoseconds: 0, lastNanoseconds: 5)
        let hubble =
            #"{"lost_events":{"source":"OBSERVER_EVENTS_QUEUE","num_events_lost":"7","cpu":0,"#
            + #""last":"1970-01-01T00:00:00.000000005Z"},"node_name":"east/node-b","#
            + #""time":"1970-01-01T00:00:00.000000005Z"}"# + "\n"
        #expect(fixture.json(queue, .hubble) == hubble)
    }
}
