import FlowFilter
import Testing

struct RequestTests {
    private static let writtenMoments: [(String, UInt64)] = [
        ("2026-03-14T09:26:53Z", noon), ("2026-03-14T09:26:53.5Z", noon + 500_000_000),
        ("2026-03-14T09:26:53.000000001Z", noon + 1), ("2026-03-14T11:26:53+02:00", noon),
        ("2026-03-14t04:56:53-04:30", noon), ("2024-02-29T00:00:00Z", 1_709_164_800_000_000_000),
        ("1970-01-01T00:00:00Z", 0), ("30s", noon - 30_000_000_000), ("2h", noon - 7_200_000_000_000),
        ("1h30m", noon - 5_400_000_000_000), ("500ms", noon - 500_000_000), ("7d", noon - 604_800_000_000_000),
        ("now", noon), ("100000d", 0),
    ]

    @Test("Moments are RFC 3339, durations back from now, or now", arguments: writtenMoments)
    func moments(text: String, expected: UInt64) throws {
        #expect(try request("since=\(text)").since == expected)
    }

    @Test(
        "What is no moment is refused",
        arguments: [
            "", "yesterday", "2026-03-14", "2026-03-14 09:26:53Z", "2026-02-30T00:00:00Z", "2023-02-29T00:00:00Z",
            "2026-13-01T00:00:00Z", "2026-03-14T24:00:00Z", "2026-03-14T09:26:53", "2026-03-14T09:26:53.Z",
            "2026-03-14T09:26:53.0000000001Z", "1969-12-31T23:59:59Z", "5", "h", "5x", "-5s", "99999999999999999999s",
            "2026-03-14T09:26:53Zx",
        ])
    func refusedMoments(text: String) {
        let error = #expect(throws: FilterError.self) { try request("since=\(text)") }
        #expect(error?.parameter == "since" && error?.value == text && error?.accepted?.contains("RFC 3339") == true)
    }

    @Test("Range, number and follow are read; nothing is a default")
    func range() throws {
        let full = try request("since=1h&until=now&last=20&follow")
        #expect(full.since == noon - 3_600_000_000_000 && full.until == noon)
        #expect(full.last == 20 && full.first == nil && full.follow)
        #expect(try request("") == FlowRequest())
        #expect(try request("first=0&follow=false").first == 0)
    }

    private static let contradicting: [(String, String)] = [
        ("first=1&last=1", "first: cannot be given together with last"),
        ("follow=true&first=3", "first: cannot be given together with follow"),
        ("since=1m&until=1h", "since: later than until"),
        ("last=1&last=2", "parameter 2, last \"2\": given twice"),
        ("pod=/a&not", "parameter 2, not: no filter follows it"),
        ("not&since=1h", "parameter 1, not: stands before since, which is not a filter"),
    ]

    @Test("What cannot be answered together is refused, with the reason", arguments: contradicting)
    func contradictions(query: String, beginning: String) {
        let error = #expect(throws: FilterError.self) { try request(query) }
        #expect(error?.description.hasPrefix(beginning) == true, "\(error?.description ?? "")")
    }
}
