import ArgumentParser
import BPFRuntime
import Console
import Datapath
import FlowHistory
import FlowMetrics
import FlowModel
import Foundation
import HTTPTransport
import Lab
import Logging
import Manifests
import Synchronization
import SystemRuntime

struct DemoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo",
        abstract: "Build a laboratory of network namespaces, make traffic in it, and show its flows.",
        discussion: """
            Six pods, a node and a host of the world live in network namespaces that nothing but this process holds: they
            are gone when it ends. Two CiliumNetworkPolicies are enforced by real BPF programs on real packets.
            """)

    @Option(help: ArgumentHelp("How long to run; until Ctrl-C if left out.", valueName: "time"))
    var duration: DurationArgument?

    @OptionGroup var output: OutputOptions

    @Option(help: "Where to keep history; a temporary directory, removed at the end, if left out.")
    var dataDir: String?

    @Option(help: "Where the API listens; 127.0.0.1:4245 if left out, or another port where that one is taken.")
    var listen: HTTPAddress?

    @Option(help: ArgumentHelp("Exchanges that the pods start a second, 1 to 1000.", valueName: "n"))
    var rate = 50

    @OptionGroup var credentials: CredentialOptions

    @OptionGroup var pipeline: PipelineOptions

    func validate() throws {
        guard (1...1_000).contains(rate) else { throw ValidationError("--rate \(rate): accepted is 1 to 1000") }
        if let listen, !listen.isLocal {
            throw ValidationError("--listen \(listen): the demo's API is for loopback addresses and unix sockets")
        }
    }

    func run() async throws {
        let stop = StopSignal()
        do {
            try KernelSupport.check()
            let demo = try await Demo.start(self)
            let timer = Task { [duration] in
                guard let duration = duration?.duration else { return }
                try await Task.sleep(for: duration)
                stop.trigger()
            }
            let summaries = Task { await demo.summarise(until: stop) }
            await stop.wait()
            timer.cancel()
            summaries.cancel()
            await summaries.value
            let account = try await demo.stop()
            StandardStream.error.say(
                "captured \(account.captured) = stored \(account.stored) + lost \(account.lost)")
            guard account.isBalanced else { throw CommandFailure.failed("the account of flows does not balance") }
        } catch let failure as CommandFailure {
            throw failure
        } catch {
            throw CommandFailure.failed("\(error)")
        }
    }
}

/// A running demo.
private final class Demo: Sendable {
    private let lab: Lab
    private let server: Server
    private let traffic: LabTraffic
    private let console: ConsoleStage
    private let scheme: String
    /// Removed at the end.
    private let temporaryDirectory: String?

    static func start(_ command: DemoCommand) async throws -> Demo {
        let temporary = command.dataDir == nil ? try makeTemporaryDirectory() : nil
        do {
            return try await Demo(command, temporary)
        } catch {
            if let temporary { try? FileManager.default.removeItem(atPath: temporary) }
            throw error
        }
    }

    private init(_ command: DemoCommand, _ temporary: String?) async throws {
        temporaryDirectory = temporary
        var logger = Logger(label: "apus") { StreamLogHandler.standardError(label: $0) }
        logger.logLevel = .warning
        let manifests = ManifestSet.parse(DemoManifests.yaml, file: "demo.yaml")
        let plan = try LabPlan.from(manifests.documents)
        let lab = try Lab(plan)
        var settings = ServerSettings(
            history: .init(directory: command.dataDir ?? temporary!), listen: [command.listen ?? Self.defaultAddress],
            nodeName: LabPlan.nodeName)
        try command.pipeline.apply(to: &settings)
        settings.datapath.countsProgramRuns = true
        settings.credentials = try command.credentials.read(logger)
        settings.enforcement.mode = .enforce
        settings.datapath.restrictToNamespaces = lab.namespaceInodes
        let interfaces = Dictionary(uniqueKeysWithValues: lab.pods.map { ($0.hostInterface, $0.hostInterfaceName) })
        scheme = command.credentials.hasTLS ? "https" : "http"
        let server = try await Self.startServer(settings, interfaces, canMove: command.listen == nil, logger)
        do {
            for problem in try server.controlPlane.apply(plan.replacingPods(in: manifests)) {
                throw CommandFailure.failed("\(problem)")
            }
            try lab.nodeNamespace.run {
                for pod in lab.pods {
                    try server.controlPlane.attach(
                        .init(
                            index: pod.hostInterface, name: pod.hostInterfaceName,
                            endpoint: .pod(namespace: pod.namespace, name: pod.name)))
                }
            }
            server.controlPlane.didAttach()
            console = ConsoleStage()
            console.start(
                server.pipeline.flows, server.pipeline.losses,
                server.pipeline.printer(command.output))
            traffic = try LabTraffic(.demo(lab), exchangesPerSecond: command.rate)
        } catch {
            _ = await server.stop()
            throw error
        }
        self.lab = lab
        self.server = server
    }

    private static let defaultAddress = HTTPAddress.tcp(host: "127.0.0.1", port: 4245)

    /// Two demos may run side by side: the second one takes a port that the system chooses.
    private static func startServer(
        _ settings: ServerSettings, _ interfaces: [UInt32: String], canMove: Bool, _ logger: Logger
    ) async throws -> Server {
        do {
            return try await Server.start(settings, interfaces: interfaces, logger: logger)
        } catch HTTPServerError.addressInUse where canMove {
            var settings = settings
            settings.listen = [.tcp(host: "127.0.0.1", port: 0)]
            return try await Server.start(settings, interfaces: interfaces, logger: logger)
        }
    }

    private static func makeTemporaryDirectory() throws -> String {
        let path = FileManager.default.temporaryDirectory.appending(path: "apus-demo-\(UUID().uuidString)").path()
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
        return path
    }

    /// Every few seconds a line on standard error.
    func summarise(until stop: StopSignal) async {
        StandardStream.error.say("apus demo: \(lab.pods.count) pods; API on \(scheme)://\(server.http.addresses[0])")
        let metrics = server.pipeline.metrics
        var last = metrics.flows
        while !Task.isCancelled {
            for _ in 0..<Self.summarySeconds * 10 {
                try? await Task.sleep(for: .milliseconds(100))
                if console.hasNoReader.load(ordering: .relaxed) { stop.trigger() }
                if Task.isCancelled { return }
            }
            let flows = metrics.flows
            let rate = (flows - last) / UInt64(Self.summarySeconds)
            last = flows
            let lost = server.readings.lost().values.reduce(0, +)
            StandardStream.error.say(
                "\(rate) flows/s, \(metrics.forwarded) forwarded, \(metrics.dropped) dropped, \(lost) lost"
            )
        }
    }

    private static let summarySeconds = 3

    func stop() async throws -> Server.Account {
        traffic.stop()
        let server = server
        try lab.nodeNamespace.run { try server.controlPlane.detachAll() }
        let account = await server.stop { console.stop() }
        lab.close()
        if let temporaryDirectory { try FileManager.default.removeItem(atPath: temporaryDirectory) }
        return account
    }
}
