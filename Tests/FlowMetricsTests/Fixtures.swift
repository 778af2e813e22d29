import FlowCatalog
import FlowMetrics
import FlowModel
import Testing

/// A catalog with two pods and the world, and flows between them.
struct Fixture {
    let catalog = FlowCatalog()
    let frontend: UInt32
    let backend: UInt32
    let world: UInt32

    init() {
        frontend = catalog.endpoints.intern(Self.pod("frontend", "web"))
        backend = catalog.endpoints.intern(Self.pod("backend", "shop"))
        world = catalog.endpoints.intern(
            Endpoint(identity: .world, labels: ["reserved:world"], dnsNames: ["a.example", "b.example"]))
    }

    static func pod(_ name: String, _ namespace: String) -> Endpoint {
        Endpoint(
            id: 7, identity: Identity(rawValue: 300), namespace: namespace, podName: "\(name)-1",
            labels: ["k8s:app=\(name)", "k8s:io.kubernetes.pod.namespace=\(namespace)"],
            workloads: [Workload(name: name, kind: "Deployment")])
    }

    /// frontend → backend, TCP port 80, forwarded.
    func flow(_ change: (inout Flow) -> Void = { _ in }) -> Flow {
        var flow = Flow()
        (flow.kind, flow.verdict, flow.ipProtocol) = (.trace, .forwarded, .tcp)
        flow.observationPoint = .toEndpoint
        flow.attributes = [.ip, .layer4, .replyKnown]
        (flow.source, flow.destination) = (IPAddress("10.0.0.1")!, IPAddress("10.0.0.2")!)
        (flow.sourcePort, flow.destinationPort) = (40_000, 80)
        flow.sourceName = SideName(endpoint: frontend, identity: 300, unknown: .none)
        flow.destinationName = SideName(endpoint: backend, identity: 301, unknown: .none)
        (flow.packets, flow.bytes, flow.direction) = (2, 120, .egress)
        change(&flow)
        return flow
    }

    /// Samples of metrics in Hubble's syntax after these flows.
    func samples(_ metrics: String, _ flows: [Flow], _ records: [LayerSevenFlow] = []) throws -> [String] {
        let metrics = FlowMetrics(try MetricsSettings(flag: metrics), catalog: catalog)
        metrics.add(flows.span)
        for record in records { metrics.add(record) }
        return metrics.samples()
    }
}

extension FlowMetrics {
    func text(_ format: MetricsText.Format = .prometheus) -> String {
        var text = MetricsText(format)
        write(to: &text) { "uuid-\($0)" }
        text.end()
        return String(decoding: text.bytes, as: UTF8.self)
    }

    func samples(_ format: MetricsText.Format = .prometheus) -> [String] {
        text(format).split(separator: "\n").filter { !$0.hasPrefix("#") }.map(String.init)
    }
}
