import FlowCatalog
import FlowFilter
import FlowHistory
import FlowModel
import FlowObserver
import FlowRing
import FlowWire
import Foundation
import HTTPTransport
import NIOCore
import Testing

@testable import FlowAPI

@Suite("Flows summed up")
struct SumsTests {
    private func report<Report: Decodable>(
        _ served: Served, _ path: String, _ query: [(String, String)] = [], as: Report.Type = Report.self
    ) throws -> Report {
        let text = try Document.text(served.api, path, query)
        return try JSONDecoder().decode(Report.self, from: Data(text.utf8))
    }

    private func problem(_ served: Served, _ path: String, _ query: [(String, String)]) -> String {
        guard case .full(400, _, let body) = served.ask(query, of: path) else { return "answered" }
        return String(buffer: body)
    }

    @Test("Drops of the same cause and sides are one entry, those with the most flows first, and what is cut is told")
    func drops() throws {
        let served = Served(ringCapacity: 64)
        let catalog = served.observer.catalog
        let cart = catalog.endpoints.intern(
            Endpoint(identity: Identity(rawValue: 300), namespace: "shop", podName: "cart"))
        let again = catalog.endpoints.intern(
            Endpoint(id: 7, identity: Identity(rawValue: 300), namespace: "shop", podName: "cart"))
        let rule = catalog.rules.intern(
            RuleReference(
                kind: "CiliumNetworkPolicy", name: "no-cart", namespace: "shop", direction: .egress, isDeny: true,
                index: 2, labels: []))
        let reason = catalog.names.intern("NO_SOCKET")
        let function = catalog.names.intern("tcp_v4_rcv")
        for endpoint in [cart, again, cart] {
            served.make {
                ($0.verdict, $0.dropReason, $0.rule, $0.direction) = (.dropped, .policyDeny, rule, .egress)
                ($0.sourceEndpoint, $0.sourceIdentity, $0.destinationIdentity) = (endpoint, 300, 2)
            }
        }
        for _ in 0..<2 {
            served.make { ($0.verdict, $0.kernelReason, $0.kernelFunction) = (.dropped, reason, function) }
        }
        served.make { $0.verdict = .forwarded }

        let report: DropsReport = try report(served, "/v1/drops")
        #expect(report.drops.map(\.sums.flows) == ["3", "2"])
        let first = try #require(report.drops.first)
        #expect(first.cause.rule?.name == "no-cart" && first.cause.rule?.index == 2)
        #expect(first.cause.traffic_direction == "EGRESS")
        #expect(first.source?.name == "shop/cart" && first.destination?.name == "world")
        #expect(first.sums.bytes == "6")
        #expect(first.sums.first_seen == "2023-11-14T22:13:20.000000001Z")
        #expect(first.sums.last_seen == "2023-11-14T22:13:20.000000003Z")
        #expect(report.drops[1].cause.kernel_drop_reason == "NO_SOCKET")
        #expect(report.drops[1].cause.kernel_function == "tcp_v4_rcv")
        #expect(report.truncated == nil)
        #expect(report.coverage.held_until == "2023-11-14T22:13:20.000000006Z")

        let cut: DropsReport = try self.report(served, "/v1/drops", [("limit", "1")])
        #expect(cut.drops.count == 1)
        #expect(cut.truncated?.entries == 1 && cut.truncated?.flows == "2")
        let filtered: DropsReport = try self.report(served, "/v1/drops", [("from-pod", "shop/cart")])
        #expect(filtered.drops.map(\.sums.flows) == ["3"])
    }

    @Test("A series counts each interval's flows by what it is asked to tell apart")
    func series() throws {
        let served = Served(ringCapacity: 64)
        for (second, verdict) in [(0, Verdict.dropped), (1, .forwarded), (59, .dropped), (60, .dropped)] {
            served.make {
                $0.verdict = verdict
                $0.timeNanoseconds = 1_700_000_040_000_000_000 + UInt64(second) * 1_000_000_000
            }
        }
        let report: SeriesReport = try report(served, "/v1/series", [("by", "verdict"), ("step", "1m")])
        #expect(report.step_ns == "60000000000")
        #expect(report.series.map(\.by) == [["verdict": "DROPPED"], ["verdict": "FORWARDED"]])
        let dropped = report.series[0].points
        #expect(dropped.map(\.time) == ["2023-11-14T22:14:00Z", "2023-11-14T22:15:00Z"])
        #expect(dropped.map(\.flows) == ["2", "1"])
        #expect(dropped.map(\.bytes) == ["4", "4"])
        let all: SeriesReport = try self.report(served, "/v1/series", [("since", "2023-11-14T22:14:01Z")])
        #expect(all.series.map(\.flows) == ["3"])
        #expect(all.coverage.asked_since == "2023-11-14T22:14:01Z")
    }

    @Test("An edge leads from client to server, and a reply, from another port each time, counts with what it answers")
    func graph() throws {
        let served = Served(ringCapacity: 64)
        func pod(_ name: String, _ workload: String) -> UInt32 {
            served.observer.catalog.endpoints.intern(
                Endpoint(
                    identity: Identity(rawValue: 300), namespace: "shop", podName: name,
                    workloads: [Workload(name: workload, kind: "Deployment")]))
        }
        let clients = [pod("web-1", "web"), pod("web-2", "web")]
        let server = pod("db-1", "db")
        for (index, client) in clients.enumerated() {
            served.make {
                ($0.sourceEndpoint, $0.destinationEndpoint, $0.verdict) = (client, server, .forwarded)
                ($0.sourcePort, $0.destinationPort) = (UInt16(40_000 + index), 5_432)
            }
            served.make {
                ($0.sourceEndpoint, $0.destinationEndpoint, $0.verdict) = (server, client, .forwarded)
                ($0.sourcePort, $0.destinationPort) = (5_432, UInt16(40_000 + index))
                $0.attributes = [.ip, .layer4, .replyKnown, .isReply]
            }
        }
        let report: GraphReport = try report(served, "/v1/graph")
        #expect(report.edges.count == 1)
        let edge = try #require(report.edges.first)
        #expect((edge.source.name, edge.destination.name) == ("shop/web", "shop/db"))
        #expect((edge.protocol, edge.destination_port, edge.verdict) == ("TCP", 5_432, "FORWARDED"))
        #expect((edge.sums.flows, edge.sums.bytes) == ("4", "10"))
    }

    @Test("A parameter that is not accepted is named, with those that are")
    func unknownParameters() {
        let served = Served(ringCapacity: 64)
        for path in ["/v1/drops", "/v1/series", "/v1/graph"] {
            for name in ["follow", "last", "verdit", "fields"] {
                let text = problem(served, path, [(name, "true")])
                #expect(text.contains("\"parameter\":\"\(name)\""), "\(path) \(text)")
                #expect(text.contains("to-port, ") && text.contains("until, ") || path == "/v1/series")
            }
        }
        #expect(problem(served, "/v1/drops", [("verdict", "DROPPED")]).contains("unknown parameter"))
        #expect(problem(served, "/v1/drops", [("step", "1m")]).contains("unknown parameter"))
        #expect(problem(served, "/v1/drops", [("limit", "0")]).contains("1 to 100000"))
        #expect(problem(served, "/v1/series", [("step", "0s")]).contains("1h30m"))
        #expect(problem(served, "/v1/series", [("by", "verdict,colour")]).contains("to-workload"))
        #expect(problem(served, "/v1/graph", [("limit", "1"), ("limit", "2")]).contains("given twice"))
    }

    @Test("Flows beyond the bound on groups are counted and told")
    func groupBound() throws {
        let served = Served(ringCapacity: 64)
        for _ in 0..<2 { served.make(30) }
        let question = try SeriesQuestion(queryItems: [(name: "by", value: "to-port")], now: 0, mostGroups: 10)
        let report = try question.answer(from: served.observer, ReadingBudget())
        #expect(report.series.count == 10)
        #expect(report.truncated?.ungrouped_flows == "50")
    }
}
