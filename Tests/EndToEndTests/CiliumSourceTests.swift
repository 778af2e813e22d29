import Foundation
import SystemRuntime
import Testing

/// `apus serve` reads a perf event array that somebody else's program fills.
@Suite(.enabled(if: Apus.obstacle == nil, Comment(rawValue: Apus.obstacle ?? "")), .serialized)
struct CiliumSourceTests {
    /// The test's programs and maps, pinned in a BPF file system of their own as Cilium's are.
    private final class Pinned {
        let directory: TemporaryDirectory
        var path: String { directory.path + "/bpf" }
        var events: String { path + "/cilium_events" }

        init() throws {
            directory = try TemporaryDirectory()
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
            guard unsafe mount("bpf", path, "bpf", 0, nil) == 0 else {
                throw SystemError.last("mount a BPF file system")
            }
            let object = directory.path + "/cilium.o"
            let elf = try #require(Data(base64Encoded: CiliumEventsObject.base64.description))
            try elf.write(to: URL(filePath: object))
            let loaded = try Tool.run("bpftool", ["prog", "loadall", object, path + "/programs", "pinmaps", path])
            try #require(loaded.status == 0, "\(loaded.output)")
        }

        deinit { unsafe umount2(path, Int32(MNT_DETACH)) }

        func write(_ program: String, _ packet: [UInt8]) throws {
            let file = directory.path + "/packet"
            try Data(packet).write(to: URL(filePath: file))
            let run = try Tool.run(
                "bpftool", ["prog", "run", "pinned", path + "/programs/" + program, "data_in", file])
            #expect(run.output.contains("Return value: 1"), "\(run.output)")
        }
    }

    /// TCP from 10.0.0.1 to 10.0.0.2, port 80: a SYN.
    private static let packet: [UInt8] =
        [UInt8](repeating: 2, count: 12)
        + [8, 0, 0x45, 0, 0, 40, 0, 1, 0, 0, 64, 6, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2]
        + [0x13, 0x88, 0, 80, 0, 0, 0, 1, 0, 0, 0, 0, 0x50, 2, 1, 0, 0, 0, 0, 0]

    @Test("Without an interface of its own it serves what Cilium's programs write, and the account balances")
    func serve() throws {
        let pinned = try Pinned()
        let (store, socket) = (pinned.directory.path + "/store", pinned.directory.path + "/apus.sock")
        let server = try Child(
            Apus.path,
            [
                "serve", "--cilium-events", pinned.events, "--no-kernel-drops", "--data-dir", store, "--listen",
                "unix:" + socket,
            ])
        try #require(server.waitForErrors(containing: "listening on") != nil, "\(server.errors)")
        #expect(server.errors.contains("cilium-agent and its monitor get no events"))
        for program in ["write_drop", "write_debug", "write_trace", "write_verdict"] {
            try pinned.write(program, Self.packet)
        }
        usleep(500_000)
        let observe = try Child(
            Apus.path, ["observe", "--server", "unix:" + socket, "--last", "9", "--output", "json"])
        #expect(observe.waitForEnd() == 0, "\(observe.errors)")
        // Records of different processors come in any order.
        let flows = try FlowLine.parse(observe.output).compactMap(\.flow).sorted {
            $0.event_type.type < $1.event_type.type
        }
        #expect(flows.map(\.event_type.type) == [1, 4, 5] && flows.allSatisfy { $0.destinationPort == 80 })
        #expect(flows.first?.drop_reason_desc == "POLICY_DENIED" && flows.last?.verdict == "AUDIT")
        let status = try Child(Apus.path, ["status", "--server", "unix:" + socket])
        #expect(status.waitForEnd() == 0)
        #expect(status.output.contains("Cilium's records: 3 flows, 1 skipped, 0 malformed"), "\(status.output)")
        let metrics = try Tool.run("curl", ["-s", "--unix-socket", socket, "http://apus/metrics"]).output
        #expect(metrics.contains("apus_cilium_records_total{outcome=\"skipped\"} 1"))
        #expect(metrics.contains("apus_lost_flows_total{place=\"cilium_perf_ring\"} 0"))
        server.kill(SIGTERM)
        #expect(server.waitForEnd() == 0)
        #expect(server.errors.contains("captured 3 = stored 3 + lost 0"), "\(server.errors)")
    }

    @Test("A path where no perf event array is pinned is refused, and the error says what to give")
    func refused() throws {
        let directory = try TemporaryDirectory()
        let server = try Child(
            Apus.path, ["serve", "--cilium-events", "/nowhere/cilium_events", "--data-dir", directory.path + "/store"])
        #expect(server.waitForEnd() == 1)
        #expect(server.errors.contains("--cilium-events /nowhere/cilium_events: open the pinned BPF map"))
        #expect(server.errors.contains("/sys/fs/bpf/tc/globals/cilium_events"))
    }
}
