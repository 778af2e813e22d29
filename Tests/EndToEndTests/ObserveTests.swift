import Foundation
import Testing

/// `apus observe`, by what it prints.
@Suite("apus observe")
struct ObserveTests {
    /// Two sets of flows in Hubble's JSON, each with what its own `derive.py` derives from the documented formats. They share no
    /// code with Apus or with each other.
    private static let sets = ["events", "corners"]
    private static let golden = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Golden").path()
    /// The first set.
    private static let folder = golden + "/events"

    private func observe(
        _ arguments: [String], input: String = ""
    ) throws -> (status: Int32, output: String, errors: String) {
        let child = try Child(Apus.path, ["observe"] + arguments, input: input)
        let status = child.waitForEnd()
        return (status, child.output, child.errors)
    }

    private func file(_ name: String, of set: String = "events") throws -> String {
        try String(contentsOfFile: "\(Self.golden)/\(set)/\(name)", encoding: .utf8)
    }

    @Test(
        "prints the lines that Hubble prints of the same flows, in each format",
        arguments: [
            ("compact", []), ("dict", ["-o", "dict"]), ("table", ["-o", "table"]), ("json", ["-o", "json"]),
            ("json", ["-o", "jsonpb"]), ("compact-node", ["--print-node-name"]),
            ("dict-node", ["-o", "dict", "--print-node-name"]), ("table-node", ["-o", "table", "--print-node-name"]),
            ("compact-color", ["--color", "always"]), ("dict-color", ["-o", "dict", "--color", "always"]),
            ("compact-color-policies", ["--color", "always", "--print-policy-names"]),
            ("table", ["-o", "table", "--color", "always"]), ("compact-numeric", ["--numeric"]),
            ("compact-policies", ["--print-policy-names"]),
            ("compact-rfc3339nano", ["--time-format", "RFC3339Nano"]),
        ], sets)
    func printsLines(form: (name: String, arguments: [String]), set: String) throws {
        let (name, arguments) = form
        let input = "\(Self.golden)/\(set)/flows.ndjson"
        let flows = try file("flows.ndjson", of: set).split(separator: "\n").count { $0.hasPrefix("{\"flow\"") }
        #expect(flows >= 60)
        let result = try observe(["--input-file", input] + arguments)
        #expect(result.status == 0 && result.errors.isEmpty, "\(result.errors)")
        let expected = try file("\(name).txt", of: set).split(separator: "\n", omittingEmptySubsequences: false)
        let printed = result.output.split(separator: "\n", omittingEmptySubsequences: false)
        #expect(printed.count == expected.count)
        for (line, wanted) in zip(printed, expected) where line != wanted {
            Issue.record("printed: \(line)\nwanted:  \(wanted)")
        }
    }

    @Test("The expected lines are those that follow from the documented formats", arguments: sets)
    func derived(set: String) throws {
        let directory = try TemporaryDirectory()
        let folder = "\(Self.golden)/\(set)"
        for name in ["derive.py", "flows.ndjson"] {
            try FileManager.default.copyItem(atPath: "\(folder)/\(name)", toPath: "\(directory.path)/\(name)")
        }
        let status = try Tool.run("bash", ["-c", "cd '\(directory.path)' && python3 derive.py"]).status
        #expect(status == 0)
        let names = try FileManager.default.contentsOfDirectory(atPath: folder).filter { !$0.hasSuffix(".py") }
        #expect(names.count >= 13)
        for name in names {
            #expect(
                try String(contentsOfFile: "\(directory.path)/\(name)", encoding: .utf8) == file(name, of: set),
                "\(name)")
        }
    }

    private static let bothPods = [#"{"source_pod":["foo"]}"#, #"{"destination_pod":["foo"]}"#]

    /// Of each flag that stands for a filter.
    private static let flags: [([String], allow: [String], deny: [String])] = [
        (["--pod", "foo"], bothPods, []), (["--from-pod", "foo"], [#"{"source_pod":["foo"]}"#], []),
        (["--to-pod", "a/foo"], [#"{"destination_pod":["a/foo"]}"#], []),
        (
            ["--namespace", "a", "-n", "b"], [#"{"source_pod":["a/","b/"]}"#, #"{"destination_pod":["a/","b/"]}"#], []
        ),
        (
            ["--namespace", "kube-system", "--pod", "foo"],
            [#"{"source_pod":["kube-system/foo"]}"#, #"{"destination_pod":["kube-system/foo"]}"#], []
        ),
        (["--from-namespace", "a"], [#"{"source_pod":["a/"]}"#], []),
        (["--to-namespace", "a"], [#"{"destination_pod":["a/"]}"#], []),
        (["-A"], [#"{"source_pod":["/"]}"#, #"{"destination_pod":["/"]}"#], []),
        (
            ["--service", "db", "--to-service", "x"], [], []
        ),
        (["--service", "a/db"], [#"{"source_service":["a/db"]}"#, #"{"destination_service":["a/db"]}"#], []),
        (["--from-service", "a/db"], [#"{"source_service":["a/db"]}"#], []),
        (["--to-service", "a/db"], [#"{"destination_service":["a/db"]}"#], []),
        (["--label", "app=web"], [#"{"source_label":["app=web"]}"#, #"{"destination_label":["app=web"]}"#], []),
        (["--from-label", "a in (b,c)"], [#"{"source_label":["a in (b,c)"]}"#], []),
        (["--to-label", "!a"], [#"{"destination_label":["!a"]}"#], []),
        (["--ip", "10.0.0.0/8"], [#"{"source_ip":["10.0.0.0/8"]}"#, #"{"destination_ip":["10.0.0.0/8"]}"#], []),
        (["--from-ip", "::1"], [#"{"source_ip":["::1"]}"#], []),
        (["--to-ip", "::1"], [#"{"destination_ip":["::1"]}"#], []),
        (["--snat-ip", "10.0.0.1"], [#"{"source_ip_xlated":["10.0.0.1"]}"#], []),
        (["--fqdn", "*.a.b"], [#"{"source_fqdn":["*.a.b"]}"#, #"{"destination_fqdn":["*.a.b"]}"#], []),
        (["--from-fqdn", "a"], [#"{"source_fqdn":["a"]}"#], []),
        (["--to-fqdn", "a"], [#"{"destination_fqdn":["a"]}"#], []),
        (["--port", "53"], [#"{"source_port":["53"]}"#, #"{"destination_port":["53"]}"#], []),
        (["--from-port", "80-90"], [#"{"source_port":["80-90"]}"#], []),
        (["--to-port", "1", "--to-port", "2"], [#"{"destination_port":["1","2"]}"#], []),
        (
            ["--identity", "world", "--identity", "7"],
            [#"{"source_identity":[2,7]}"#, #"{"destination_identity":[2,7]}"#], []
        ),
        (["--from-identity", "7"], [#"{"source_identity":[7]}"#], []),
        (["--to-identity", "host"], [#"{"destination_identity":[1]}"#], []),
        (
            ["--workload", "Deployment/a"],
            [
                #"{"source_workload":[{"name":"a","kind":"Deployment"}]}"#,
                #"{"destination_workload":[{"name":"a","kind":"Deployment"}]}"#,
            ], []
        ),
        (["--from-workload", "a"], [#"{"source_workload":[{"name":"a"}]}"#], []),
        (["--to-workload", "Job/"], [#"{"destination_workload":[{"kind":"Job"}]}"#], []),
        (["--cluster", "c"], [#"{"source_cluster_name":["c"]}"#, #"{"destination_cluster_name":["c"]}"#], []),
        (["--from-cluster", "c"], [#"{"source_cluster_name":["c"]}"#], []),
        (["--to-cluster", "c"], [#"{"destination_cluster_name":["c"]}"#], []),
        (["--node-name", "east/*"], [#"{"node_name":["east/*"]}"#], []),
        (["--node-label", "zone=a"], [#"{"node_labels":["zone=a"]}"#], []),
        (["--verdict", "dropped", "--verdict", "ERROR"], [#"{"verdict":["DROPPED","ERROR"]}"#], []),
        (["--drop-reason-desc", "policy_denied"], [#"{"drop_reason_desc":["POLICY_DENIED"]}"#], []),
        (["--type", "drop"], [#"{"event_type":[{"type":1}]}"#], []),
        (["-t", "drop:133"], [#"{"event_type":[{"type":1,"match_sub_type":true,"sub_type":133}]}"#], []),
        (["-t", "trace:to-endpoint"], [#"{"event_type":[{"type":4,"match_sub_type":true}]}"#], []),
        (
            ["-t", "trace:from-network"], [#"{"event_type":[{"type":4,"match_sub_type":true,"sub_type":10}]}"#], []
        ),
        (
            ["-t", "l7", "-t", "capture", "-t", "trace-sock", "-t", "policy-verdict"],
            [#"{"event_type":[{"type":129},{"type":3},{"type":7},{"type":5}]}"#], []
        ),
        (["--protocol", "TCP", "--protocol", "dns"], [#"{"protocol":["tcp","dns"]}"#], []),
        (
            ["--tcp-flags", "syn,ack", "--tcp-flags", "rst"],
            [#"{"tcp_flags":[{"SYN":true,"ACK":true},{"RST":true}]}"#], []
        ),
        (["--http-status", "5+"], [#"{"http_status_code":["5+"]}"#], []),
        (["--http-method", "get"], [#"{"http_method":["get"]}"#], []),
        (["--http-path", "/a.*"], [#"{"http_path":["/a.*"]}"#], []),
        (["--http-url", "x"], [#"{"http_url":["x"]}"#], []),
        (["--http-header", "k:v"], [#"{"http_header":[{"key":"k","value":"v"}]}"#], []),
        (["--dns-query", "x"], [#"{"dns_query":["x"]}"#], []),
        (["--traffic-direction", "ingress"], [#"{"traffic_direction":["INGRESS"]}"#], []),
        (["--reply"], [#"{"reply":[true]}"#], []), (["--not-reply"], [#"{"reply":[false]}"#], []),
        (["--reply", "false"], [#"{"reply":[false]}"#], []), (["-4"], [#"{"ip_version":["IPv4"]}"#], []),
        (["--ip-version", "6"], [#"{"ip_version":["IPv6"]}"#], []), (["-6"], [#"{"ip_version":["IPv6"]}"#], []),
        (["--encrypted"], [#"{"encrypted":[true]}"#], []), (["--unencrypted"], [#"{"encrypted":[false]}"#], []),
        (["--interface", "eth0"], [#"{"interface":[{"name":"eth0"}]}"#], []),
        (
            ["--uuid", "01234567-89ab-8cde-8000-000000000005"],
            [#"{"uuid":["01234567-89ab-8cde-8000-000000000005"]}"#], []
        ),
        (["--trace-id", "x"], [#"{"trace_id":["x"]}"#], []), (["--ip-trace-id", "9"], [#"{"ip_trace_id":["9"]}"#], []),
        (
            ["--cel-expression", "_flow.verdict == 2"],
            [#"{"experimental":{"cel_expression":["_flow.verdict == 2"]}}"#], []
        ),
        (
            ["--allowlist", #"{"source_pod":["a"]}"#, "--denylist", #"{"verdict":["ERROR"]}"#],
            [#"{"source_pod":["a"]}"#], [#"{"verdict":["ERROR"]}"#]
        ),
        (["--not", "--pod", "foo"], [], bothPods),
        (
            ["--verdict", "DROPPED", "--not", "--to-port", "53", "--not", "--from-ip", "::1"],
            [#"{"verdict":["DROPPED"]}"#], [#"{"destination_port":["53"]}"#, #"{"source_ip":["::1"]}"#]
        ),
        (
            ["--label", "app=web", "--port", "53"],
            [
                #"{"source_label":["app=web"],"source_port":["53"]}"#,
                #"{"source_label":["app=web"],"destination_port":["53"]}"#,
                #"{"destination_label":["app=web"],"source_port":["53"]}"#,
                #"{"destination_label":["app=web"],"destination_port":["53"]}"#,
            ], []
        ),
    ]

    @Test("builds of each flag the raw filter of Hubble's that it stands for", arguments: flags.indices)
    func rawFilters(index: Int) throws {
        let (arguments, allow, deny) = Self.flags[index]
        let result = try observe(["--print-raw-filters"] + arguments)
        if allow.isEmpty && deny.isEmpty {
            #expect(result.status == 2 && result.errors.contains("Hubble's filters can say one of them only"))
            return
        }
        #expect(result.status == 0, "\(arguments): \(result.errors)")
        let lines = [("allowlist", allow), ("denylist", deny)].filter { !$0.1.isEmpty }.flatMap { name, filters in
            ["\(name):"] + filters.map { "- '\($0)'" }
        }
        #expect(result.output == lines.map { $0 + "\n" }.joined(), "\(arguments)")
    }

    @Test("takes the same filters for a file as for a server, and those of layer 7 besides")
    func filtersOfFiles() throws {
        func count(_ arguments: String...) throws -> Int {
            let result = try observe(["--input-file", "\(Self.folder)/flows.ndjson", "-o", "json"] + arguments)
            #expect(result.status == 0, "\(arguments): \(result.errors)")
            return result.output.split(separator: "\n").count { $0.hasPrefix("{\"flow\"") }
        }
        let all = try count()
        #expect(try count("--verdict", "dropped") + count("--not", "--verdict", "DROPPED") == all)
        #expect(try count("--http-status", "5+") == 1 && count("--http-path", "^/reset$") == 3)
        #expect(try count("--dns-query", "no\\.example") == 1 && count("-t", "l7") == 5)
        #expect(try count("--protocol", "http") == 3 && count("--trace-id", "00aa11") == 5)
        #expect(try count("--node-name", "west/n1") + count("--not", "--node-name", "west/n1") == all)
        #expect(try count("--node-label", "zone=a") == all && count("--node-label", "zone=b") == 0)
        #expect(try count("--uuid", "5e1f0000-0000-4000-8000-000000000003") == 1)
        #expect(try count("--where", "verdict == DROPPED and drop.reason in [POLICY_DENIED, 140]") == 4)
        #expect(try count("--where", "from.pod =~ '^lamp' and not to.port in 1..6000 and to.pod == power/fuse-0") > 0)
        #expect(try count("--cel-expression", "_flow.l7.http.code == 503u") == 1)
        #expect(try count("--allowlist", #"{"http_status_code":["503"]}"#, "--to-port", "53") == 2)
        #expect(try count("--first", "3") == 3 && count("--last", "3") == 3)
        #expect(try count("--since", "2026-05-09T00:00:00Z", "--until", "2026-05-09T23:00:00Z", "--last", "2") == 2)
    }

    @Test("passes over lines that are no flows, names the first of them, and fails if there is nothing else")
    func badLines() throws {
        let flow = try file("flows.ndjson").prefix { $0 != "\n" }
        let mixed = "\(flow)\nno flow\n{\"flow\":\n{\"flow\":{\"time\":\"soon\"}}\n[1]\n\(flow)"
        let result = try observe(["--input-file", "-", "-o", "json"], input: mixed)
        #expect(result.status == 0 && result.output == "\(flow)\n\(flow)\n")
        #expect(result.errors.contains("line 2 is no flow") && result.errors.contains("flow.time: not a time"))
        #expect(result.errors.contains("4 lines are no flow"))
        #expect(try observe(["--input-file", "-"], input: "a\nb\n").status == 1)
        #expect(try observe(["--input-file", "/nonexistent"]).errors.contains("/nonexistent"))
    }

    @Test("warns of filters that no flow can match, and asks nobody twice")
    func contradictions() throws {
        func errors(_ arguments: String...) throws -> String {
            try observe(["--input-file", "\(Self.folder)/flows.ndjson"] + arguments).errors
        }
        #expect(try errors("-t", "drop", "--verdict", "FORWARDED").contains("no flow can match: drops have"))
        #expect(try errors("--verdict", "FORWARDED", "--drop-reason-desc", "133").contains("asked of the verdict"))
        #expect(try errors("--port", "80", "--protocol", "icmp").contains("asked of the protocol"))
        #expect(try errors("-4", "--ip", "fd00::1").contains("another version of IP"))
        #expect(try errors("--verdict", "AUDIT", "--not", "--verdict", "AUDIT").contains("left out again"))
        #expect(try errors("--verdict", "DROPPED", "--port", "80").isEmpty)
    }

    @Test("says what there was at the end, when it is asked to")
    func summary() throws {
        let result = try observe(["--input-file", "\(Self.folder)/flows.ndjson", "--summary", "-t", "l7"])
        #expect(result.errors.hasPrefix("5 flows, 2026-05-09T07:08:09Z to 07:08:09Z"))
        #expect(result.errors.contains("12 lost at flow_ring, 7 lost at kernel_ring_buffer"))
    }

    @Test(
        "refuses what contradicts itself with the flags' names",
        arguments: [
            (["--first", "1", "--last", "1"], "first"), (["--first", "1", "--all"], "--all cannot be given"),
            (["--last", "1", "--all"], "--all cannot be given"), (["--first", "1", "-f"], "follow"),
            (["-f", "-o", "table"], "--output table cannot be used with --follow"), (["--not"], "no filter follows it"),
            (["-f", "--input-file", "x"], "--follow needs a server"), (["--last", "-1"], "--last"),
            (["--input-file", "x", "--data-dir", "y"], "cannot be given together"),
            (["--verdict", "droped"], "did you mean DROPPED?"), (["--protocol", "tpc"], "did you mean tcp?"),
            (["--output", "jsn"], "compact"), (["--field-mask", "time"], "--field-mask is for --output json"),
            (["-o", "json", "--field-mask", "tme"], "\"tme\" is no field"),
            (["-o", "json", "--field-mask", "time", "--input-file", "x"], "passed on as they are"),
            (["--http-status", "404"], "layer 7"),
            (["--allowlist", "{"], "not a FlowFilter"), (["--where", "verdict == X"], "at character 12"),
        ])
    func refused(arguments: [String], told: String) throws {
        let result = try observe(arguments)
        #expect(result.status == 2, "\(arguments)")
        #expect(result.errors.contains(told), "\(result.errors)")
    }

    @Test("ends quietly when its reader goes away")
    func brokenPipe() throws {
        let script =
            "'\(Apus.path)' observe --input-file '\(Self.folder)/flows.ndjson' | head -1; echo ${PIPESTATUS[0]}"
        let lines = try Tool.run(
            "bash", ["-c", "for i in 1 2 3; do cat '\(Self.folder)/flows.ndjson'; done > /dev/null; \(script)"])
        #expect(lines.output.split(separator: "\n").count == 2 && lines.output.hasSuffix("\n0\n"))
    }
}
