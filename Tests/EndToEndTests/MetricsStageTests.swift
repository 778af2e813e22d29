import DatapathABI
import FlowCatalog
import FlowMetrics
import FlowModel
import FlowRing
import Synchronization
import Testing

@testable import apus

/// Metrics that come late to the ring.
@Suite struct MetricsStageTests {
    @Test("Flows that the ring's writer overtook are missed and counted as missed; all others are in the metrics")
    func missed() {
        let (ring, meters) = (BroadcastRing<Flow>(capacity: 1_024, start: 1), PipelineMeters())
        let metrics = FlowMetrics(.recommended, catalog: FlowCatalog())
        let stage = MetricsStage(flows: ring, nameGrace: 0, metrics: metrics, meters: meters)
        var writer = BroadcastWriter(ring)
        var flow = Flow()
        flow.verdict = .forwarded
        let flows = [Flow](repeating: flow, count: 500)
        for _ in 0..<10 { writer.append(flows.span) }
        stage.run(until: Atomic(true))
        #expect(meters.missedByMetrics > 3_900 && meters.missedByMetrics < 5_000)
        #expect(metrics.flows + meters.missedByMetrics == 5_000 && metrics.forwarded == metrics.flows)
        var text = MetricsText(.prometheus)
        var reading = PipelineReading()
        reading.missedByMetrics = meters.missedByMetrics
        text.append(reading, meters)
        let exposed = String(decoding: text.bytes, as: UTF8.self)
        #expect(exposed.contains("apus_metrics_missed_flows_total \(meters.missedByMetrics)\n"))
    }
}
