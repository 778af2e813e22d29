import FlowMetrics
import FlowModel
import Testing

@Suite struct FlowMetricsTests {
    private func flow(_ kind: FlowKind, _ verdict: Verdict, _ ipProtocol: IPProtocol) -> Flow {
        var flow = Flow()
        flow.kind = kind
        flow.verdict = verdict
        flow.ipProtocol = ipProtocol
        return flow
    }

    private func text(_ flows: [Flow], _ reading: PipelineReading = PipelineReading()) -> [String] {
        var tally = FlowTally()
        tally.add(flows.span)
        return MetricsText.render(tally, reading, names: ["", "NO_SOCKET", "a\"b\\c\nd"])
            .split(separator: "\n").map(String.init)
    }

    @Test("A flow is counted once under its protocol, type, subtype and verdict")
    func flows() {
        let lines = text([
            flow(.trace, .forwarded, .tcp), flow(.trace, .forwarded, .tcp), flow(.policyVerdict, .audit, .udp),
            flow(.policyVerdict, .forwarded, IPProtocol(rawValue: 47)),
        ])
        let counted = lines.filter { $0.hasPrefix("hubble_flows_processed_total{") }
        #expect(
            counted == [
                #"hubble_flows_processed_total{protocol="TCP",type="Trace",subtype="to-endpoint",verdict="FORWARDED"} 2"#,
                #"hubble_flows_processed_total{protocol="Unknown L4",type="PolicyVerdict",subtype="",verdict="FORWARDED"} 1"#,
                #"hubble_flows_processed_total{protocol="UDP",type="PolicyVerdict",subtype="",verdict="AUDIT"} 1"#,
            ])
    }

    @Test("Drops are counted by Hubble's reason; the kernel's own drops by its reason, too")
    func drops() {
        var denied = flow(.drop, .dropped, .tcp)
        denied.dropReason = .policyDenied
        var kernel = flow(.kernelDrop, .dropped, .udp)
        kernel.kernelReason = 1
        kernel.dropReason = DropReason(name: "SOCKET_LOOKUP_FAILED")!
        let lines = text([denied, kernel, kernel])
        #expect(
            lines.filter { $0.hasPrefix("hubble_flows_processed_total{") } == [
                #"hubble_flows_processed_total{protocol="TCP",type="Drop",subtype="",verdict="DROPPED"} 1"#,
                #"hubble_flows_processed_total{protocol="UDP",type="Drop",subtype="",verdict="DROPPED"} 2"#,
            ])
        #expect(lines.contains(#"hubble_drop_total{reason="POLICY_DENIED",protocol="TCP"} 1"#))
        #expect(lines.contains(#"hubble_drop_total{reason="SOCKET_LOOKUP_FAILED",protocol="UDP"} 2"#))
        #expect(lines.contains(#"apus_kernel_drop_total{reason="NO_SOCKET"} 2"#))
    }

    @Test("Each place of loss has its series from the start")
    func losses() {
        var reading = PipelineReading()
        reading.lost = [.eventRing: 7]
        let lines = text([], reading)
        for place in LossPlace.allCases {
            #expect(
                lines.contains(#"apus_lost_flows_total{place="\#(place.rawValue)"} \#(place == .eventRing ? 7 : 0)"#))
        }
    }

    @Test("Quotes, backslashes and line feeds in a label are escaped")
    func escaping() {
        var kernel = flow(.kernelDrop, .dropped, .udp)
        kernel.kernelReason = 2
        #expect(text([kernel]).contains(#"apus_kernel_drop_total{reason="a\"b\\c\nd"} 1"#))
    }

    @Test("A tally sums a verdict over all kinds and protocols")
    func sum() {
        var tally = FlowTally()
        let flows = [
            flow(.drop, .dropped, .tcp), flow(.kernelDrop, .dropped, .icmpv6), flow(.trace, .forwarded, .sctp),
        ]
        tally.add(flows.span)
        #expect(tally.count(verdict: .dropped) == 2)
        #expect(tally.count(verdict: .forwarded) == 1)
        #expect(tally.flows == 3)
    }
}
