import FlowModel
import FlowWire

extension FlowsColumn {
    /// Who one end is.
    static func side(_ side: FlowSide) -> [FlowsColumn] {
        func endpoint(_ name: String, _ value: @escaping @Sendable (Endpoint) -> String) -> FlowsColumn {
            .text("\(side)_\(name)", .endpoint(side, value)) { flow, texts in
                texts.endpoint(side.name(flow).endpoint).map(value)?.nonEmpty
            }
        }
        func service(_ name: String, _ value: @escaping @Sendable (ServiceReference) -> String) -> FlowsColumn {
            .text("\(side)_\(name)", .service(side, value)) { flow, texts in
                texts.service(side.service(flow)).map(value)?.nonEmpty
            }
        }
        return [
            .text("\(side)_ip", .address(side)) { flow, _ in
                flow.attributes.contains(.ip) ? side.address(flow).description : nil
            },
            .integer("\(side)_port", .port(side)) { flow in flow.hasPorts ? Int64(side.port(flow)) : nil },
            .integer("\(side)_identity", .identity(side)) { flow in
                side.name(flow).identity == 0 ? nil : Int64(side.name(flow).identity)
            },
            endpoint("namespace") { $0.namespace },
            endpoint("pod") { $0.podName },
            endpoint("workload") { $0.workloads.first?.name ?? "" },
            endpoint("workload_kind") { $0.workloads.first?.kind ?? "" },
            endpoint("cluster") { $0.clusterName },
            .text("\(side)_labels") { flow, texts in texts.labels(side.name(flow).endpoint) },
            .text("\(side)_dns") { flow, texts in texts.domains(side.name(flow).endpoint) },
            service("service") { $0.name },
            service("service_namespace") { $0.namespace },
            .text("\(side)_unknown") { flow, _ in side.name(flow).unknown.jsonName?.description },
            .integer("\(side)_endpoint") { flow in
                side.name(flow).endpoint == 0 ? nil : Int64(side.name(flow).endpoint)
            },
        ]
    }
}

extension String {
    var nonEmpty: String? { isEmpty ? nil : self }
}
