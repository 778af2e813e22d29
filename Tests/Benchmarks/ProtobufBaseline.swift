import FlowCatalog
import FlowModel
import FlowWire
import HubbleMessages
import SwiftProtobuf

/// Builds a flow's message with the generated types, as a server without an encoder of its own would.
struct ProtobufBaseline {
    private let endpoints: [Endpoint]
    private let services: [ServiceReference]

    init(_ catalog: FlowCatalog) {
        (endpoints, services) = (catalog.endpoints.elements(), catalog.services.elements())
    }

    func response(_ flow: Flow) -> Observer_GetFlowsResponse {
        .with {
            $0.flow = message(flow)
            $0.nodeName = "bench"
            $0.time = $0.flow.time
        }
    }

    private func message(_ flow: Flow) -> Flow_Flow {
        .with {
            $0.time = .with {
                $0.seconds = Int64(flow.timeNanoseconds / 1_000_000_000)
                $0.nanos = Int32(flow.timeNanoseconds % 1_000_000_000)
            }
            $0.uuid = "08080808-0808-8818-8000-000000001267"
            $0.emitter = .with { ($0.name, $0.version) = ("Apus", "0") }
            $0.verdict = Flow_Verdict(rawValue: Int(flow.verdict.rawValue)) ?? .unknown
            $0.ip = .with {
                ($0.source, $0.destination) = (flow.source.description, flow.destination.description)
                $0.ipVersion = flow.attributes.contains(.ipv6) ? .ipv6 : .ipv4
            }
            $0.l4 = layer4(flow)
            ($0.source, $0.destination) = (endpoint(flow.sourceEndpoint), endpoint(flow.destinationEndpoint))
            $0.type = .l3L4
            $0.nodeName = "bench"
            $0.eventType = .with { $0.type = Int32(flow.kind.rawValue) }
            if flow.destinationService != 0 { $0.destinationService = service(flow.destinationService) }
            $0.trafficDirection = Flow_TrafficDirection(rawValue: Int(flow.direction.rawValue)) ?? .unknown
            $0.interface = .with { ($0.index, $0.name) = (flow.interfaceIndex, "lxc7e3f19a0") }
            $0.summary = FlowSummary.text(flow)
            $0.apus = .with { ($0.packets, $0.bytes, $0.sequence) = (flow.packets, flow.bytes, flow.sequence) }
        }
    }

    private func layer4(_ flow: Flow) -> Flow_Layer4 {
        .with { layer in
            let (source, destination) = (UInt32(flow.sourcePort), UInt32(flow.destinationPort))
            if flow.ipProtocol != .tcp {
                layer.udp = .with { ($0.sourcePort, $0.destinationPort) = (source, destination) }
                return
            }
            layer.tcp = .with {
                ($0.sourcePort, $0.destinationPort) = (source, destination)
                $0.flags = .with { ($0.syn, $0.ack) = (flow.tcpFlags.contains(.syn), flow.tcpFlags.contains(.ack)) }
            }
        }
    }

    private func endpoint(_ index: UInt32) -> Flow_Endpoint {
        let endpoint = endpoints[Int(index)]
        return .with {
            ($0.id, $0.identity) = (endpoint.id, endpoint.identity.rawValue)
            ($0.clusterName, $0.namespace) = (endpoint.clusterName, endpoint.namespace)
            ($0.labels, $0.podName) = (endpoint.labels, endpoint.podName)
            $0.workloads = endpoint.workloads.map { workload in
                .with { ($0.name, $0.kind) = (workload.name, workload.kind) }
            }
        }
    }

    private func service(_ index: UInt32) -> Flow_Service {
        .with { ($0.name, $0.namespace) = (services[Int(index)].name, services[Int(index)].namespace) }
    }
}
