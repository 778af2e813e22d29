internal import FlowFilter
internal import FlowModel
internal import HubbleMessages

/// The fields of `flow.FlowFilter` whose values are no texts.
extension FilterConditions {
    /// A number that is none of Hubble's would be kept in too few bits, and mean another.
    mutating func addNumbers(_ filter: Flow_FlowFilter, _ path: String) throws(FilterError) {
        verdicts = try Self.numbers(
            filter.verdict.map(\.rawValue), "\(path).verdict", 0..<Verdict.names.count
        ).map { Verdict(rawValue: UInt8($0)) }
        directions = try Self.numbers(
            filter.trafficDirection.map(\.rawValue), "\(path).traffic_direction", 0..<TrafficDirection.names.count
        ).map { TrafficDirection(rawValue: UInt8($0)) }
        dropReasons = try Self.numbers(
            filter.dropReasonDesc.map(\.rawValue), "\(path).drop_reason_desc", 0..<1 << 16
        ).map { DropReason(rawValue: UInt16($0)) }
        ipVersions = try Self.numbers(
            filter.ipVersion.map(\.rawValue), "\(path).ip_version", 0..<Self.ipVersionsByNumber.count
        ).map { Self.ipVersionsByNumber[$0] }
        try Self.checkCount(filter.sourceIdentity.count, "\(path).source_identity")
        identities.source = filter.sourceIdentity.map(Identity.init)
        try Self.checkCount(filter.destinationIdentity.count, "\(path).destination_identity")
        identities.destination = filter.destinationIdentity.map(Identity.init)
        try Self.checkCount(filter.reply.count, "\(path).reply")
        replies = filter.reply
    }

    private static let ipVersionsByNumber: [FlowFilter.IPVersion] = [.none, .v4, .v6]

    private static func numbers(
        _ numbers: [Int], _ path: String, _ accepted: Range<Int>
    ) throws(FilterError) -> [Int] {
        try checkCount(numbers.count, path)
        for (index, number) in numbers.enumerated() where !accepted.contains(number) {
            throw FilterError(
                parameter: "\(path)[\(index)]", value: "\(number)", problem: "not one of the values",
                accepted: "0 to \(accepted.upperBound - 1)")
        }
        return numbers
    }

    /// Fields whose values are messages.
    mutating func addGroups(
        _ filter: Flow_FlowFilter, _ path: String, _ isOfFile: Bool
    ) throws(FilterError) {
        for (index, interface) in filter.interface.enumerated() where interface.index != 0 {
            throw FilterError(
                parameter: "\(path).interface[\(index)]", problem: "chosen by number",
                accepted: "the name of an interface, and index 0")
        }
        try Self.checkCount(filter.tcpFlags.count, "\(path).tcp_flags")
        for (index, flags) in filter.tcpFlags.enumerated() {
            if flags.ns {
                throw FilterError(
                    parameter: "\(path).tcp_flags[\(index)]", problem: "NS is a flag that Apus does not capture")
            }
            tcpFlags.append(TCPFlags(flags))
        }
        try Self.checkCount(filter.eventType.count, "\(path).event_type")
        for (index, type) in filter.eventType.enumerated() {
            guard let conditions = TypeCondition.conditions(type, isOfFile) else {
                throw FilterError(
                    parameter: "\(path).event_type[\(index)]", value: "\(type.type)",
                    problem: "a type of event that Apus does not capture",
                    accepted: "0 (any), 1 (drop), 4 (trace), 5 (policy verdict)")
            }
            types += conditions
        }
        if types.isEmpty && !filter.eventType.isEmpty { types = FilterConditions.none.types }
    }
}

extension TCPFlags {
    /// The flags that must be set.
    fileprivate init(_ flags: Flow_TCPFlags) {
        self = []
        let named: [(Bool, TCPFlags)] = [
            (flags.fin, .fin), (flags.syn, .syn), (flags.rst, .rst), (flags.psh, .psh), (flags.ack, .ack),
            (flags.urg, .urg), (flags.ece, .ece), (flags.cwr, .cwr),
        ]
        for (isSet, flag) in named where isSet { insert(flag) }
    }
}

extension TypeCondition {
    /// Type 0 is any; a sub-type counts only if it is said to.
    ///
    /// - Returns: nil for a type of which there are no flows; none for a sub-type that the type never has.
    fileprivate static func conditions(_ filter: Flow_EventTypeFilter, _ isOfFile: Bool) -> [TypeCondition]? {
        let subType = filter.matchSubType ? filter.subType : nil
        if isOfFile, let kind = [FlowKind.capture, .socketTrace, .layer7].first(where: { $0.rawValue == filter.type }) {
            return [TypeCondition(kinds: [kind], subType: subType.flatMap { UInt16(exactly: $0) })]
        }
        switch filter.type {
        case 0: return drops(subType) + traces(subType) + policyVerdicts(subType)
        case 1: return drops(subType)
        case 4: return traces(subType)
        case 5: return policyVerdicts(subType)
        default: return nil
        }
    }

    /// Their sub-type is the reason.
    private static func drops(_ subType: Int32?) -> [TypeCondition] {
        let kinds: [FlowKind] = [.drop, .kernelDrop]
        guard let subType else { return [TypeCondition(kinds: kinds)] }
        return UInt16(exactly: subType).map { [TypeCondition(kinds: kinds, subType: $0)] } ?? []
    }

    /// Their sub-type is the datapath's number of the observation point, in which delivery to an endpoint is 0.
    private static func traces(_ subType: Int32?) -> [TypeCondition] {
        guard let subType else { return [TypeCondition(kinds: [.trace])] }
        guard let number = UInt8(exactly: subType) else { return [] }
        let point = number == 0 ? ObservationPoint.toEndpoint.rawValue : number
        return [TypeCondition(kinds: [.trace], subType: UInt16(point))]
    }

    /// They have no sub-type, which is shown as 0.
    private static func policyVerdicts(_ subType: Int32?) -> [TypeCondition] {
        subType ?? 0 == 0 ? [TypeCondition(kinds: [.policyVerdict])] : []
    }
}
