import FlowCatalog
import FlowHistory
import FlowModel
import FlowObserver
import FlowRing
import FlowWire
import Foundation
import HTTPTransport
import NIOPosix
import Synchronization

@testable import FlowAPI

/// The API over a store and a ring with flows of two namespaces, on a port of loopback; whoever asks needs a token.
///
/// In turn: from a pod of `shop` to another, from `shop` to `bank`, and within `bank` from `bank/vault`.
final class TenantServer: Sendable {
    let access: AccessControl
    let http: HTTPServer
    let directory = FileManager.default.temporaryDirectory.appending(path: "apus-tenants-\(UUID())").path
    private let queryThreads = NIOThreadPool(numberOfThreads: 1)
    private let live: Mutex<Live>
    private let pods: Pods

    private struct Live: ~Copyable {
        var writer: BroadcastWriter<Flow>
        var next: UInt64
    }

    private struct Pods {
        let cart, till, teller, vault, safe: UInt32

        init(_ catalog: FlowCatalog) {
            func pod(_ namespace: String, _ name: String, _ identity: UInt32) -> UInt32 {
                catalog.endpoints.intern(
                    Endpoint(
                        identity: Identity(rawValue: identity), namespace: namespace, podName: name,
                        workloads: [Workload(name: name, kind: "Deployment")]))
            }
            (cart, till) = (pod("shop", "cart", 301), pod("shop", "till", 302))
            (teller, vault, safe) = (pod("bank", "teller", 401), pod("bank", "vault", 402), pod("bank", "safe", 403))
        }

        func flow(_ sequence: UInt64) -> Flow {
            var flow = Served.flow(sequence)
            flow.verdict = sequence % 2 == 0 ? .dropped : .forwarded
            (flow.sourceEndpoint, flow.destinationEndpoint) =
                switch sequence % 3 {
                case 0: (cart, till)
                case 1: (cart, teller)
                default: (vault, safe)
                }
            return flow
        }
    }

    static let stored = 300
    static let inMemory = 60

    init(_ rules: AccessRules, tls: TLSCredentials? = nil, socket: String? = nil) async throws {
        let catalog = FlowCatalog()
        pods = Pods(catalog)
        let pods = pods
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        var settings = HistorySettings(directory: directory)
        settings.blockFlows = 64
        var writer = try HistoryWriter(settings, catalog: catalog)
        let flows = (1...UInt64(Self.stored)).map(pods.flow)
        writer.append(flows.span)
        try writer.commit()
        try writer.close()
        let ring = BroadcastRing<Flow>(capacity: 128, start: UInt64(Self.stored) + 1)
        live = Mutex(Live(writer: BroadcastWriter(ring), next: UInt64(Self.stored) + 1))
        let through = UInt64(Self.stored)
        access = AccessControl(rules)
        let status = StatusReport(
            flows: 60, capacity: 128, seen: 777, uptimeNanoseconds: 5, version: "apus v1", flowsPerSecond: 7,
            details: .init(
                nodeName: "node", captured: 777, lost: ["ring": "3"], lateNames: 7, endpoints: 5, policies: 7,
                refusedManifests: 7, history: nil))
        let api = FlowAPI(
            observer: FlowObserver(
                catalog: catalog, ring: ring, losses: LossLedger(),
                history: .init(directory: directory) { through }),
            context: FlowJSONContext(
                catalog: catalog, nodeName: "node", version: "1", storeID: Array(repeating: 1, count: 16)),
            sources: .init(
                status: { status }, metrics: { _ in Array(Self.metrics.utf8) }, namespaces: { ["bank", "shop"] },
                now: { 0 },
                report: { _ in }),
            queryThreads: queryThreads, access: access)
        queryThreads.start()
        let addresses = [HTTPAddress.tcp(host: "127.0.0.1", port: 0)] + (socket.map { [.unix(path: $0)] } ?? [])
        http = try await HTTPServer.start(addresses: addresses, tls: tls, responder: api)
        make(Self.inMemory)
    }

    static let metrics = """
        # HELP flows_total All flows.
        # TYPE flows_total counter
        flows_total 777
        # HELP tenant_flows_total Flows by namespace.
        # TYPE tenant_flows_total counter
        tenant_flows_total{verdict="x",namespace="shop"} 12
        tenant_flows_total{namespace="bank"} 13
        odd{text="a,namespace=\\"shop\\""} 14

        """

    func make(_ count: Int) {
        live.withLock { live in
            let flows = (live.next..<live.next + UInt64(count)).map(pods.flow)
            live.writer.append(flows.span)
            live.next += UInt64(count)
        }
    }

    /// Asks over TCP, or over the unix socket.
    func get(_ target: String, token: String? = nil, address: Int = 0) async throws -> (status: Int, text: String) {
        try await HTTPClientStream.request(http.addresses[address], target: target, headers: Self.headers(token)) {
            ($0.status, try await $0.text())
        }
    }

    static func headers(_ token: String?) -> HTTPFields {
        HTTPFields(token.map { [HTTPFields.Field(name: "authorization", value: "Bearer \($0)")] } ?? [])
    }

    func stop() async {
        await http.shutdown(grace: .milliseconds(100))
        try? await queryThreads.shutdownGracefully()
        try? FileManager.default.removeItem(atPath: directory)
    }
}

/// A server for the time of `test`.
func withTenants(
    _ rules: AccessRules, tls: TLSCredentials? = nil, socket: String? = nil,
    _ test: (TenantServer) async throws -> Void
) async throws {
    let server = try await TenantServer(rules, tls: tls, socket: socket)
    do { try await test(server) } catch {
        await server.stop()
        throw error
    }
    await server.stop()
}

extension AccessRules {
    init(_ tokens: [String: Caller], certificates: [String: Caller] = [:]) {
        self.init(
            tokens: tokens.map { Token(name: $0.key, digest: TokenDigest(of: $0.key), caller: $0.value) },
            certificates: certificates.map { Certificate(name: $0.key, caller: $0.value) })
    }
}
