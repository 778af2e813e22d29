package import FlowFilter
internal import FlowModel
internal import Foundation
internal import HubbleMessages
internal import SwiftProtobuf

/// `flow.FlowFilter` as text in JSON, as `allowlist`, `denylist` and `--print-raw-filters` have it.
package enum RawFilter {
    /// - Parameter parameter: what an error is told of.
    package static func conditions(
        _ text: String, _ parameter: String, _ origin: FlowOrigin
    ) throws(FilterError) -> [FilterConditions] {
        guard text.utf8.count <= FilterLimits.valueBytes else {
            throw FilterError(
                parameter: parameter, problem: "\(text.utf8.count) bytes", accepted: "up to \(FilterLimits.valueBytes)")
        }
        let filter: Flow_FlowFilter
        do {
            filter = try Flow_FlowFilter(jsonString: text)
        } catch JSONDecodingError.unknownField(let name) {
            throw FilterError(
                parameter: parameter, value: text, problem: "\"\(name)\" is no field",
                accepted: "the fields of Hubble's FlowFilter")
        } catch {
            throw FilterError(
                parameter: parameter, value: text, problem: "not a FlowFilter in JSON",
                accepted: #"such as {"source_pod":["shop/"],"verdict":["DROPPED"]}"#)
        }
        return try FilterConditions.alternatives(filter, parameter, origin)
    }

    /// The filters that parameters build: flows that meet any of `allow` and none of `deny` are asked for.
    ///
    /// What is asked of either side is written as two filters, one for each side; two such conditions as four.
    ///
    /// - Throws: for what Hubble's filters cannot say.
    package static func lists(
        _ items: [(name: String, value: String)]
    ) throws(FilterError) -> (allow: [String], deny: [String]) {
        var builder = RawFilterBuilder()
        var isNegated = false
        for (name, value) in items {
            guard let parameter = FilterParameter(rawValue: name) else { continue }
            if parameter == .not {
                isNegated = true
            } else if parameter.isFilter {
                builder.add(parameter, value, isNegated: isNegated)
                isNegated = false
            }
        }
        return try builder.lists()
    }
}

/// Collects parameters, by what they are about.
private struct RawFilterBuilder {
    private typealias Field = (parameter: FilterParameter, values: [String])

    private var allow: [Field] = []
    private var deny: [Field] = []

    mutating func add(_ parameter: FilterParameter, _ value: String, isNegated: Bool) {
        func append(to fields: inout [Field]) {
            if let index = fields.firstIndex(where: { $0.parameter == parameter }) {
                fields[index].values.append(value)
            } else {
                fields.append((parameter, [value]))
            }
        }
        if isNegated { append(to: &deny) } else { append(to: &allow) }
    }

    func lists() throws(FilterError) -> (allow: [String], deny: [String]) {
        var excluded: [String] = []
        for field in Self.joiningNamespaces(deny) { excluded += try Self.filters([field]) }
        return (allow.isEmpty ? [] : try Self.filters(Self.joiningNamespaces(allow)), excluded)
    }

    /// A namespace is said as its pods; a pod without one lies in the namespaces that are given for its side.
    private static func joiningNamespaces(_ fields: [Field]) -> [Field] {
        let pairs: [(FilterParameter, FilterParameter)] = [
            (.namespace, .pod), (.fromNamespace, .fromPod), (.toNamespace, .toPod),
        ]
        return pairs.reduce(fields) { fields, pair in
            guard let names = fields.first(where: { $0.parameter == pair.0 })?.values else { return fields }
            var rest = fields.filter { $0.parameter != pair.0 && $0.parameter != pair.1 }
            let pods = fields.first { $0.parameter == pair.1 }?.values
            let values = pods.map { pods in
                pods.flatMap { pod in
                    let parts = pod.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
                    if parts.count == 2 && !parts[0].isEmpty { return [pod] }
                    return names.map { "\($0)/\(parts.last ?? "")" }
                }
            }
            rest.insert((pair.1, values ?? names.map { "\($0)/" }), at: 0)
            return rest
        }
    }

    private static func filters(_ fields: [Field]) throws(FilterError) -> [String] {
        let either = fields.filter { $0.parameter.isOfEitherSide }
        var texts: [String] = []
        for choice in 0..<(1 << either.count) {
            var filter = Flow_FlowFilter()
            for field in fields where !field.parameter.isOfEitherSide {
                try filter.add(field.parameter, field.values, side: field.parameter.side)
            }
            for (index, field) in either.enumerated() {
                let isDestination = choice >> (either.count - 1 - index) & 1 == 1
                try filter.add(field.parameter, field.values, side: isDestination ? .destination : .source)
            }
            texts.append(try filter.text())
        }
        return texts
    }
}

extension FilterParameter {
    fileprivate var isOfEitherSide: Bool {
        switch self {
        case .namespace, .pod, .label, .workload, .service, .fqdn, .cluster, .ip, .port, .identity: true
        default: false
        }
    }
}

extension Flow_FlowFilter {
    fileprivate func text() throws(FilterError) -> String {
        var options = JSONEncodingOptions()
        options.preserveProtoFieldNames = true
        do {
            return try jsonString(options: options)
        } catch {
            throw FilterError(parameter: "print-raw-filters", problem: "\(error)")
        }
    }

    fileprivate mutating func add(
        _ parameter: FilterParameter, _ values: [String], side: Side
    ) throws(FilterError) {
        func put(
            _ source: WritableKeyPath<Self, [String]>, _ destination: WritableKeyPath<Self, [String]>
        ) throws(FilterError) {
            let path = side == .destination ? destination : source
            guard self[keyPath: path].isEmpty else { throw Self.twice(parameter) }
            self[keyPath: path] = values
        }
        var typed = FilterConditions()
        if !parameter.isText { for value in values { try typed.add(parameter, value, 1, isOfFile: true) } }
        switch parameter {
        case .pod, .fromPod, .toPod: try put(\.sourcePod, \.destinationPod)
        case .label, .fromLabel, .toLabel: try put(\.sourceLabel, \.destinationLabel)
        case .service, .fromService, .toService: try put(\.sourceService, \.destinationService)
        case .fqdn, .fromFQDN, .toFQDN: try put(\.sourceFqdn, \.destinationFqdn)
        case .cluster, .fromCluster, .toCluster: try put(\.sourceClusterName, \.destinationClusterName)
        case .ip, .fromIP, .toIP: try put(\.sourceIp, \.destinationIp)
        case .port, .fromPort, .toPort: try put(\.sourcePort, \.destinationPort)
        case .workload, .fromWorkload, .toWorkload:
            let workloads = values.map { Flow_Workload(text: $0) }
            if side == .destination { destinationWorkload = workloads } else { sourceWorkload = workloads }
        case .identity, .fromIdentity, .toIdentity:
            let numbers = typed.identities[parameter.side].map(\.rawValue)
            if side == .destination { destinationIdentity = numbers } else { sourceIdentity = numbers }
        case .verdict: verdict = typed.verdicts.map { Flow_Verdict(rawValue: Int($0.rawValue)) ?? .unknown }
        case .type: eventType = typed.types.map { Flow_EventTypeFilter($0) }
        case .dropReason:
            dropReasonDesc = typed.dropReasons.map { Flow_DropReason(rawValue: Int($0.rawValue)) ?? .unknown }
        case .ipProtocol: self.protocol = values.map { $0.lowercased() }
        case .trafficDirection:
            trafficDirection = typed.directions.map { Flow_TrafficDirection(rawValue: Int($0.rawValue)) ?? .unknown }
        case .reply: reply = typed.replies
        case .ipVersion: ipVersion = typed.ipVersions.map { $0 == .v6 ? .ipv6 : .ipv4 }
        case .tcpFlags: tcpFlags = typed.tcpFlags.map { Flow_TCPFlags($0) }
        case .interface: interface = values.map { name in .with { $0.name = name } }
        case .uuid: uuid = values
        case .nodeName: nodeName = values
        case .nodeLabel: nodeLabels = values
        case .snatIP: sourceIpXlated = values
        case .encrypted: encrypted = typed.details.encrypted
        case .traceID: traceID = values
        case .ipTraceID: ipTraceID = typed.details.ipTraceIDs
        case .httpStatus: httpStatusCode = values
        case .httpMethod: httpMethod = values
        case .httpPath: httpPath = values
        case .httpURL: httpURL = values
        case .dnsQuery: dnsQuery = values
        case .httpHeader:
            httpHeader = typed.details.httpHeaders.map { header in
                .with { ($0.key, $0.value) = (header.key, header.value) }
            }
        case .celExpression: experimental.celExpression = values
        default:
            throw FilterError(
                parameter: parameter.rawValue, problem: "has no place in Hubble's filters, and so no raw form",
                accepted: "other filters, without --print-raw-filters")
        }
    }

    private static func twice(_ parameter: FilterParameter) -> FilterError {
        FilterError(
            parameter: parameter.rawValue,
            problem: "together with the same of one side: Hubble's filters can say one of them only")
    }
}

extension FilterParameter {
    /// Its values stand in a raw filter as they are.
    fileprivate var isText: Bool {
        switch self {
        case .identity, .fromIdentity, .toIdentity, .verdict, .type, .dropReason, .trafficDirection, .reply, .ipVersion,
            .tcpFlags, .encrypted, .ipTraceID, .httpHeader:
            false
        default: true
        }
    }
}

extension Flow_Workload {
    fileprivate init(text: String) {
        self.init()
        let parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        if parts.count == 2 { kind = parts[0] }
        name = parts.last ?? ""
    }
}

extension Flow_EventTypeFilter {
    /// A kernel drop counts as a drop.
    fileprivate init(_ condition: TypeCondition) {
        self.init()
        let kind = condition.kinds.first ?? .unknown
        type = Int32((kind == .kernelDrop ? FlowKind.drop : kind).rawValue)
        guard let number = condition.subType else { return }
        matchSubType = true
        let isDelivery = kind == .trace && number == UInt16(ObservationPoint.toEndpoint.rawValue)
        subType = isDelivery ? 0 : Int32(number)
    }
}

extension Flow_TCPFlags {
    fileprivate init(_ flags: TCPFlags) {
        self.init()
        fin = flags.contains(.fin)
        syn = flags.contains(.syn)
        rst = flags.contains(.rst)
        psh = flags.contains(.psh)
        ack = flags.contains(.ack)
        urg = flags.contains(.urg)
        ece = flags.contains(.ece)
        cwr = flags.contains(.cwr)
    }
}
