internal import FlowFilter
internal import FlowWire
internal import HubbleMessages
internal import SwiftProtobuf

extension FlowRequest {
    /// What Hubble's request asks for. An error names the field at fault as its path: `whitelist[1].source_pod[0]`.
    init(_ asked: Observer_GetFlowsRequest, _ context: FlowJSONContext) throws(FilterError) {
        self.init()
        if asked.first && asked.follow {
            throw FilterError(parameter: "first", problem: "cannot be specified with follow")
        }
        filter = try FilterSpec(asked, context.origin)
        follow = asked.follow
        if asked.hasSince { since = try Self.moment(asked.since, "since") }
        if asked.hasUntil { until = try Self.moment(asked.until, "until") }
        if let since, let until, since > until {
            throw FilterError(parameter: "since", problem: "later than until: no flow can match")
        }
        setNumber(asked)
    }

    /// With a beginning, the number counts from there; without, from the newest flow back. None, and the largest there
    /// is, stand for all.
    private mutating func setNumber(_ asked: Observer_GetFlowsRequest) {
        guard asked.number > 0, asked.number <= UInt64(Int.max), asked.number < UInt64(Self.all) else { return }
        let number = Int(asked.number)
        if asked.first || since != nil {
            if !follow { first = number }
        } else {
            last = number
        }
    }

    /// More than a store can have.
    private static let all = 1 << 48

    private static func moment(
        _ time: Google_Protobuf_Timestamp, _ field: String
    ) throws(FilterError) -> UInt64 {
        let (whole, isTooLate) = UInt64(clamping: time.seconds).multipliedReportingOverflow(by: 1_000_000_000)
        guard time.seconds >= 0, !isTooLate, (0..<1_000_000_000).contains(time.nanos),
            whole <= .max - UInt64(time.nanos)
        else {
            throw FilterError(
                parameter: field, value: "\(time.seconds)s \(time.nanos)ns", problem: "not a time",
                accepted: "a moment from 1970 to 2554")
        }
        return whole + UInt64(time.nanos)
    }
}

extension Observer_GetFlowsRequest {
    func flowFieldMask() throws(FilterError) -> FlowFieldMask {
        do throws(FlowWire.FieldMaskError) {
            return try FlowFieldMask(paths: fieldMask.paths)
        } catch {
            throw FilterError(
                parameter: "field_mask", value: error.path, problem: "\"\(error.unknown)\" is no field",
                accepted: error.accepted.joined(separator: ", "))
        }
    }
}
