import Console
import FlowModel
import FlowWire
import Testing

@Suite("A table of drops")
struct DropsTableTests {
    private let day: UInt64 = 1_773_480_413_000_000_000

    private func side(_ namespace: String, _ pod: String, _ identity: UInt32) -> SideReport {
        SideReport(
            Endpoint(identity: Identity(rawValue: identity), namespace: namespace, podName: pod), identity: identity)
    }

    private func coverage(_ losses: [LostEvent] = [], damagedBlocks: Int = 0) -> CoverageReport {
        CoverageReport(
            asked: (day, nil), held: day...day + 5_500_000_000, losses: losses, damagedBlocks: damagedBlocks,
            damagedFlows: damagedBlocks * 10)
    }

    private func sums(_ flows: UInt64) -> SumsReport {
        SumsReport(flows: flows, bytes: flows * 60, packets: flows, firstTime: day, lastTime: day + 1_500_000_000)
    }

    @Test("says why, from where to where, by which rule and when, and what the answer was taken from")
    func whole() {
        let rule = RuleReference(
            kind: "CiliumNetworkPolicy", name: "no-db", namespace: "shop", direction: .egress, isDeny: true, index: 2,
            labels: [])
        func cause(
            _ reason: DropReason, _ kernelReason: String = "", _ direction: TrafficDirection = .unknown,
            _ rule: RuleReference? = nil
        ) -> DropsReport.Cause {
            .init(
                reason: reason, kernelReason: kernelReason, kernelFunction: kernelReason.isEmpty ? "" : "tcp_v4_rcv",
                direction: direction, rule: rule)
        }
        let cart = side("shop", "cart", 300)
        let world = side("", "", 2)
        let report = DropsReport(
            coverage: coverage(), truncated: nil,
            drops: [
                .init(
                    cause: cause(.policyDeny, "", .egress, rule), source: cart, destination: world, port: nil,
                    sums: sums(20)),
                .init(
                    cause: cause(.policyDenied, "", .ingress), source: world, destination: cart, port: nil,
                    sums: sums(3)),
                .init(cause: cause(.unknown, "NO_SOCKET"), source: world, destination: cart, port: nil, sums: sums(1)),
            ])
        let expected = """
            FLOWS   BYTES   REASON                    SOURCE      DESTINATION   RULE                FIRST SEEN             LAST SEEN
            20      1200    POLICY_DENY EGRESS        shop/cart   world         shop/no-db[2]       2026-03-14T09:26:53Z   2026-03-14T09:26:54Z
            3       180     POLICY_DENIED INGRESS     world       shop/cart     no rule allows it   2026-03-14T09:26:53Z   2026-03-14T09:26:54Z
            1       60      NO_SOCKET in tcp_v4_rcv   world       shop/cart     -                   2026-03-14T09:26:53Z   2026-03-14T09:26:54Z

            Asked: since 2026-03-14T09:26:53Z; held: 2026-03-14T09:26:53Z to 2026-03-14T09:26:58Z; lost: 0

            """
        #expect(DropsTable.text(report) == expected)
    }

    @Test("says what is lost, damaged, cut and unread")
    func truncated() {
        let losses = [LostEvent(place: .history, count: 4, firstNanoseconds: day, lastNanoseconds: day)]
        let truncated = TruncationReport(entries: 2, flows: 9, ungroupedFlows: 5, unreadUntil: day)
        let report = DropsReport(
            coverage: coverage(losses, damagedBlocks: 1), truncated: truncated, drops: [])
        let expected = """
            No drops.

            Asked: since 2026-03-14T09:26:53Z; held: 2026-03-14T09:26:53Z to 2026-03-14T09:26:58Z; lost: 4 (4 at history)
            Damaged: 1 blocks of 10 flows could not be read
            Not shown: 2 more entries of 9 flows (--limit)
            Not told apart: 5 flows, as there were too many groups
            Not all read: the time ran out; flows up to 2026-03-14T09:26:53Z are not all counted

            """
        #expect(DropsTable.text(report) == expected)
    }

    @Test("shows nothing that a terminal would obey")
    func controls() {
        let report = DropsReport(
            coverage: coverage(), truncated: nil,
            drops: [
                .init(
                    cause: .init(
                        reason: .unknown, kernelReason: "A\u{1b}[2J", kernelFunction: "", direction: .unknown, rule: nil
                    ),
                    source: side("s\u{1b}", "p", 300), destination: side("", "", 2), port: nil, sums: sums(1))
            ])
        #expect(!DropsTable.text(report).contains("\u{1b}"))
        #expect(DropsTable.text(report).contains("s^[/p"))
    }
}
