import FlowModel

extension FilterConditions {
    /// One value of any filter by itself.
    init(_ parameter: FilterParameter, _ value: String, _ origin: FlowOrigin) throws(FilterError) {
        self.init()
        switch parameter {
        case .namespace, .fromNamespace, .toNamespace:
            pods[parameter.side] = [PodPattern(namespace: value, namePrefix: "")]
        case .pod, .fromPod, .toPod:
            pods[parameter.side] = [PodPattern(value) ?? PodPattern(namespace: "default", namePrefix: value)]
        case .nodeName where origin.nodeName != nil:
            if try !NodePattern(filterValue: value, 1).matches(origin.nodeName ?? "") { self = .none }
        case .uuid where origin.nodeName != nil:
            try Self.checkUUID(value, 1)
            sequences = [origin.sequence(value) ?? 0]
        default: try add(parameter, value, 1, isOfFile: origin.nodeName == nil)
        }
    }

    static func checkUUID(_ value: String, _ position: Int) throws(FilterError) {
        guard !FilterParameter.isUUID(value) else { return }
        throw FilterError(.uuid, value, position, problem: "not a uuid")
    }

    /// Adds one value of a filter; namespaces and pods, which depend on each other, are the reader's.
    ///
    /// - Parameters:
    ///   - position: of the value in the request, for an error.
    ///   - isOfFile: the flows are read from a file, which may tell of what Apus does not capture.
    package mutating func add(
        _ parameter: FilterParameter, _ value: String, _ position: Int, isOfFile: Bool = false
    ) throws(FilterError) {
        func need<Value>(_ parsed: Value?, _ problem: String) throws(FilterError) -> Value {
            guard let parsed else { throw FilterError(parameter, value, position, problem: problem) }
            return parsed
        }
        switch parameter {
        case .verdict: verdicts.append(try need(Verdict(name: value.uppercased()), "not a verdict"))
        case .type:
            let problem = isOfFile ? "not a type of flow" : "not a type of flow that Apus captures"
            types.append(try need(TypeCondition(value, isOfFile: isOfFile), problem))
        case .dropReason: dropReasons.append(try need(DropReason(filterValue: value), "not a drop reason"))
        case .kernelDropReason:
            kernelReasons.append(try need(FilterProgram.kernelReasonName(value), "not a name of a kernel drop reason"))
        case .ipProtocol:
            let condition = ProtocolCondition(value).flatMap { isOfFile || !$0.protocols.isEmpty ? $0 : nil }
            let problem = isOfFile ? "not a protocol" : "not a protocol that Apus captures"
            protocols.append(try need(condition, problem))
        case .trafficDirection:
            directions.append(try need(TrafficDirection(name: value.uppercased()), "not a traffic direction"))
        case .reply: replies.append(try need(Bool(filterValue: value), "neither true nor false"))
        case .ipVersion: ipVersions.append(try need(IPVersion(value), "not a version of IP"))
        case .tcpFlags: tcpFlags.append(try need(TCPFlags(filterValue: value), "not a list of TCP flags"))
        case .label, .fromLabel, .toLabel:
            labels[parameter.side].append(try need(LabelSelector(value), "not a label selector"))
        case .workload, .fromWorkload, .toWorkload:
            workloads[parameter.side].append(try need(WorkloadPattern(value), "not a workload"))
        case .service, .fromService, .toService:
            let pattern = PodPattern(value) ?? PodPattern(namespace: "default", namePrefix: value)
            services[parameter.side].append(try need(value.isEmpty ? nil : pattern, "empty"))
        case .fqdn, .fromFQDN, .toFQDN:
            do throws(PatternError) {
                domains[parameter.side].append(try DomainPattern(value))
            } catch {
                throw FilterError(parameter, value, position, problem: "not a name or pattern: \(error)")
            }
        case .cluster, .fromCluster, .toCluster:
            clusters[parameter.side].append(try need(value.isEmpty ? nil : value, "empty"))
        case .icmpType: icmpTypes.append(try need(UInt8(value), "not a type of ICMP message"))
        case .interface: interfaces.append(try need(value.isEmpty ? nil : value, "empty"))
        case .policy: policies.append(try need(PolicyPattern(value), "not a policy"))
        case .ip, .fromIP, .toIP:
            addresses[parameter.side].append(try need(IPPrefix(filterValue: value), "not an address or prefix"))
        case .port, .fromPort, .toPort:
            ports[parameter.side].append(try need(FilterProgram.portRange(value), "not a port or range of ports"))
        case .identity, .fromIdentity, .toIdentity:
            identities[parameter.side].append(try need(Identity(filterValue: value), "not an identity"))
        case .nodeName: details.nodes.append(try NodePattern(filterValue: value, position))
        case .uuid:
            try Self.checkUUID(value, position)
            details.uuids.append(value)
        default: try details.add(parameter, value, position)
        }
    }
}

extension NodePattern {
    init(filterValue: String, _ position: Int) throws(FilterError) {
        do throws(PatternError) {
            try self.init(filterValue)
        } catch {
            throw FilterError(.nodeName, filterValue, position, problem: "not a name or pattern: \(error)")
        }
    }
}

extension DetailConditions {
    fileprivate mutating func add(
        _ parameter: FilterParameter, _ value: String, _ position: Int
    ) throws(FilterError) {
        func need<Value>(_ parsed: Value?, _ problem: String) throws(FilterError) -> Value {
            guard let parsed else { throw FilterError(parameter, value, position, problem: problem) }
            return parsed
        }
        func expression() throws(FilterError) -> RegularExpression {
            do throws(PatternError) {
                return try RegularExpression(value)
            } catch {
                throw FilterError(parameter, value, position, problem: "not a regular expression: \(error)")
            }
        }
        switch parameter {
        case .nodeLabel: nodeLabels.append(try need(LabelSelector(value), "not a label selector"))
        case .snatIP:
            translatedSources.append(try need(IPPrefix(filterValue: value), "not an address or prefix"))
        case .encrypted: encrypted.append(try need(Bool(filterValue: value), "neither true nor false"))
        case .traceID: traceIDs.append(value)
        case .ipTraceID: ipTraceIDs.append(try need(UInt64(value), "not a number"))
        case .httpStatus: httpStatuses.append(try need(HTTPStatusPattern(value), "not a status of HTTP"))
        case .httpMethod: httpMethods.append(try need(value.isEmpty ? nil : value.uppercased(), "empty"))
        case .httpPath: httpPaths.append(try expression())
        case .httpURL: httpURLs.append(try expression())
        case .dnsQuery: dnsQueries.append(try expression())
        case .httpHeader:
            let colon = try need(value.firstIndex(of: ":"), "no colon in it")
            let (key, text) = (String(value[..<colon]), String(value[value.index(after: colon)...]))
            httpHeaders.append(.init(key: key, value: text))
        default: preconditionFailure("\(parameter.rawValue) is read elsewhere")
        }
    }
}
