import Foundation
import Testing

/// `apus history` on stores that it makes of lines.
@Suite struct HistoryCommandTests {
    private let directory: TemporaryDirectory
    private var store: String { directory.path + "/store" }

    init() throws { directory = try TemporaryDirectory() }

    private func run(
        _ command: String, _ arguments: [String], input: String = "", store: String? = nil
    ) throws -> (status: Int32, output: String, errors: String) {
        let child = try Child(
            Apus.path, ["history", command, "--data-dir", store ?? self.store] + arguments, input: input)
        let status = child.waitForEnd()
        return (status, child.output, child.errors)
    }

    /// As Hubble's relay writes them: flows, one of them with layer 7, a gap, a node's status, and what is none.
    private static let hubbleLines = """
        {"flow":{"time":"2026-03-14T09:26:53.589793238Z","uuid":"6c1c2cc5-1f1f-4b1a-8e0c-d4a3f6a1b001","verdict":"FORWARDED","ethernet":{"source":"aa:bb:cc:dd:ee:01","destination":"aa:bb:cc:dd:ee:02"},"IP":{"source":"10.0.0.1","destination":"10.0.0.2","ipVersion":"IPv4"},"l4":{"TCP":{"source_port":41822,"destination_port":80,"flags":{"SYN":true}}},"source":{"ID":12,"identity":24601,"namespace":"shop","labels":["k8s:app=cart"],"pod_name":"cart-1","workloads":[{"name":"cart","kind":"Deployment"}]},"destination":{"identity":2,"labels":["reserved:world"]},"Type":"L3_L4","node_name":"n1","destination_names":["example.org"],"event_type":{"type":4,"sub_type":3},"traffic_direction":"EGRESS","trace_observation_point":"TO_STACK","trace_reason":"NEW","is_reply":false,"interface":{"index":7,"name":"lxc1"},"Summary":"TCP Flags: SYN"},"node_name":"n1","time":"2026-03-14T09:26:53.589793238Z"}
        {"node_status":{"state_change":"NODE_CONNECTED","node_names":["n1"]},"node_name":"n1","time":"2026-03-14T09:26:54Z"}
        {"lost_events":{"source":"HUBBLE_RING_BUFFER","num_events_lost":"17","first":"2026-03-14T09:26:50Z","last":"2026-03-14T09:26:51Z"},"node_name":"n1","time":"2026-03-14T09:26:51Z"}
        this is no flow
        {"time":"2026-03-14T08:00:00Z","verdict":"DROPPED","drop_reason":133,"drop_reason_desc":"POLICY_DENIED","IP":{"source":"fd00::1","destination":"fd00::2","ipVersion":"IPv6"},"l4":{"UDP":{"source_port":5353,"destination_port":53}},"source":{"identity":3},"destination":{"identity":4},"l7":{"type":"REQUEST"},"event_type":{"type":1,"sub_type":133},"traffic_direction":"INGRESS","node_name":"n2"}

        """

    @Test("Lines of Hubble become a store; what is no flow, and what is not kept, is told")
    func hubble() throws {
        let result = try run("import", ["-"], input: Self.hubbleLines)
        #expect(result.status == 0, "\(result.errors)")
        #expect(result.errors.contains("line 4: "))
        #expect(result.errors.contains("not kept: ethernet of 1 flows"))
        #expect(result.errors.contains("not kept: l7 of 1 flows"))
        #expect(result.errors.contains("the node's name of 1 flows"))
        #expect(result.errors.contains("imported 2 flows and 1 gaps; 1 lines of other kinds passed over, 1 lines"))
        let info = try run("info", ["-o", "json"])
        #expect(info.output.contains(#""flows":2,"#))
        #expect(info.output.contains(#""lost":{"flow_ring":17}"#))
        #expect(info.output.contains(#""node_name":"n1""#))
        let lines = try run("export", ["-"]).output.split(separator: "\n")
        try #require(lines.count == 3)
        #expect(lines[1].contains(#""destination_names":["example.org"]"#))
        #expect(lines[2].contains(#""time":"2026-03-14T08:00:00Z""#))
    }

    @Test("An export is what observe prints, and its import exports the same but for the identity of the store")
    func roundTrip() throws {
        _ = try run("import", ["-"], input: Self.hubbleLines)
        let exported = try run("export", ["-"]).output
        let observe = try Child(
            Apus.path, ["observe", "--data-dir", store, "--since", "2026-01-01T00:00:00Z", "-o", "jsonpb"])
        #expect(observe.waitForEnd() == 0)
        #expect(observe.output == exported)
        let file = directory.path + "/flows.json"
        #expect(try run("export", [file]).status == 0)
        #expect(try String(contentsOfFile: file, encoding: .utf8) == exported)
        let other = directory.path + "/other"
        #expect(try run("import", [file], store: other).status == 0)
        let again = try run("export", ["-"], store: other).output
        let uuid = try Regex(#""uuid":"[0-9a-f-]*","#)
        #expect(again.replacing(uuid, with: "") == exported.replacing(uuid, with: ""))
        #expect(again != exported)
    }

    @Test("CSV has a line a flow, with what has commas in quotes; filters choose")
    func csv() throws {
        let quoted = Self.hubbleLines.replacingOccurrences(of: #""pod_name":"cart-1""#, with: #""pod_name":"a,\"b""#)
        _ = try run("import", ["-"], input: quoted)
        let all = try run("export", ["-o", "csv", "-"]).output.components(separatedBy: "\r\n")
        try #require(all.count == 4)
        #expect(all[0].hasPrefix("time,sequence,node,verdict,"))
        #expect(all[1].contains(#",shop,"a,""b","#))
        let drops = try run("export", ["-o", "csv", "-", "--verdict", "DROPPED"]).output.components(separatedBy: "\r\n")
        try #require(drops.count == 3)
        #expect(drops[1].hasPrefix("2026-03-14T08:00:00.000000000Z,2,n1,DROPPED,"))
        #expect(try run("export", ["-", "--first", "3"]).status == 2)
    }

    @Test("SQL that takes too much memory is refused with how much there is, and the store answers on")
    func memory() throws {
        _ = try run("import", ["-"], input: Self.hubbleLines)
        func ask(_ sql: String) throws -> (status: Int32, errors: String) {
            let child = try Child(Apus.path, ["sql", "--data-dir", store, sql])
            return (child.waitForEnd(), child.errors)
        }
        // A megabyte each.
        func columns(_ count: Int) -> String {
            "SELECT " + Array(repeating: "hex(randomblob(500000))", count: count).joined(separator: ", ")
                + " FROM flows"
        }
        let tooMuch = try ask(columns(300))
        #expect(tooMuch.status == 1 && tooMuch.errors.contains("more than 256 MiB of memory"), "\(tooMuch)")
        #expect(try ask(columns(30)).status == 0)
    }

    @Test("A whole store verifies; a damaged one names the file, and exit code 1")
    func verify() throws {
        _ = try run("import", ["-"], input: Self.hubbleLines)
        let whole = try run("verify", [])
        #expect(whole.status == 0 && whole.output.isEmpty, "\(whole.output)")
        let name = "flows-00000000000000000001.sqlite"
        let changed = try Tool.run("sqlite3", [store + "/" + name, "UPDATE tail SET data = zeroblob(length(data))"])
        #expect(changed.status == 0)
        let damaged = try run("verify", [])
        #expect(damaged.status == 1)
        #expect(damaged.output.hasPrefix("\(name): "))
        #expect(try run("verify", ["-o", "json"]).output.contains(#""file":"\#(name)""#))
    }

    @Test(
        "Prune says first what it would remove, then removes it; compact leaves a small store as it is; neither leaves logs"
    )
    func prune() throws {
        _ = try run("import", ["-"], input: Self.hubbleLines)
        _ = try run("import", ["-"], input: Self.hubbleLines)
        #expect(try run("info", []).output.contains("Partitions: 2"))
        let dry = try run("prune", ["--older-than", "1d", "--dry-run"])
        #expect(
            dry.output.hasSuffix(
                "would remove 2 of 2 partitions, 4 flows, \(dry.output.split(separator: " ").suffix(2).joined(separator: " "))"
            ))
        #expect(try run("prune", ["--max-bytes", "1KiB"]).output.contains("removed 1 of 2 partitions, 2 flows"))
        #expect(try FileManager.default.contentsOfDirectory(atPath: store).allSatisfy { !$0.contains("-wal") })
        #expect(try run("info", ["-o", "json"]).output.contains(#""flows":2,"#))
        #expect(try run("compact", []).status == 0)
        #expect(try run("prune", []).status == 2)
        #expect(try FileManager.default.contentsOfDirectory(atPath: store).allSatisfy { !$0.contains("-wal") })
    }

    @Test("Flags of history are refused with what is accepted")
    func flags() throws {
        let result = try Child(Apus.path, ["serve", "--history-period", "5s"])
        #expect(result.waitForEnd() == 2)
        #expect(result.errors.contains("accepted is 1m to 30d"))
    }
}
