import FlowWire
import Foundation
import Lab
import Testing

/// Flows summed up by a server and out of its store.
@Suite(.enabled(if: Apus.obstacle == nil, Comment(rawValue: Apus.obstacle ?? "")), .serialized)
struct DropsTests {
    private func drops(_ arguments: [String]) throws -> String {
        let child = try Child(Apus.path, ["drops"] + arguments)
        #expect(child.waitForEnd() == 0, "\(child.errors)")
        return child.output
    }

    private func report<Report: Decodable>(_ text: String, as: Report.Type = Report.self) throws -> Report {
        try JSONDecoder().decode(Report.self, from: Data(text.utf8))
    }

    @Test(
        "The server and its store tell the same drops, which are those of the flows; series and graph count all flows")
    func drops() async throws {
        let served = try ServedLab()
        let (outsider, frontend) = (served.pod("outsider"), served.pod("frontend"))
        try served.lab.listen(on: frontend, port: 9_090)
        for address in [frontend.ipv4, frontend.ipv6] {
            #expect(await served.lab.connect(from: outsider, to: address, port: 9_090) == .timedOut)
        }
        _ = await served.lab.connect(from: served.pod("backend"), to: frontend.ipv4, port: 9_090)
        try await Task.sleep(for: .milliseconds(1_500))
        let socket = ["--server", "unix:" + served.socket]
        let live: DropsReport = try report(drops(["--output", "json"] + socket))
        let table = try drops(["--from-pod", "/outsider"] + socket)
        let query = "http://apus/v1/series?by=verdict"
        let series: SeriesReport = try report(
            Tool.run("curl", ["-sS", "--max-time", "10", "--unix-socket", served.socket, query]).output)
        let graph: GraphReport = try report(
            Tool.run("curl", ["-sS", "--max-time", "10", "--unix-socket", served.socket, "http://apus/v1/graph"])
                .output)
        let flows = try served.stop()
        let stored: DropsReport = try report(drops(["--data-dir", served.store, "--output", "json"]))

        let dropped = flows.filter { $0.verdict == "DROPPED" }
        #expect(!dropped.isEmpty)
        for entry in stored.drops {
            let alike = dropped.filter { flow in
                flow.drop_reason_desc == entry.cause.drop_reason && flow.source?.pod_name == entry.source?.pod
                    && flow.destination?.pod_name == entry.destination?.pod
                    && flow.apus?.kernel_drop_reason == entry.cause.kernel_drop_reason
                    && flow.apus?.kernel_function == entry.cause.kernel_function
            }
            #expect(entry.sums.flows == String(alike.count), "\(entry)")
        }
        #expect(stored.drops.compactMap { Int($0.sums.flows) }.reduce(0, +) == dropped.count)
        // Intervals end with what is asked for, which is a moment later.
        func withoutIntervals(_ report: DropsReport) -> [DropsReport.Entry] {
            report.drops.map { entry in
                var entry = entry
                entry.counts = nil
                return entry
            }
        }
        #expect(withoutIntervals(live) == withoutIntervals(stored))
        #expect(stored.drops.allSatisfy { String($0.counts?.reduce(0, +) ?? 0) == $0.sums.flows })
        #expect(live.truncated == nil && live.coverage.lost_flows == "0")
        #expect(live.coverage.held_since == flows.first?.time)
        #expect(table.contains("POLICY_DENIED INGRESS") && table.contains("default/outsider"), "\(table)")
        #expect(series.series.compactMap { Int($0.flows) }.reduce(0, +) == flows.count)
        #expect(graph.edges.contains { $0.destination_port == 9_090 && $0.verdict == "DROPPED" })
        #expect(graph.edges.compactMap { Int($0.sums.flows) }.reduce(0, +) == flows.count)
    }

    @Test("A filter that does not exist is refused with the nearest one that does, and exit code 2")
    func unknownFilter() throws {
        let child = try Child(Apus.path, ["drops", "--form-pod", "shop/"])
        #expect(child.waitForEnd() == 2)
        #expect(child.errors.contains("Did you mean '--from-pod'?"), "\(child.errors)")
    }
}
