import FlowModel
import Foundation
import SQLiteRuntime
import Testing

@testable import HistorySQL

/// The questions of `schema/sql.md`, each computed once more by hand.
@Suite struct QuestionTests {
    private let store: Store
    private let now: UInt64

    private static let second: UInt64 = 1_000_000_000
    private static let scanner = IPAddress("10.9.9.9")!
    private static let (client, server) = (IPAddress("10.64.0.3")!, IPAddress("10.64.0.9")!)

    /// Two days and a half up to now; nothing within some seconds of a bound that a question has, so that the clock may
    /// go on while it is asked.
    init() throws {
        (store, now) = try (Store.shared("questions") { try Self.store(before: Self.clock) }, Self.clock)
    }

    private static let clock = UInt64(Date().timeIntervalSince1970) * second

    private static func store(before now: UInt64) throws -> Store {
        let losses = [
            LostEvent(place: .history, count: 5, firstNanoseconds: now - 900, lastNanoseconds: now - 800),
            LostEvent(place: .eventRing, count: 70, firstNanoseconds: now - 700, lastNanoseconds: now - 600),
            LostEvent(place: .history, count: 9, firstNanoseconds: now - 500, lastNanoseconds: now - 400),
        ]
        return try Store(
            flows: 6_000, from: now - 60 * 3_600 * second, seconds: 60 * 3_600 - 600, losses: losses
        ) { flows, _ in
            denyByRule(&flows)
            flows += scan(now) + connection(now)
            let bounds: [UInt64] = [3_600, 86_400]
            flows.removeAll { flow in
                bounds.contains { bound in
                    let moment = now - bound * second
                    return flow.timeNanoseconds > moment - 600 * second
                        && flow.timeNanoseconds < moment + 600 * second
                }
            }
        }
    }

    private static func denyByRule(_ flows: inout [Flow]) {
        var drops = 0
        for index in flows.indices where flows[index].kind == .drop {
            drops += 1
            if drops % 3 == 0 { (flows[index].rule, flows[index].dropReason) = (UInt32(1 + drops % 4), .policyDeny) }
        }
    }

    private static func packet(_ source: IPAddress, _ destination: IPAddress, _ ports: (UInt16, UInt16)) -> Flow {
        var flow = Flow()
        (flow.source, flow.destination) = (source, destination)
        (flow.sourcePort, flow.destinationPort) = ports
        (flow.kind, flow.verdict, flow.ipProtocol) = (.trace, .forwarded, .tcp)
        flow.attributes = [.ip, .layer4, .replyKnown]
        (flow.packets, flow.bytes) = (1, 60)
        return flow
    }

    private static func scan(_ now: UInt64) -> [Flow] {
        (0..<50).map { number in
            var flow = packet(scanner, IPAddress(v4: 0x0a40_0000 + UInt32(number % 3)), (50_000, UInt16(1 + number)))
            (flow.tcpFlags, flow.timeNanoseconds) = (.syn, now - 1_500 * second + UInt64(number))
            return flow
        }
    }

    private static func connection(_ now: UInt64) -> [Flow] {
        let flags: [TCPFlags] = [.syn, [.syn, .ack], .ack, [.psh, .ack], [.fin, .ack], [.fin, .ack]]
        return flags.enumerated().map { index, flags in
            let isReply = index % 2 == 1
            var flow =
                isReply ? packet(server, client, (8_443, 40_022)) : packet(client, server, (40_022, 8_443))
            (flow.tcpFlags, flow.timeNanoseconds) = (flags, now - 1_400 * second + UInt64(index) * 1_000)
            if isReply { flow.attributes.insert(.isReply) }
            return flow
        }
    }

    // MARK: By hand

    private func flows(lastHours hours: UInt64) -> [Flow] {
        store.flows.filter { $0.timeNanoseconds > now - hours * 3_600 * Self.second }
    }

    /// Rows of a table as texts, so that they can be sorted and compared.
    private func answer(_ heading: String) throws -> [[String]] {
        try store.rows(try Document.query(heading)).map { $0.map(\.literal) }
    }

    private func text(_ text: String?) -> String { SQLValue(text).literal }

    private func time(_ flow: Flow) -> String {
        var moment = MomentText()
        return text(moment.text(flow.timeNanoseconds))
    }

    // MARK: Questions

    @Test("Why was most dropped in the last day?")
    func reasons() throws {
        let drops = flows(lastHours: 24).filter { $0.verdict == .dropped }
        let groups = Dictionary(grouping: drops) {
            $0.kernelReason != 0 ? store.name($0.kernelReason) : $0.dropReason.name ?? ""
        }
        let expected = groups.map { ($0.key, $0.value.count, $0.value.reduce(0) { $0 + Int($1.packets) }) }
            .sorted { ($1.1, $0.0) < ($0.1, $1.0) }
        #expect(expected.count == 5)
        #expect(
            try answer("Why was most dropped in the last day?") == expected.map { ["'\($0.0)'", "\($0.1)", "\($0.2)"] })
    }

    @Test("Who was denied by which policy?")
    func denials() throws {
        var counts: [[String]: Int] = [:]
        for flow in flows(lastHours: 24) where flow.kind == .drop {
            let (source, destination) = (store.endpoint(flow.sourceEndpoint), store.endpoint(flow.destinationEndpoint))
            let rule = store.rule(flow.rule).map { "\($0.kind) \($0.namespace)/\($0.name)" }
            let key = [source.namespace, source.podName, destination.namespace, destination.podName].map { text($0) }
            counts[key + ["\(flow.destinationPort)", text(rule ?? "default deny")], default: 0] += 1
        }
        let answer = try answer("Who was denied by which policy?")
        #expect(counts.count > 20)
        #expect(Set(answer) == Set(counts.map { $0.key + ["\($0.value)"] }))
        #expect(answer.count == counts.count)
        #expect(answer.first?.last == counts.values.max().map { "\($0)" })
    }

    @Test("Who sends the most bytes?")
    func talkers() throws {
        var bytes: [[String]: UInt64] = [:]
        for flow in flows(lastHours: 1) {
            let sides = [flow.sourceEndpoint, flow.destinationEndpoint].map { store.endpoint($0) }
            bytes[sides.flatMap { [text($0.namespace), text($0.workloads.first?.name)] }, default: 0] += flow.bytes
        }
        let answer = try answer("Who sends the most bytes?")
        #expect(answer.map { $0[4] } == bytes.values.sorted(by: >).prefix(10).map { "\($0)" })
        for row in answer { #expect(bytes[Array(row.prefix(4))] == UInt64(row[4])) }
    }

    @Test("Who talks to whom since yesterday, and never did before?")
    func newPeers() throws {
        var pairs: [[String]: [Flow]] = [:]
        for flow in store.flows {
            let pods = [flow.sourceEndpoint, flow.destinationEndpoint].map { store.endpoint($0).podName }
            if !pods.contains("") { pairs[pods.map { text($0) }, default: []].append(flow) }
        }
        let bound = now - 86_400 * Self.second
        let new = pairs.compactMap { pods, flows -> [String]? in
            let first = flows.min { $0.timeNanoseconds < $1.timeNanoseconds }!
            return first.timeNanoseconds > bound ? pods + [time(first), "\(flows.count)"] : nil
        }
        #expect(new.count > 20 && new.count < pairs.count)
        #expect(
            try answer("Who talks to whom since yesterday, and never did before?") == new.sorted { $0[2] < $1[2] })
    }

    @Test("Who tries many ports?")
    func scans() throws {
        #expect(try answer("Who tries many ports?") == [["'10.9.9.9'", "NULL", "50", "3"]])
    }

    @Test("How many drops were there in each minute?")
    func dropsPerMinute() throws {
        var counts: [String: Int] = [:]
        for flow in flows(lastHours: 1) where flow.verdict == .dropped {
            counts[String(time(flow).prefix(17)) + "'", default: 0] += 1
        }
        let expected = counts.sorted { $0.key < $1.key }.map { [$0.key, "\($0.value)"] }
        #expect(!expected.isEmpty)
        #expect(try answer("How many drops were there in each minute?") == expected)
    }

    @Test("Which names of the outside world are talked to?")
    func names() throws {
        var sums: [String: (flows: Int, bytes: UInt64)] = [:]
        for flow in flows(lastHours: 24) {
            for name in store.endpoint(flow.destinationEndpoint).dnsNames {
                sums[name, default: (0, 0)].flows += 1
                sums[name, default: (0, 0)].bytes += flow.bytes
            }
        }
        let expected = sums.sorted { ($1.value.bytes, $0.key) < ($0.value.bytes, $1.key) }
        #expect(expected.count == 5)
        #expect(
            try answer("Which names of the outside world are talked to?")
                == expected.map { ["'\($0.key)'", "\($0.value.flows)", "\($0.value.bytes)"] })
    }

    @Test("Which addresses have no name?")
    func nameless() throws {
        let unknown = flows(lastHours: 24).filter {
            $0.unknownNames.destination != .none && store.endpoint($0.destinationEndpoint).dnsNames.isEmpty
        }
        let groups = Dictionary(grouping: unknown) { "\($0.destination)" }
        let expected = groups.sorted { ($1.value.count, $0.key) < ($0.value.count, $1.key) }
            .map { ["'\($0.key)'", "'ADDRESS_NOT_IN_DIRECTORY'", "\($0.value.count)"] }
        #expect(expected.count > 10)
        #expect(try answer("Which addresses have no name?") == expected)
    }

    @Test("What was lost?")
    func lost() throws {
        let answer = try answer("What was lost?")
        #expect(answer.map { Array($0.prefix(2)) } == [["'event_ring'", "70"], ["'history'", "14"]])
        #expect(answer[1][2] < answer[0][2] && answer[0][3] < answer[1][3])
    }

    @Test("What became of one connection?")
    func connection() throws {
        let answer = try answer("What became of one connection?")
        #expect(answer.map { $0[4] } == ["'SYN'", "'SYN,ACK'", "'ACK'", "'PSH,ACK'", "'FIN,ACK'", "'FIN,ACK'"])
        #expect(answer.map { $0[3] } == (0..<6).map { "'\($0 % 2 == 0 ? Self.client : Self.server)'" })
        #expect(answer.map { $0[0] } == answer.map { $0[0] }.sorted())
    }
}
