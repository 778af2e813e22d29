internal import FlowFilter
internal import FlowModel
internal import HubbleMessages

extension FilterSpec {
    init(_ asked: Observer_GetFlowsRequest, _ origin: FlowOrigin) throws(FilterError) {
        let count = asked.whitelist.count + asked.blacklist.count
        guard count <= FilterLimits.conditions else {
            throw FilterError(
                parameter: "whitelist", problem: "\(count) filters, with those of blacklist",
                accepted: "up to \(FilterLimits.conditions)")
        }
        self.init()
        for (index, filter) in asked.whitelist.enumerated() {
            allow += try FilterConditions.alternatives(filter, "whitelist[\(index)]", origin)
        }
        for (index, filter) in asked.blacklist.enumerated() {
            deny += try FilterConditions.alternatives(filter, "blacklist[\(index)]", origin)
        }
    }
}

extension FilterConditions {
    /// One, or several where an expression of CEL has alternatives.
    ///
    /// - Parameter path: of the filter in its request.
    static func alternatives(
        _ filter: Flow_FlowFilter, _ path: String, _ origin: FlowOrigin
    ) throws(FilterError) -> [FilterConditions] {
        let conditions = try FilterConditions(filter, path, origin)
        let texts = filter.experimental.celExpression
        guard !texts.isEmpty else { return [conditions] }
        try checkCount(texts.count, "\(path).experimental.cel_expression")
        var alternatives = try FilterExpression.celAlternatives(
            texts, path: "\(path).experimental.cel_expression", origin)
        for index in alternatives.indices { alternatives[index].also.append(conditions) }
        return alternatives
    }

    private init(_ filter: Flow_FlowFilter, _ path: String, _ origin: FlowOrigin) throws(FilterError) {
        self.init()
        let isOfFile = origin.nodeName == nil
        if !isOfFile { try refuseUncaptured(filter, path) }
        try addTexts(filter, path, isOfFile)
        try addNumbers(filter, path)
        try addGroups(filter, path, isOfFile)
        if isOfFile { try addDetails(filter, path) }
        try addIdentifiers(filter.uuid, "\(path).uuid", origin)
        try restrictNodes(filter, path, origin)
    }

    /// Fields whose values are texts, read as the parameters of the same meaning are.
    private mutating func addTexts(
        _ filter: Flow_FlowFilter, _ path: String, _ isOfFile: Bool
    ) throws(FilterError) {
        let fields: [(String, FilterParameter, [String])] = [
            ("source_ip", .fromIP, filter.sourceIp), ("destination_ip", .toIP, filter.destinationIp),
            ("source_fqdn", .fromFQDN, filter.sourceFqdn), ("destination_fqdn", .toFQDN, filter.destinationFqdn),
            ("source_label", .fromLabel, filter.sourceLabel), ("destination_label", .toLabel, filter.destinationLabel),
            ("source_service", .fromService, filter.sourceService),
            ("destination_service", .toService, filter.destinationService),
            ("source_cluster_name", .fromCluster, filter.sourceClusterName),
            ("destination_cluster_name", .toCluster, filter.destinationClusterName),
            ("source_port", .fromPort, filter.sourcePort), ("destination_port", .toPort, filter.destinationPort),
            ("protocol", .ipProtocol, filter.protocol), ("interface", .interface, filter.interface.map(\.name)),
        ]
        try add(fields, path, isOfFile)
        pods.source = try Self.pods(filter.sourcePod, "\(path).source_pod")
        pods.destination = try Self.pods(filter.destinationPod, "\(path).destination_pod")
        workloads.source = try Self.workloads(filter.sourceWorkload, "\(path).source_workload")
        workloads.destination = try Self.workloads(filter.destinationWorkload, "\(path).destination_workload")
    }

    /// What only files tell.
    private mutating func addDetails(_ filter: Flow_FlowFilter, _ path: String) throws(FilterError) {
        let headers = filter.httpHeader.map { "\($0.key):\($0.value)" }
        try add(
            [
                ("source_ip_xlated", .snatIP, filter.sourceIpXlated), ("node_labels", .nodeLabel, filter.nodeLabels),
                ("http_status_code", .httpStatus, filter.httpStatusCode),
                ("http_method", .httpMethod, filter.httpMethod),
                ("http_path", .httpPath, filter.httpPath), ("http_url", .httpURL, filter.httpURL),
                ("http_header", .httpHeader, headers), ("dns_query", .dnsQuery, filter.dnsQuery),
                ("trace_id", .traceID, filter.traceID), ("ip_trace_id", .ipTraceID, filter.ipTraceID.map { "\($0)" }),
                ("encrypted", .encrypted, filter.encrypted.map { "\($0)" }),
            ], path, true)
    }

    private mutating func add(
        _ fields: [(String, FilterParameter, [String])], _ path: String, _ isOfFile: Bool
    ) throws(FilterError) {
        for (field, parameter, values) in fields {
            try Self.checkCount(values.count, "\(path).\(field)")
            for (index, value) in values.enumerated() {
                let place = "\(path).\(field)[\(index)]"
                try Self.checkLength(value, place)
                do throws(FilterError) {
                    try add(parameter, value, 0, isOfFile: isOfFile)
                } catch {
                    throw FilterError(
                        parameter: place, value: value, problem: error.problem, accepted: error.accepted)
                }
            }
        }
    }

    private static func pods(_ texts: [String], _ path: String) throws(FilterError) -> [PodPattern] {
        try checkCount(texts.count, path)
        var patterns: [PodPattern] = []
        for (index, text) in texts.enumerated() {
            try checkLength(text, "\(path)[\(index)]")
            if text.isEmpty {
                throw FilterError(
                    parameter: "\(path)[\(index)]", problem: "empty", accepted: FilterParameter.pod.accepted)
            }
            patterns.append(PodPattern(text) ?? PodPattern(namespace: "default", namePrefix: text))
        }
        return patterns
    }

    private static func workloads(_ asked: [Flow_Workload], _ path: String) throws(FilterError) -> [WorkloadPattern] {
        try checkCount(asked.count, path)
        return asked.map { WorkloadPattern(kind: $0.kind, name: $0.name) }
    }

    /// An identifier of another store's flow, or of none, stands for sequence 0, which no flow has.
    private mutating func addIdentifiers(
        _ texts: [String], _ path: String, _ origin: FlowOrigin
    ) throws(FilterError) {
        try Self.checkCount(texts.count, path)
        for (index, text) in texts.enumerated() {
            guard FilterParameter.isUUID(text) else {
                throw FilterError(
                    parameter: "\(path)[\(index)]", value: text, problem: "not a uuid",
                    accepted: FilterParameter.uuid.accepted)
            }
            if origin.nodeName == nil {
                details.uuids.append(text)
            } else {
                sequences.append(origin.sequence(text) ?? 0)
            }
        }
    }

    static func checkCount(_ count: Int, _ path: String) throws(FilterError) {
        guard count > FilterLimits.values else { return }
        throw FilterError(parameter: path, problem: "\(count) values", accepted: "up to \(FilterLimits.values)")
    }

    private static func checkLength(_ value: String, _ path: String) throws(FilterError) {
        guard value.utf8.count > FilterLimits.valueBytes else { return }
        throw FilterError(
            parameter: path, problem: "\(value.utf8.count) bytes", accepted: "up to \(FilterLimits.valueBytes)")
    }

    // MARK: Nodes

    /// All flows are of one node, which has no labels: the filter is met by all of them or by none.
    private mutating func restrictNodes(
        _ filter: Flow_FlowFilter, _ path: String, _ origin: FlowOrigin
    ) throws(FilterError) {
        try Self.checkCount(filter.nodeName.count, "\(path).node_name")
        var isMet = filter.nodeName.isEmpty
        for (index, text) in filter.nodeName.enumerated() {
            do throws(PatternError) {
                let pattern = try NodePattern(text)
                if let name = origin.nodeName {
                    if pattern.matches(name) { isMet = true }
                } else {
                    details.nodes.append(pattern)
                    isMet = true
                }
            } catch {
                throw FilterError(
                    parameter: "\(path).node_name[\(index)]", value: text,
                    problem: "not a name or pattern: \(error)", accepted: "[cluster/]name, with * as in *.example.org")
            }
        }
        if !isMet { self = .none }
    }

    // MARK: What is not captured

    private func refuseUncaptured(_ filter: Flow_FlowFilter, _ path: String) throws(FilterError) {
        let fields: [(String, parameter: String, isSet: Bool)] = [
            ("source_ip_xlated", "snat-ip", !filter.sourceIpXlated.isEmpty),
            ("http_status_code", "http-status", !filter.httpStatusCode.isEmpty),
            ("http_method", "http-method", !filter.httpMethod.isEmpty),
            ("http_path", "http-path", !filter.httpPath.isEmpty), ("http_url", "http-url", !filter.httpURL.isEmpty),
            ("http_header", "http-header", !filter.httpHeader.isEmpty),
            ("dns_query", "dns-query", !filter.dnsQuery.isEmpty), ("trace_id", "trace-id", !filter.traceID.isEmpty),
            ("ip_trace_id", "ip-trace-id", !filter.ipTraceID.isEmpty),
            ("encrypted", "encrypted", !filter.encrypted.isEmpty),
            ("node_labels", "node-label", !filter.nodeLabels.isEmpty),
        ]
        for field in fields where field.isSet {
            throw FilterError(
                parameter: "\(path).\(field.0)",
                problem: UncapturedFact.problem(of: field.parameter) ?? "is not supported")
        }
    }
}
