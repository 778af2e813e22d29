import Datapath
import Directory
import FlowAPI
import FlowCatalog
import FlowFilter
import FlowHistory
import FlowModel
import Foundation
import HTTPTransport
import Logging
import NIOPosix
import SystemRuntime

/// A running Apus: kernel side, pipeline, control plane and API.
final class Server: Sendable {
    let pipeline: Pipeline
    let controlPlane: ControlPlane
    let readings: Readings
    let http: HTTPServer
    private let monitor: LossMonitor
    private let monitoring: Task<Void, Never>
    private let sweeping: Task<Void, Never>
    private let queryThreads: NIOThreadPool
    private let watchingCredentials: Task<Void, Never>?
    private let keepingMetrics: Task<Void, Never>
    private let watchingMetrics: MetricsWatch?
    /// nil: metrics are served with the rest only.
    let metricsHTTP: HTTPServer?

    /// Loads the programs, opens the store and listens. Nothing is attached to interfaces yet.
    static func start(_ settings: ServerSettings, interfaces: [UInt32: String], logger: Logger) async throws -> Server {
        try allowFiles(for: settings.http.connections)
        let datapath = try Datapath(settings: settings.datapath)
        let cilium = try settings.ciliumEvents.map { path in
            logger.warning("reading \(path): while apus does, cilium-agent and its monitor get no events from it")
            return try CiliumSource(path: path, ringBytes: settings.limits.ciliumRingBytes)
        }
        let catalog = FlowCatalog()
        try FileManager.default.createDirectory(
            atPath: settings.history.directory, withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o750])
        var history = settings.history
        history.nodeName = settings.nodeName
        let writer = try HistoryWriter(history, catalog: catalog)
        try writer.beginRun()
        let directory = Directory(
            catalog: catalog, allocator: try IdentityAllocator(path: settings.history.directory + "/identities.json"),
            nodeName: settings.nodeName, nodeAddresses: settings.nodeAddresses)
        let publisher = DirectoryPublisher()
        let pipeline = try Pipeline(
            datapath: datapath, catalog: catalog, directory: publisher, writer: writer,
            cilium: cilium, historyDirectory: settings.history.directory, interfaces: interfaces,
            nodeName: settings.nodeName, metrics: settings.metrics,
            limits: settings.limits, logger: logger)
        let controlPlane = ControlPlane(
            datapath: datapath, directory: directory, catalog: catalog, publisher: publisher,
            enforcement: settings.enforcement)
        let server = try await Server(pipeline, controlPlane, settings, logger)
        ProcessMemory.returnFreed()
        return server
    }

    private static func allowFiles(for connections: Int) throws {
        let needed = connections + Limits.ownFiles
        let allowed = OpenFiles.allow(needed)
        guard allowed >= needed else {
            throw CommandFailure.failed(
                """
                --max-connections \(connections) takes \(needed) open files, and this process may open \(allowed): accepted is \
                up to \(max(0, allowed - Limits.ownFiles)), or raise the limit (ulimit -n, LimitNOFILE= of a unit)
                """)
        }
    }

    private init(
        _ pipeline: Pipeline, _ controlPlane: ControlPlane, _ settings: ServerSettings, _ logger: Logger
    ) async throws {
        self.pipeline = pipeline
        self.controlPlane = controlPlane
        let monitor = LossMonitor(pipeline, logger: logger)
        let access = settings.credentials?.access ?? AccessControl()
        let serving = ServingReadings(
            statistics: HTTPServerStatistics(), credentials: settings.credentials, access: access,
            api: APIStatistics())
        let configuration = MetricsConfigurationState()
        let readings = Readings(
            pipeline: pipeline, monitor: monitor, controlPlane: controlPlane, serving: serving,
            configuration: configuration, historyLimitBytes: settings.history.maximumBytes ?? 0)
        let threads = NIOThreadPool(numberOfThreads: settings.limits.queryThreads)
        threads.start()
        let api = FlowAPI(
            observer: pipeline.observer, context: pipeline.context, sources: Self.sources(readings, logger),
            queryThreads: threads, crossOrigin: CrossOrigin(origins: settings.corsOrigins), access: access,
            statistics: serving.api)
        let metricsFile = settings.metricsFile.map {
            MetricsWatch($0, pipeline.metrics, configuration, logger)
        }
        do {
            try metricsFile?.start()
            http = try await HTTPServer.start(
                addresses: settings.listen, limits: settings.http, tls: settings.credentials?.tls,
                socketMode: settings.socketMode,
                statistics: serving.statistics, responder: api)
            metricsHTTP = try await Self.serveMetrics(settings, serving.statistics, api)
        } catch {
            metricsFile?.stop()
            controlPlane.close()
            pipeline.drain {}
            try? await threads.shutdownGracefully()
            throw error
        }
        self.monitor = monitor
        self.readings = readings
        queryThreads = threads
        monitoring = Task { await monitor.run() }
        sweeping = Task { await controlPlane.sweepConnections(logger) }
        watchingMetrics = metricsFile
        let upkeep = MetricsUpkeep(pipeline: pipeline, controlPlane: controlPlane, logger: logger)
        keepingMetrics = Task { await upkeep.run() }
        watchingCredentials = settings.credentials.map { credentials in Task { await credentials.watch() } }
    }

    /// A listener of its own for those who may read metrics only.
    private static func serveMetrics(
        _ settings: ServerSettings, _ statistics: HTTPServerStatistics, _ api: FlowAPI
    ) async throws -> HTTPServer? {
        if settings.metricsListen.isEmpty { return nil }
        var limits = settings.http
        limits.connections = Limits.metricsConnections
        limits.eventLoopThreads = 1
        return try await HTTPServer.start(
            addresses: settings.metricsListen, limits: limits, tls: settings.credentials?.tls, statistics: statistics,
            responder: MetricsResponder(api: api))
    }

    private static func sources(_ readings: Readings, _ logger: Logger) -> FlowAPI.Sources {
        let (pipeline, controlPlane) = (readings.pipeline, readings.controlPlane)
        var sources = FlowAPI.Sources(
            status: { readings.status() }, metrics: { readings.metrics($0) }, namespaces: { readings.namespaces() },
            now: { SystemClock.realtimeNanoseconds() }, report: { logger.warning("\($0)") })
        sources.metadata = {
            controlPlane.metadata.metadata(clusterName: controlPlane.clusterName, hits: controlPlane.ruleHits())
        }
        let questions = PolicyQuestions(controlPlane)
        sources.explainPolicies = { from, to, port, namespaces in
            Result { () throws(FilterError) in
                try questions.question(namespaces: namespaces).answer(from: from, to: to, port: port)
            }
        }
        sources.metadataState = {
            "\(String(readings.startNanoseconds, radix: 16))-\(controlPlane.metadata.revision)"
        }
        sources.obstacles = {
            pipeline.idleStages.map { "\($0) is not running" }
                + (controlPlane.isAttached ? [] : ["interfaces are not watched"])
        }
        return sources
    }

    /// What became of all events, exact once the pipeline is drained.
    struct Account: Sendable {
        var captured: UInt64
        var stored: UInt64
        var lost: UInt64
        var isBalanced: Bool { captured == stored + lost }
    }

    /// Works off everything and ends. Programs on interfaces must be detached already.
    ///
    /// - Parameter beforeStoring: called when the last flow is in the ring.
    func stop(beforeStoring: () -> Void = {}) async -> Account {
        controlPlane.close()
        monitoring.cancel()
        sweeping.cancel()
        watchingCredentials?.cancel()
        watchingMetrics?.stop()
        keepingMetrics.cancel()
        pipeline.drain {
            monitor.look()
            beforeStoring()
        }
        await http.shutdown(grace: Limits.shutdownGrace)
        await metricsHTTP?.shutdown(grace: Limits.shutdownGrace)
        try? await queryThreads.shutdownGracefully()
        let lost = readings.lost().filter { $0.key != .flowRing && $0.key != .historyDamage }.values.reduce(0, +)
        return Account(
            captured: readings.producedEvents, stored: pipeline.historyStatus.storedFlows, lost: lost)
    }
}
