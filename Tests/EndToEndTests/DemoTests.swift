import Foundation
import Testing

/// The demo, as a user runs it, and the API while it runs.
@Suite(.enabled(if: Apus.obstacle == nil, Comment(rawValue: Apus.obstacle ?? "")), .serialized)
struct DemoTests {
    private func start(_ directory: String, duration: String, _ arguments: [String] = []) throws -> (Child, api: String)
    {
        let demo = try Child(
            Apus.path,
            ["demo", "--duration", duration, "--output", "jsonpb", "--data-dir", directory, "--listen", "127.0.0.1:0"]
                + arguments)
        let errors = try #require(demo.waitForErrors(containing: "API on http://"), "the demo starts: \(demo.errors)")
        let line = errors.split(separator: "\n").first { $0.contains("API on http://") }!
        return (demo, String(line[line.range(of: "http://")!.lowerBound...]))
    }

    private func curl(_ arguments: String...) throws -> String {
        let result = try Tool.run("curl", ["-sS", "--max-time", "10"] + arguments)
        #expect(result.status == 0, "curl \(arguments)")
        return result.output
    }

    @Test(
        "It prints only NDJSON, which holds what the policies and closed ports make of the traffic, and loses nothing")
    func flows() throws {
        let directory = try TemporaryDirectory()
        let (demo, api) = try start(directory.path, duration: "10s")

        // While it runs: the API.
        Thread.sleep(forTimeInterval: 3)
        try followersDoNotSlowEachOther(api)
        try bothProtocolsAnswer(api)
        try policiesAreExplained(api)
        let metrics = try curl(api + "/metrics")
        #expect(metrics.contains("hubble_drop_total{") && metrics.contains("reason=\"POLICY_DENIED\""))
        #expect(try curl(api + "/healthz") == "ok\n")
        #expect(try curl(api + "/v1/status").contains("\"max_flows\":\"131072\""))

        #expect(demo.waitForEnd() == 0)
        let flows = try FlowLine.parse(demo.output).compactMap(\.flow)
        #expect(flows.count == demo.output.split(separator: "\n").count)
        try checkAccount(demo.errors, flows: flows.count)
        checkVerdicts(flows)
        checkNames(flows)
        checkPolicies(flows)
        try policiesArePrinted(directory.path, drops: flows.count { $0.isDrop })

        let stored = try Child(
            Apus.path, ["observe", "--data-dir", directory.path, "--since", "1h", "--output", "json"])
        #expect(stored.waitForEnd() == 0, "\(stored.errors)")
        #expect(stored.output == demo.output, "the store holds the very flows that were printed")
    }

    private func bothProtocolsAnswer(_ api: String) throws {
        let query = api + "/v1/flows?verdict=DROPPED&last=5"
        for version in ["--http2-prior-knowledge", "--http1.1"] {
            let flows = try FlowLine.parse(try curl(version, query)).compactMap(\.flow)
            #expect(flows.count == 5)
            #expect(flows.allSatisfy { $0.verdict == "DROPPED" })
            #expect(flows.map(\.sequence) == flows.map(\.sequence).sorted())
        }
        let problem = try curl(api + "/v1/flows?verdict=SUNK")
        #expect(problem.contains("\"status\":400") && problem.contains("FORWARDED"))
    }

    /// Of each policy drop: the policies that are about the endpoint, and what the nearest rule wants.
    private func checkPolicies(_ flows: [FlowLine.Flow]) {
        for drop in flows.filter(\.isDrop) {
            let isOfFrontend =
                drop.traffic_direction == "INGRESS" && drop.destination?.pod_name?.hasPrefix("frontend-") == true
            let policy = isOfFrontend ? "frontend-backend-communication" : "zero-trust"
            #expect(drop.apus?.default_deny == true && drop.apus?.selected_by?.map(\.name) == [policy])
            #expect(drop.apus?.nearest_rule?.name == policy)
            let isBackend = drop.source?.pod_name?.hasPrefix("backend-") == true
            let wantedPeer = isOfFrontend ? (isBackend ? nil : "app=backend") : "name=secret-pods"
            let told = drop.apus?.nearest_rule?.wanted_peer
            // Of what is no pod it also wants a namespace and a cluster.
            #expect(wantedPeer.map { told?.hasPrefix($0) == true } ?? (told == nil), "\(told ?? "")")
            let wantsPort = isOfFrontend && drop.destinationPort != 9_090
            #expect(drop.apus?.nearest_rule?.wanted_ports == (wantsPort ? "TCP 9090" : nil))
        }
        let allowed = flows.filter { $0.isPolicyVerdict && $0.destinationPort == 9_090 }
        #expect(allowed.contains { $0.ingress_allowed_by?.map(\.name) == ["frontend-backend-communication"] })
    }

    private func policiesArePrinted(_ directory: String, drops: Int) throws {
        let printed = try Child(
            Apus.path,
            ["observe", "--data-dir", directory, "--since", "1h", "--verdict", "DROPPED", "--print-policy-names"])
        #expect(printed.waitForEnd() == 0)
        let lines = printed.output.split(separator: "\n").filter { $0.contains("Policy denied") }
        #expect(lines.count == drops)
        #expect(
            lines.allSatisfy {
                $0.contains(" BY no rule of zero-trust (CiliumNetworkPolicy); nearest: zero-trust ")
                    || $0.contains(" BY no rule of frontend-backend-communication (CiliumNetworkPolicy); nearest: ")
            })
        #expect(lines.contains { $0.contains("ingress[0] wants TCP 9090 (") })
        #expect(lines.contains { $0.contains("egress[0] wants peer name=secret-pods (") })
    }

    /// The policies in force, how often their rules decided, and what they do with a connection.
    private func policiesAreExplained(_ api: String) throws {
        let server = ["--server", String(api.dropFirst("http://".count))]
        let list = try Child(Apus.path, ["policy", "list"] + server)
        #expect(list.waitForEnd() == 0, "\(list.errors)")
        let rows = list.output.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
        let names = rows.filter { $0.count > 5 && $0[1] == "CiliumNetworkPolicy" }
        #expect(names.map(\.[0]) == ["default/frontend-backend-communication", "default/zero-trust"])
        #expect(names.map(\.[3]) == ["2", "1"] && names.allSatisfy { Int($0.last!)! > 0 }, "\(list.output)")
        let rules = rows.filter { $0.first?.contains("gress[") == true }
        #expect(rules.map(\.[0]) == ["ingress[0]", "ingress[0]", "egress[0]"] && Int(rules[0][1])! > 0)

        let document = try curl(api + "/v1/endpoints")
        let pod = try #require(document.split(separator: "\"").first { $0.hasPrefix("frontend-") })
        func explain(_ arguments: String...) throws -> Child {
            let child = try Child(Apus.path, ["policy", "explain"] + server + arguments)
            _ = child.waitForEnd()
            return child
        }
        let missed = try explain("--from", "default/outsider", "--to", "default/\(pod)", "--port", "9090")
        #expect(
            missed.output.contains("nearest: CiliumNetworkPolicy default/frontend-backend-communication, ingress[0]"))
        #expect(missed.output.contains("wants of the other end: app=backend\nverdict: DROPPED"), "\(missed.errors)")
        let allowed = try explain("--from", "app=backend", "--to", "default/\(pod)", "--port", "9090/TCP")
        #expect(allowed.output.contains("allowed\n  by CiliumNetworkPolicy default/frontend-backend-communication"))
        let problem = try curl(api + "/v1/policies/explain?from=default/outsidr&to=world&port=1")
        #expect(problem.contains("\"status\":400") && problem.contains("did you mean"), "\(problem)")
        #expect(try curl(api + "/v1/policies/explain?from=host&to=world").contains("port: is required"))
    }

    /// Two that read and one that never does.
    private func followersDoNotSlowEachOther(_ api: String) throws {
        let deaf = try Child(
            try #require(Tool.path("curl")),
            ["-sS", "--limit-rate", "1", "--max-time", "20", api + "/v1/flows?follow=true&since=1h"])
        let readers = try ["--http1.1", "--http2-prior-knowledge"].map {
            try Child(
                try #require(Tool.path("curl")),
                ["-sSN", $0, "--max-time", "20", api + "/v1/flows?follow=true"])
        }
        Thread.sleep(forTimeInterval: 2)
        let sizes = readers.map(\.outputBytes)
        #expect(sizes.allSatisfy { $0 > 50_000 }, "both have some hundred flows")
        #expect(Double(sizes.min()!) > Double(sizes.max()!) * 0.7, "and about the same: \(sizes)")
        for child in readers + [deaf] { child.kill(SIGTERM) }
    }

    private func checkAccount(_ errors: String, flows: Int) throws {
        let last = try #require(errors.split(separator: "\n").last)
        let numbers = last.split { !$0.isNumber }.compactMap { Int($0) }
        #expect(last.hasPrefix("captured "))
        try #require(numbers.count == 3)
        #expect(numbers[0] == numbers[1] + numbers[2])
        #expect(numbers[2] == 0)
        #expect(numbers[1] == flows)
    }

    private func checkVerdicts(_ flows: [FlowLine.Flow]) {
        func isFrontend(_ endpoint: FlowLine.Endpoint?) -> Bool { endpoint?.pod_name?.hasPrefix("frontend-") == true }
        func isBackend(_ endpoint: FlowLine.Endpoint?) -> Bool { endpoint?.pod_name?.hasPrefix("backend-") == true }

        let allowed = flows.filter { isBackend($0.source) && isFrontend($0.destination) && $0.destinationPort == 9_090 }
        #expect(
            allowed.contains { $0.verdict == "FORWARDED" && $0.is_reply == false && $0.traffic_direction == "INGRESS" })
        #expect(!allowed.contains { $0.isDrop })
        let replies = flows.filter {
            isFrontend($0.source) && isBackend($0.destination) && $0.l4?.TCP?.source_port == 9_090
        }
        #expect(
            replies.contains { $0.is_reply == true && $0.traffic_direction == "EGRESS" && $0.verdict == "FORWARDED" })

        let drops = flows.filter { $0.isDrop }
        #expect(drops.allSatisfy { $0.drop_reason_desc == "POLICY_DENIED" && $0.is_reply == nil })
        let intoFrontend = drops.filter { isFrontend($0.destination) && $0.traffic_direction == "INGRESS" }
        #expect(intoFrontend.contains { isBackend($0.source) && $0.destinationPort == 8_080 })
        #expect(intoFrontend.contains { $0.source?.pod_name == "outsider" })
        #expect(drops.contains { $0.source?.pod_name == "secret-pods" && $0.traffic_direction == "EGRESS" })
        #expect(drops.contains { $0.destination?.pod_name == "secret-pods" && $0.traffic_direction == "INGRESS" })
        for family in [":", "."] { #expect(drops.contains { $0.IP?.source.contains(family) == true }) }

        for (ipProtocol, function) in [("TCP", "tcp_v4_rcv"), ("TCP", "tcp_v6_rcv"), ("UDP", "udp")] {
            let drop = flows.first { flow in
                flow.apus?.kernel_drop_reason == "NO_SOCKET" && flow.apus?.kernel_function?.contains(function) == true
            }
            #expect(drop?.l4?.TCP != nil || drop?.l4?.UDP != nil, "a closed \(ipProtocol) port, found by \(function)")
        }
    }

    /// Each address of a pod has its pod's name, namespace, labels and identity.
    private func checkNames(_ flows: [FlowLine.Flow]) {
        for flow in flows {
            for (address, endpoint) in [(flow.IP?.source, flow.source), (flow.IP?.destination, flow.destination)] {
                guard let address, address.hasPrefix("10.0.0.1") || address.hasPrefix("fd00:a905::"),
                    address != "10.0.0.1", address != "fd00:a905::1"
                else { continue }
                #expect(endpoint?.namespace == "default" && endpoint?.pod_name?.isEmpty == false, "\(address)")
                #expect(endpoint?.labels?.contains("k8s:io.kubernetes.pod.namespace=default") == true)
                #expect((endpoint?.identity ?? 0) >= 256)
            }
        }
    }

    @Test("Killed in mid-traffic: all flows older than the last second are in the store, which is whole and goes on")
    func sigkill() throws {
        let directory = try TemporaryDirectory()
        let (demo, _) = try start(directory.path, duration: "60s")
        Thread.sleep(forTimeInterval: 4)
        demo.kill(SIGKILL)
        #expect(demo.waitForEnd() == -SIGKILL)
        // The last line may be cut.
        let printed = demo.output[..<(demo.output.lastIndex(of: "\n") ?? demo.output.startIndex)]
        let lines = printed.split(separator: "\n").map(String.init)
        let newest = try #require(try FlowLine.parse(lines.last!).first?.flow?.time)
        let cut = String(newest.prefix(19))
        let old = lines.prefix { line in
            guard let time = try? FlowLine.parse(line).first?.flow?.time else { return false }
            return seconds(time) < seconds(cut) - 1
        }
        try #require(old.count > 100)

        let check = try Tool.run("sqlite3", [directory.path + "/history.sqlite", "PRAGMA integrity_check"])
        #expect(check.output == "ok\n")
        #expect(try stored(directory.path).starts(with: old))

        let (again, _) = try start(directory.path, duration: "2s")
        #expect(again.waitForEnd() == 0, "\(again.errors)")
        let (losses, continued) = (try stored(directory.path)).reduce(into: ([String](), [String]())) { parts, line in
            if line.hasPrefix("{\"lost_events\"") { parts.0.append(line) } else { parts.1.append(line) }
        }
        #expect(losses.count == 1, "what the killed one had not stored")
        #expect(continued.starts(with: old))
        #expect(continued.suffix(10) == again.output.split(separator: "\n").suffix(10).map(String.init)[...])
        let sequences = try FlowLine.parse(continued.joined(separator: "\n")).compactMap { $0.flow?.sequence }
        #expect(zip(sequences, sequences.dropFirst()).allSatisfy { $0 < $1 })

        let identities = try [old.joined(separator: "\n"), again.output].map(Self.identities)
        #expect(identities[0].count == 6)
        #expect(identities[0] == identities[1], "a pod keeps its identity over restarts")
    }

    private static func identities(_ text: String) throws -> [String: Set<Int>] {
        var found: [String: Set<Int>] = [:]
        for flow in try FlowLine.parse(text).compactMap(\.flow) {
            for endpoint in [flow.source, flow.destination] {
                guard let pod = endpoint?.pod_name, let identity = endpoint?.identity else { continue }
                found[pod, default: []].insert(identity)
            }
        }
        return found
    }

    private func seconds(_ time: String) -> Int {
        let parts = time.prefix(19).suffix(8).split(separator: ":").compactMap { Int($0) }
        return parts[0] * 3_600 + parts[1] * 60 + parts[2]
    }

    private func stored(_ directory: String) throws -> [String] {
        let observe = try Child(Apus.path, ["observe", "--data-dir", directory, "--since", "1h", "-o", "json"])
        #expect(observe.waitForEnd() == 0, "\(observe.errors)")
        return observe.output.split(separator: "\n").map(String.init)
    }

    @Test("Ctrl-C ends it in order, also when two run side by side; namespaces, programs and files are gone")
    func interrupted() throws {
        let before = try Leftovers()
        let demos = try (0..<2).map { _ in
            try Child(Apus.path, ["demo", "--listen", "127.0.0.1:0", "--output", "compact"])
        }
        for demo in demos { #expect(demo.waitForErrors(containing: "API on") != nil, "\(demo.errors)") }
        Thread.sleep(forTimeInterval: 2)
        for demo in demos { demo.kill(SIGINT) }
        for demo in demos {
            #expect(demo.waitForEnd() == 0, "\(demo.errors)")
            #expect(demo.output.contains("policy-verdict:L3-L4 INGRESS ALLOWED"))
        }
        for demo in demos { #expect(!FileManager.default.fileExists(atPath: "/proc/\(demo.identifier)")) }
        // The kernel takes namespaces and programs away a moment after the last descriptor.
        for _ in 0..<50 where try Leftovers() != before { Thread.sleep(forTimeInterval: 0.1) }
        #expect(try Leftovers() == before)
    }

    /// What a demo makes on a machine.
    private struct Leftovers: Equatable {
        var files: [String]
        var programs: Int
        var maps: Int
        var namespaces: Int

        init() throws {
            files = try FileManager.default.contentsOfDirectory(atPath: FileManager.default.temporaryDirectory.path())
                .filter { $0.hasPrefix("apus-demo-") }.sorted()
            func lines(_ tool: String, _ arguments: String...) throws -> [Substring] {
                try Tool.run(tool, arguments).output.split(separator: "\n")
            }
            programs = try lines("bpftool", "prog", "list").count { line in
                ["apus_from_pod", "apus_to_pod", "kfree_skb"].contains { line.contains(" name \($0) ") }
            }
            maps = try lines("bpftool", "map", "list").count { $0.contains(" name conntrack ") }
            namespaces = try lines("lsns", "--type", "net", "--noheadings").count + lines("ip", "netns", "list").count
        }
    }
}
