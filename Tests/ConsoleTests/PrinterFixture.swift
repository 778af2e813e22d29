import Console
import FlowCatalog
import FlowModel

/// The documented examples, as far as Apus captures what they hold.
struct PrinterFixture {
    let catalog = FlowCatalog()
    let cart: UInt32
    let ledger: UInt32

    init() {
        cart = catalog.endpoints.intern(
            Endpoint(identity: Identity(rawValue: 24601), namespace: "shop", podName: "cart-7c9d5f6b8d-x2x4q"))
        ledger = catalog.endpoints.intern(
            Endpoint(id: 1337, identity: Identity(rawValue: 31415), namespace: "data", podName: "ledger-0"))
    }

    var drop: Flow {
        var flow = Flow()
        flow.timeNanoseconds = 1_773_480_413_589_793_238
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
        return flow
    }

    /// An answer from outside, delivered to the pod.
    var reply: Flow {
        var flow = drop
        flow.timeNanoseconds = 1_773_480_415_000_000_000
        flow.kind = .trace
        flow.verdict = .forwarded
        flow.source = IPAddress("203.0.113.10")!
        flow.sourceEndpoint = 0
        flow.sourceIdentity = 2
        flow.destinationEndpoint = cart
        flow.destinationIdentity = 24601
        flow.sourcePort = 443
        flow.destinationPort = 52044
        flow.tcpFlags = [.psh, .ack]
        flow.observationPoint = .toEndpoint
        flow.attributes = [.ip, .layer4, .replyKnown, .isReply]
        return flow
    }

    var verdict: Flow {
        var flow = drop
        flow.kind = .policyVerdict
        flow.rule = catalog.rules.intern(
            RuleReference(
                kind: "CiliumNetworkPolicy", name: "deny-all", namespace: "data", direction: .ingress, isDeny: true,
                index: 0, labels: []))
        return flow
    }

    func text(
        _ flows: [Flow], _ format: OutputFormat = .compact, colour: Bool = false,
        options: PrinterOptions = PrinterOptions(), lost: LostEvent? = nil
    ) -> String {
        var printer = FlowPrinter(
            format: format, colour: colour, options: options, catalog: catalog, nodeName: "east/node-b")
        var buffer: [UInt8] = []
        for flow in flows { printer.append(flow, to: &buffer) }
        if let lost { printer.append(lost, to: &buffer) }
        printer.flush(to: &buffer)
        return String(decoding: buffer, as: UTF8.self)
    }
}
