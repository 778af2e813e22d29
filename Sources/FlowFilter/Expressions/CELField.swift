import FlowModel

/// A field of `flow.Flow` that expressions of CEL may name, and what it means as a filter.
struct CELField {
    private enum Meaning {
        /// A filter whose values are what the enumeration's names, or numbers, are.
        case enumeration(FilterParameter, String, names: [String])
        /// A filter that takes the constant as it is.
        case value(FilterParameter)
        /// The same, of a protocol of layer 4.
        case port(FilterParameter, IPProtocol)
        case icmpType(IPProtocol)
        case flag(TCPFlags)
        case name(NameTest.Name, Side)
        /// Only whether it is there.
        case layer4(IPProtocol)
        case presence(FilterParameter, String)
    }

    private let path: String
    let position: Int
    private let meaning: Meaning
    private let context: ExpressionContext

    init(_ path: String, _ position: Int, _ context: ExpressionContext) throws(ExpressionError) {
        guard let meaning = Self.meanings[path] ?? Self.flag(path) else {
            throw ExpressionError(
                position: position, problem: "_flow.\(path) cannot be filtered by",
                accepted: Self.meanings.keys.sorted().joined(separator: ", ") + ", l4.TCP.flags.SYN and the like",
                suggestion: nearestName(to: path, among: Array(Self.meanings.keys)).map { "_flow." + $0 })
        }
        (self.path, self.position, self.meaning, self.context) = (path, position, meaning, context)
    }

    private static let meanings: [String: Meaning] = {
        var meanings: [String: Meaning] = [
            "verdict": .enumeration(.verdict, "Verdict", names: Verdict.names),
            "traffic_direction": .enumeration(.trafficDirection, "TrafficDirection", names: TrafficDirection.names),
            "drop_reason_desc": .enumeration(.dropReason, "DropReason", names: []),
            "IP.ipVersion": .enumeration(.ipVersion, "IPVersion", names: ["", "IPv4", "IPv6"]),
            "drop_reason": .value(.dropReason), "is_reply": .value(.reply), "reply": .value(.reply),
            "IP.source": .value(.fromIP), "IP.destination": .value(.toIP), "uuid": .value(.uuid),
            "source.identity": .value(.fromIdentity), "destination.identity": .value(.toIdentity),
            "event_type.type": .value(.type), "node_name": .value(.nodeName), "interface.name": .value(.interface),
            "IP.encrypted": .value(.encrypted), "l7.http.code": .value(.httpStatus),
            "l7.http.method": .value(.httpMethod), "l7": .presence(.type, "l7"),
            "l7.http": .presence(.ipProtocol, "http"), "l7.dns": .presence(.ipProtocol, "dns"),
            "l4.ICMPv4.type": .icmpType(.icmp), "l4.ICMPv6.type": .icmpType(.icmpv6),
        ]
        let protocols: [(String, IPProtocol)] = [
            ("TCP", .tcp), ("UDP", .udp), ("SCTP", .sctp), ("ICMPv4", .icmp), ("ICMPv6", .icmpv6),
        ]
        for (name, number) in protocols {
            meanings["l4.\(name)"] = .layer4(number)
            guard !name.hasPrefix("ICMP") else { continue }
            meanings["l4.\(name).source_port"] = .port(.fromPort, number)
            meanings["l4.\(name).destination_port"] = .port(.toPort, number)
        }
        for (name, side) in [("source", Side.source), ("destination", .destination)] {
            meanings["\(name).namespace"] = .name(.namespace, side)
            meanings["\(name).pod_name"] = .name(.pod, side)
            meanings["\(name).cluster_name"] = .name(.cluster, side)
            meanings["\(name).labels"] = .name(.label, side)
            meanings["\(name)_names"] = .name(.fqdn, side)
            meanings["\(name)_service.name"] = .name(.service, side)
            meanings["\(name)_service.namespace"] = .name(.serviceNamespace, side)
        }
        return meanings
    }()

    private static func flag(_ path: String) -> Meaning? {
        let beginning = "l4.TCP.flags."
        guard path.hasPrefix(beginning) else { return nil }
        return TCPFlags(filterValue: String(path.dropFirst(beginning.count))).map { .flag($0) }
    }

    // MARK: What an expression asks of it

    func isSet() throws(ExpressionError) -> FilterExpression {
        switch meaning {
        case .layer4(let ipProtocol): return .conditions(Self.layer4(ipProtocol))
        case .presence(let parameter, let value): return .conditions(try taken(parameter, value, position))
        default:
            throw ExpressionError(
                position: position, problem: "_flow.\(path): only of protocols can be asked whether they are there",
                accepted: "has(_flow.l4.TCP), UDP, SCTP, ICMPv4, ICMPv6, has(_flow.l7), has(_flow.l7.http)")
        }
    }

    /// `"k8s:app=web" in _flow.source.labels`
    func includes(_ constant: CELConstant) throws(ExpressionError) -> FilterExpression {
        guard case .name(let name, _) = meaning, name == .label || name == .fqdn else {
            throw ExpressionError(
                position: position, problem: "_flow.\(path) is no list", accepted: "labels, source_names")
        }
        guard case .text(let text) = constant.value else { throw unfit(constant, "a text") }
        return try passes(.equals(text))
    }

    func passes(_ test: TextTest) throws(ExpressionError) -> FilterExpression {
        guard case .name(let name, let side) = meaning else {
            throw ExpressionError(position: position, problem: "_flow.\(path) is no name: it has no such function")
        }
        return .conditions(FilterConditions(NameTest(name, test), side))
    }

    func compares(_ sign: String, _ constant: CELConstant) throws(ExpressionError) -> FilterExpression {
        if sign == "!=" { return .not(try compares("==", constant)) }
        if case .port(let parameter, let ipProtocol) = meaning {
            let value = WhereValue(text: try number(constant), position: constant.position)
            let field = WhereField(parameter, position, context.origin)
            let port = sign == "==" ? try field.equals(value) : try field.compares(sign, value)
            return .all([.conditions(Self.layer4(ipProtocol)), port])
        }
        guard sign == "==" else {
            throw ExpressionError(
                position: position, problem: "_flow.\(path) cannot be compared by \(sign)", accepted: "==, !=, in")
        }
        return try equals(constant)
    }

    private func equals(_ constant: CELConstant) throws(ExpressionError) -> FilterExpression {
        switch meaning {
        case .enumeration(let parameter, let enumeration, let names):
            return .conditions(try taken(parameter, try name(constant, enumeration, names), constant.position))
        case .name: return try passes(.equals(try text(constant)))
        case .flag(let flags):
            guard case .truth(let isSet) = constant.value else { throw unfit(constant, "true, false") }
            var conditions = FilterConditions()
            conditions.tcpFlags = [flags]
            return isSet ? .conditions(conditions) : .not(.conditions(conditions))
        case .icmpType(let ipProtocol):
            let type = try taken(.icmpType, try number(constant), constant.position)
            return .all([.conditions(Self.layer4(ipProtocol)), .conditions(type)])
        case .value(let parameter):
            guard context.accepts(parameter) else {
                throw ExpressionError(
                    position: position,
                    problem: "_flow.\(path) "
                        + (UncapturedFact.problem(of: parameter.rawValue) ?? "cannot be filtered by here"))
            }
            return .conditions(try taken(parameter, try shown(constant), constant.position))
        case .port, .layer4, .presence:
            throw ExpressionError(
                position: position, problem: "_flow.\(path) has no value", accepted: "has(_flow.\(path))")
        }
    }

    private static func layer4(_ ipProtocol: IPProtocol) -> FilterConditions {
        var conditions = FilterConditions()
        conditions.protocols = [ProtocolCondition(protocols: [ipProtocol])]
        return conditions
    }

    private func taken(
        _ parameter: FilterParameter, _ value: String, _ position: Int
    ) throws(ExpressionError) -> FilterConditions {
        do throws(FilterError) {
            return try FilterConditions(parameter, value, context.origin)
        } catch {
            throw ExpressionError(
                position: position, problem: "\"\(value)\": \(error.problem)", accepted: error.accepted)
        }
    }

    // MARK: Constants

    private func unfit(_ constant: CELConstant, _ accepted: String) -> ExpressionError {
        ExpressionError(
            position: constant.position, problem: "not what _flow.\(path) can be", accepted: accepted)
    }

    private func name(
        _ constant: CELConstant, _ enumeration: String, _ names: [String]
    ) throws(ExpressionError) -> String {
        switch constant.value {
        case .name(enumeration, let name): return name
        case .number(let number):
            return names.indices.contains(Int(clamping: number)) ? names[Int(number)] : "\(number)"
        default: throw unfit(constant, "\(enumeration).\(names.last ?? "POLICY_DENIED"), a number")
        }
    }

    private func text(_ constant: CELConstant) throws(ExpressionError) -> String {
        guard case .text(let text) = constant.value else { throw unfit(constant, "a text") }
        return text
    }

    private func number(_ constant: CELConstant) throws(ExpressionError) -> String {
        guard case .number(let number) = constant.value else { throw unfit(constant, "a number") }
        return "\(number)"
    }

    private func shown(_ constant: CELConstant) throws(ExpressionError) -> String {
        switch constant.value {
        case .text(let text): return text
        case .number(let number): return "\(number)"
        case .truth(let truth): return truth ? "true" : "false"
        case .name: throw unfit(constant, "a text or number")
        }
    }
}
