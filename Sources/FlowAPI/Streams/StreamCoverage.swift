internal import FlowFilter
internal import FlowModel
internal import FlowWire
internal import HTTPTransport

/// What a stream was asked for and could be taken from. A value of the stream's.
struct StreamCoverage {
    private let since: UInt64?
    private let until: UInt64?
    /// Told in the stream.
    private var lost: [LossPlace: UInt64] = [:]
    private var damagedBlocks = 0
    /// Flows up to here are in the answer, if they were wanted.
    var cursor: String?

    init(_ request: FlowRequest) { (since, until) = (request.since, request.until) }

    mutating func add(_ losses: [LostEvent]) {
        for loss in losses {
            lost[loss.place, default: 0] += loss.count
            if loss.place == .historyDamage { damagedBlocks += 1 }
        }
    }

    mutating func addOvertaken(_ count: UInt64) { lost[.flowRing, default: 0] += count }

    func report(_ held: ClosedRange<UInt64>?) -> CoverageReport {
        var report = CoverageReport(
            asked: (since, until), held: held,
            losses: lost.map { LostEvent(place: $0.key, count: $0.value, firstNanoseconds: 0, lastNanoseconds: 0) },
            damagedBlocks: damagedBlocks, damagedFlows: Int(clamping: lost[.historyDamage] ?? 0))
        report.cursor = cursor
        return report
    }

    /// What is known before the first flow.
    func startFields(_ held: ClosedRange<UInt64>?) -> [HTTPFields.Field] {
        let report = report(held)
        return [
            ("apus-asked-since", report.asked_since), ("apus-asked-until", report.asked_until),
            ("apus-held-since", report.held_since),
        ].compactMap { name, value in value.map { HTTPFields.Field(name: name, value: $0) } }
    }

    /// What is known at the end.
    func endFields(_ held: ClosedRange<UInt64>?) -> [HTTPFields.Field] {
        let report = report(held)
        return [
            ("apus-held-since", report.held_since), ("apus-held-until", report.held_until),
            ("apus-lost-flows", report.lost_flows), ("apus-cursor", report.cursor),
        ].compactMap { name, value in value.map { HTTPFields.Field(name: name, value: $0) } }
    }
}

/// The last line or event of a stream that is to show it.
struct CoverageLine: Encodable {
    let coverage: CoverageReport
}
