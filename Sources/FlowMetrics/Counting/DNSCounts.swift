internal import FlowCatalog
internal import FlowModel

/// `dns`: questions, answers and the records in them.
struct DNSCounts: FlowCounting {
    private(set) var texts: [LabelTexts]
    private let tellsQuery: Bool
    private let ignoresAAAA: Bool

    init(_ settings: MetricSettings, _ catalog: FlowCatalog) {
        tellsQuery = settings.options.contains(.query)
        ignoresAAAA = settings.options.contains(.ignoreAAAA)
        texts = [
            LabelTexts("qtypes", limit: 1 << 12 - 1), LabelTexts("query", limit: 1 << 20 - 1),
            LabelTexts("type", limit: 1 << 12 - 1),
        ]
    }

    private enum Place {
        static let code: UInt64 = 0
        static let types: UInt64 = 5
        static let count: UInt64 = 17
        static let query: UInt64 = 34
    }

    static func layouts(_ settings: MetricSettings) -> [TableLayout] {
        let codes = OwnLabel.listed("rcode", shift: Place.code, bits: 5, responseCodes + ["", "Policy denied"])
        let types = OwnLabel("qtypes", shift: Place.types, bits: 12, .texts(0), isUnbounded: true)
        let count = OwnLabel("ips_returned", shift: Place.count, bits: 17, .number, isUnbounded: true)
        let query = OwnLabel("query", shift: Place.query, bits: 20, .texts(1), isUnbounded: true)
        let recordType = OwnLabel("type", shift: Place.count, bits: 12, .texts(2), isUnbounded: true)
        let queries = settings.options.contains(.query) ? [query] : []
        return [
            TableLayout(
                MetricFamily("hubble_dns_queries_total", .counter, "DNS requests, and DNS flows that were dropped."),
                [codes, types, count] + queries),
            TableLayout(
                MetricFamily("hubble_dns_responses_total", .counter, "DNS responses."),
                [codes, types, count] + queries),
            TableLayout(
                MetricFamily("hubble_dns_response_types_total", .counter, "Records in DNS responses, by type."),
                [recordType, types] + queries),
        ]
    }

    /// RFC 1035, 4.1.1, RFC 2136 and RFC 6895; as Hubble writes them.
    private static let responseCodes =
        [
            "No Error", "Format Error", "Server Failure", "Non-Existent Domain", "Not Implemented", "Query Refused",
            "Name Exists when it should not", "RR Set Exists when it should not", "RR Set that should exist does not",
            "Server Not Authoritative for zone", "Name not contained in zone", "DSO-TYPE Not Implemented", "", "", "",
            "", "Bad OPT Version", "Key not recognized", "Signature out of time window", "Bad TKEY Mode",
            "Duplicate key name", "Algorithm not supported", "Bad Truncation", "Bad/missing Server Cookie",
        ]
    private static let noCode = UInt64(responseCodes.count)
    private static let policyDenied = noCode + 1

    mutating func count(_ record: LayerSevenFlow, _ sides: SideClasses, in tables: inout [SeriesTable]) {
        guard case .dns(let dns) = record.record, !(ignoresAAAA && dns.queryTypes == ["AAAA"]) else { return }
        var common = texts[0].number(dns.queryTypes.joined(separator: ",")) << Place.types
        if tellsQuery { common |= texts[1].number(dns.query) << Place.query }
        let isDenied = record.flow.verdict == .dropped
        let code =
            isDenied
            ? Self.policyDenied
            : record.isResponse ? min(UInt64(dns.responseCode), Self.noCode) : Self.noCode
        let count = UInt64(min(dns.addresses.count, 65_535)) << Place.count
        let key = SeriesKey(sides: sides, own: common | code << Place.code | count)
        guard record.isResponse && !isDenied else { return tables[0].count(key) }
        tables[1].count(key)
        for type in dns.recordTypes {
            tables[2].count(SeriesKey(sides: sides, own: common | texts[2].number(type) << Place.count))
        }
    }
}
