import ArgumentParser
import BPFRuntime
import Datapath
import FlowHistory
import FlowModel
import Foundation
import HTTPTransport
import Logging
import Manifests
import SystemRuntime

extension EnforcementMode: ExpressibleByArgument {
    package init?(argument: String) {
        guard let index = Self.allValueStrings.firstIndex(of: argument) else { return nil }
        self.init(rawValue: UInt8(index))
    }

    /// By raw value.
    package static var allValueStrings: [String] { ["none", "audit", "enforce"] }

    package var defaultValueDescription: String { Self.allValueStrings[Int(rawValue)] }
}

extension EnforcementRules.Exception: ExpressibleByArgument {
    init?(argument: String) {
        let parts = argument.split(separator: "=", omittingEmptySubsequences: false)
        guard parts.count == 2, parts[0].split(separator: "/", omittingEmptySubsequences: false).count == 2,
            let mode = EnforcementMode(argument: String(parts[1]))
        else { return nil }
        self.init(pods: String(parts[0]), mode: mode)
    }
}

struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Observe this host: kernel drops, and the interfaces that are named.",
        discussion: """
            Policies are observed only: --enforcement none passes everything, audit says what would be dropped, enforce drops.
            Manifests are ordinary Kubernetes objects (Namespace, Pod, Node, Service, CiliumNetworkPolicy, NetworkPolicy) in
            YAML files, and are read again when a file changes.
            """)

    @Option(help: ArgumentHelp("A directory of manifests, watched for changes.", valueName: "dir"))
    var manifests: String?

    @Option(
        help: ArgumentHelp(
            "An interface to watch: NAME for an uplink of the host, NAME=NAMESPACE/POD for the node's end of a pod's veth.",
            valueName: "name[=pod]"))
    var interface: [InterfaceArgument] = []

    @Option(
        help: ArgumentHelp(
            "Names of addresses outside of the cluster, in the format of hosts(5), watched for changes.",
            valueName: "file"))
    var hostsFile: String?

    @Option(help: "What policies do: none, audit, enforce.")
    var enforcement = EnforcementMode.none

    @Option(
        help: ArgumentHelp(
            "What policies do for the pods that a pattern names, as 'shop/web-*=audit'; may be repeated, the first that fits counts.",
            valueName: "ns/pod=mode"))
    var enforcementOf: [EnforcementRules.Exception] = []

    @Option(help: "Where history and identities are kept.")
    var dataDir = "/var/lib/apus"

    @OptionGroup var api: ListenOptions

    @Option(
        help: ArgumentHelp(
            "Whose web pages may read answers in a browser, as https://HOST[:PORT], or * for any; may be repeated.",
            valueName: "origin"))
    var corsOrigin: [String] = []

    @Option(help: "Name of this node; the host's name if left out.")
    var nodeName: String?

    @Flag(help: "Leave kernel drops out.")
    var noKernelDrops = false

    @Option(
        defaultAsFlag: CiliumSource.defaultPath,
        help: ArgumentHelp(
            "Read Cilium's own events, too, from its pinned perf event array; cilium-agent then gets none of them.",
            valueName: "path"))
    var ciliumEvents: String?

    @Option(
        help: ArgumentHelp("Size of each processor's ring for Cilium's events: a power of two.", valueName: "bytes"))
    var ciliumRingBytes = Limits().ciliumRingBytes

    @Flag(
        help: "Have the kernel count runs of BPF programs and their time, for metrics; each run takes a little longer.")
    var bpfStats = false

    @OptionGroup var pipeline: PipelineOptions

    func validate() throws {
        for origin in corsOrigin where origin != "*" && !Self.isOrigin(origin) {
            throw ValidationError("--cors-origin \(origin): accepted is http[s]://HOST[:PORT], without a path, or *")
        }
        guard (65_536...(1 << 28)).contains(ciliumRingBytes), ciliumRingBytes.nonzeroBitCount == 1 else {
            throw ValidationError(
                "--cilium-ring-bytes \(ciliumRingBytes): accepted is a power of two from 65536 to \(1 << 28)")
        }
    }

    private static func isOrigin(_ text: String) -> Bool {
        guard let scheme = ["http://", "https://"].first(where: text.hasPrefix) else { return false }
        let authority = text.dropFirst(scheme.count)
        return !authority.isEmpty && !authority.contains { "/?#@, ".contains($0) }
    }

    func run() async throws {
        let stop = StopSignal()
        let logger = Logger(label: "apus") { StreamLogHandler.standardError(label: $0) }
        do {
            try KernelSupport.check()
            try await serve(until: stop, logger)
        } catch {
            throw CommandFailure.failed("\(error)")
        }
    }

    private func serve(until stop: StopSignal, _ logger: Logger) async throws {
        var settings = ServerSettings(
            history: .init(directory: dataDir), listen: api.listen,
            nodeName: nodeName ?? ProcessInfo.processInfo.hostName)
        api.warn(logger)
        try api.apply(to: &settings, logger)
        try pipeline.apply(to: &settings)
        settings.datapath.countsProgramRuns = bpfStats
        settings.enforcement = EnforcementRules(mode: enforcement, exceptions: enforcementOf)
        settings.corsOrigins = corsOrigin
        settings.ciliumEvents = ciliumEvents
        settings.limits.ciliumRingBytes = ciliumRingBytes
        settings.datapath.kernelDrops = !noKernelDrops
        settings.nodeAddresses = try NetworkInterfaces.addresses().compactMap { IPAddress($0) }
        let interfaces = try interface.map { try $0.resolved() }
        let server = try await Server.start(
            settings, interfaces: Dictionary(uniqueKeysWithValues: interfaces.map { ($0.index, $0.name) }),
            logger: logger)
        let watch = manifests.map { ManifestWatch($0, controlPlane: server.controlPlane, logger: logger) }
        let hosts = hostsFile.map { HostsFileWatch($0, controlPlane: server.controlPlane, logger: logger) }
        do {
            try hosts?.start()
            hosts?.reload()
            try watch?.start()
            if watch == nil { _ = try server.controlPlane.apply(ManifestSet()) }
            watch?.reload()
            for interface in interfaces { try server.controlPlane.attach(interface) }
            server.controlPlane.didAttach()
        } catch {
            watch?.stop()
            hosts?.stop()
            try? server.controlPlane.detachAll()
            _ = await server.stop()
            throw error
        }
        for address in server.http.addresses { logger.info("listening on \(address)") }
        for address in server.metricsHTTP?.addresses ?? [] { logger.info("metrics are served on \(address)") }
        await stop.wait()
        logger.info("stopping")
        watch?.stop()
        hosts?.stop()
        try server.controlPlane.detachAll()
        let account = await server.stop()
        logger.info("captured \(account.captured) = stored \(account.stored) + lost \(account.lost)")
    }
}

/// `eth0`, or `lxc1=shop/frontend`.
struct InterfaceArgument: ExpressibleByArgument {
    let name: String
    let endpoint: ControlPlane.Interface.Endpoint

    init?(argument: String) {
        let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard let name = parts.first, !name.isEmpty, name.utf8.count < 16 else { return nil }
        self.name = String(name)
        guard parts.count == 2 else {
            endpoint = .host
            return
        }
        let pod = parts[1].split(separator: "/", omittingEmptySubsequences: false)
        guard pod.count == 2, pod.allSatisfy({ !$0.isEmpty }) else { return nil }
        endpoint = .pod(namespace: String(pod[0]), name: String(pod[1]))
    }

    func resolved() throws -> ControlPlane.Interface {
        guard let index = NetworkInterfaces.index(of: name) else {
            throw CommandFailure.failed(
                "--interface \(name): there is no such interface; there are \(NetworkInterfaces.names().joined(separator: ", "))"
            )
        }
        return .init(index: index, name: name, endpoint: endpoint)
    }
}
