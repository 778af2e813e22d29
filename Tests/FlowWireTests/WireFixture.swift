import FlowCatalog
import FlowModel
import FlowWire

/// The catalog and the flows of the documented examples, as far as Apus captures what they hold.
struct WireFixture {
    let catalog = FlowCatalog()
    let context: FlowJSONContext
    let cart: UInt32
    let ledger: UInt32

    init(nodeName: String = "east/node-b") {
        context = FlowJSONContext(
            catalog: catalog, nodeName: nodeName, version: "0.1.0", storeID: [UInt8](1...16))
        cart = catalog.endpoints.intern(
            Endpoint(
                identity: Identity(rawValue: 24601), clusterName: "east", namespace: "shop",
                podName: "cart-7c9d5f6b8d-x2x4q", labels: ["k8s:app=cart", "k8s:io.kubernetes.pod.namespace=shop"]))
        ledger = catalog.endpoints.intern(
            Endpoint(
                id: 1337, identity: Identity(rawValue: 31415), clusterName: "east", namespace: "data",
                podName: "ledger-0", labels: ["k8s:app=ledger"],
                workloads: [Workload(name: "ledger", kind: "StatefulSet")]))
    }

    /// Example (a): a TCP SYN stopped by policy at its receiver.
    var drop: Flow {
        var flow = Flow()
        flow.timeNanoseconds = 1_773_480_413_589_793_238
        flow.sequence = 4711
        flow.kind = .drop
        flow.verdict = .dropped
        flow.dropReason = .policyDenied
        flow.source = IPAddress("10.244.1.7")!
        flow.destination = IPAddress("10.244.2.19")!
        flow.sourceEndpoint = cart
        flow.destinationEndpoint = ledger
        flow.sourceIdentity = 24601
        flow.destinationIdentity = 31415
        flow.ipProtocol = .tcp
        flow.sourcePort = 41822
        flow.destinationPort = 5432
        flow.tcpFlags = .syn
        flow.direction = .ingress
        flow.attributes = [.ip, .layer4]
        flow.packets = 1
        flow.bytes = 60
        return flow
    }

    /// Example (c): the answer to a pod's connection, delivered to the pod.
    var trace: Flow {
        var flow = drop
        flow.timeNanoseconds = 1_773_480_415_000_000_000
        flow.kind = .trace
        flow.verdict = .forwarded
        flow.dropReason = .unknown
        flow.source = IPAddress("203.0.113.10")!
        flow.destination = IPAddress("10.244.1.7")!
        flow.sourceEndpoint = 0
        flow.sourceIdentity = 2
        flow.destinationEndpoint = cart
        flow.destinationIdentity = 24601
        flow.sourcePort = 443
        flow.destinationPort = 52044
        flow.tcpFlags = [.psh, .ack]
        flow.direction = .egress
        flow.observationPoint = .toEndpoint
        flow.traceReason = .reply
        flow.attributes = [.ip, .layer4, .replyKnown, .isReply]
        flow.interfaceIndex = 42
        flow.interfaceName = catalog.names.intern("lxc7e3f19a0")
        return flow
    }

    var kernelDrop: Flow {
        var flow = drop
        flow.kind = .kernelDrop
        flow.dropReason = .unknown
        flow.direction = .unknown
        flow.kernelReason = catalog.names.intern("NO_SOCKET")
        flow.kernelFunction = catalog.names.intern("tcp_v4_rcv")
        flow.networkNamespace = 4_026_532_008
        flow.unknownNames.source = .addressNotInDirectory
        flow.unknownNames.destination = .reserved
        return flow
    }

    var rule: UInt32 {
        catalog.rules.intern(
            RuleReference(
                kind: "CiliumNetworkPolicy", name: "ledger", namespace: "data", direction: .ingress, isDeny: false,
                index: 2, labels: ["k8s:io.cilium.k8s.policy.name=ledger"]))
    }

    /// The default deny of an endpoint that two policies are about; the first lets `app=cart` in at 80/TCP.
    var defaultDeny: UInt32 {
        let policies = ["web", "all"].map {
            PolicyName(kind: "CiliumNetworkPolicy", namespace: $0 == "all" ? "" : "data", name: $0)
        }
        let cart = LabelSelector(requirements: [LabelRequirement(source: nil, key: "app", condition: .oneOf(["cart"]))])
        return catalog.rules.intern(
            RuleReference(
                DefaultDeny(
                    policies: policies,
                    allowances: [
                        .init(
                            policy: 0, index: 1, peers: PeerSelection(selectors: [cart]),
                            traffic: .only([PortMatch(ipProtocol: .tcp, ports: .range(80...80))]))
                    ]), .ingress))
    }

    func json(_ flow: Flow, _ compatibility: FlowJSONCompatibility = .apus) -> String {
        var encoder = FlowJSONEncoder(context, compatibility: compatibility)
        var buffer: [UInt8] = []
        encoder.append(flow, to: &buffer)
        return String(decoding: buffer, as: UTF8.self)
    }

    func json(_ lost: LostEvent, _ compatibility: FlowJSONCompatibility = .apus) -> String {
        var encoder = FlowJSONEncoder(context, compatibility: compatibility)
        var buffer: [UInt8] = []
        encoder.append(lost, to: &buffer)
        return String(decoding: buffer, as: UTF8.self)
    }
}
