import FlowModel

extension FilterConditions {
    /// Adds one value of a filter; namespaces and pods, which depend on each other, are the reader's.
    ///
    /// - Parameter position: of the value in the request, for an error.
    package mutating func add(_ parameter: FilterParameter, _ value: String, _ position: Int) throws(FilterError) {
        func need<Value>(_ parsed: Value?, _ problem: String) throws(FilterError) -> Value {
            guard let parsed else { throw FilterError(parameter, value, position, problem: problem) }
            return parsed
        }
        switch parameter {
        case .verdict: verdicts.append(try need(Verdict(name: value.uppercased()), "not a verdict"))
        case .type: types.append(try need(TypeCondition(value), "not a type of flow that Apus captures"))
        case .dropReason: dropReasons.append(try need(DropReason(filterValue: value), "not a drop reason"))
        case .kernelDropReason:
            kernelReasons.append(try need(FilterProgram.kernelReasonName(value), "not a name of a kernel drop reason"))
        case .ipProtocol: protocols.append(try need(ProtocolCondition(value), "not a protocol that Apus captures"))
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
        default: preconditionFailure("\(parameter.rawValue) is read elsewhere")
        }
    }
}
