import FlowModel

/// A word or text of an expression.
struct WhereValue {
    let text: String
    /// Of its first character, from 1.
    let position: Int
}

/// What a comparison is about.
struct WhereField {
    private let parameter: FilterParameter
    private let position: Int
    private let origin: FlowOrigin

    /// Words that people try first.
    static let aliases: [String: FilterParameter] = [
        "reason": .dropReason, "drop-reason": .dropReason, "kernel-reason": .kernelDropReason,
        "direction": .trafficDirection, "flags": .tcpFlags, "node": .nodeName, "proto": .ipProtocol,
        "src-ip": .fromIP, "dst-ip": .toIP, "src-port": .fromPort, "dst-port": .toPort, "name": .fqdn,
    ]

    init(_ parameter: FilterParameter, _ position: Int, _ origin: FlowOrigin) {
        (self.parameter, self.position, self.origin) = (parameter, position, origin)
    }

    var standsAlone: Bool { parameter == .reply || parameter == .encrypted }

    func equals(_ value: WhereValue) throws(ExpressionError) -> FilterExpression {
        switch parameter {
        case .pod, .fromPod, .toPod:
            let isQualified = try isQualified(value)
            return .conditions(named(NameTest(isQualified ? .qualifiedPod : .pod, .equals(value.text))))
        case .namespace, .fromNamespace, .toNamespace:
            return .conditions(named(NameTest(.namespace, .equals(value.text))))
        case .service, .fromService, .toService:
            let isQualified = try isQualified(value)
            return .conditions(named(NameTest(isQualified ? .qualifiedService : .service, .equals(value.text))))
        default: return .conditions(try taken(value))
        }
    }

    /// A member of a list, or a range.
    func contains(_ value: WhereValue) throws(ExpressionError) -> FilterExpression {
        if let dots = value.text.firstRange(of: "..") {
            let ends = (value.text[..<dots.lowerBound], value.text[dots.upperBound...])
            switch parameter {
            case .port, .fromPort, .toPort:
                return .conditions(
                    try taken(WhereValue(text: "\(ends.0)-\(ends.1)", position: value.position)))
            case .icmpType:
                guard let first = UInt8(ends.0), let last = UInt8(ends.1), first <= last else {
                    throw failure(value, "not a range of types")
                }
                var conditions = FilterConditions()
                conditions.icmpTypes = Array(first...last)
                return .conditions(conditions)
            default: throw failure(value, "\(parameter.expressionName) takes no range")
            }
        }
        return try equals(value)
    }

    func compares(_ sign: String, _ value: WhereValue) throws(ExpressionError) -> FilterExpression {
        let isPort = parameter.isPort
        guard isPort || parameter == .icmpType else {
            throw ExpressionError(
                position: position, problem: "\(parameter.expressionName) cannot be compared by \(sign)",
                accepted: "==, !=, in, not in")
        }
        let most = isPort ? Int(UInt16.max) : Int(UInt8.max)
        guard let bound = Int(value.text), (0...most).contains(bound) else { throw failure(value, "not a number") }
        let range: (Int, Int) =
            switch sign {
            case "<": (0, bound - 1)
            case "<=": (0, bound)
            case ">": (bound + 1, most)
            default: (bound, most)
            }
        guard range.0 <= range.1 else { return .conditions(.none) }
        return try contains(WhereValue(text: "\(range.0)..\(range.1)", position: value.position))
    }

    /// A test of a name.
    func matches(_ test: TextTest) throws(ExpressionError) -> FilterExpression {
        var conditions = FilterConditions()
        switch parameter {
        case .pod, .fromPod, .toPod: conditions = named(NameTest(.pod, test))
        case .namespace, .fromNamespace, .toNamespace: conditions = named(NameTest(.namespace, test))
        case .workload, .fromWorkload, .toWorkload: conditions = named(NameTest(.workload, test))
        case .fqdn, .fromFQDN, .toFQDN: conditions = named(NameTest(.fqdn, test))
        case .cluster, .fromCluster, .toCluster: conditions = named(NameTest(.cluster, test))
        case .label, .fromLabel, .toLabel: conditions = named(NameTest(.label, test))
        case .service, .fromService, .toService: conditions = named(NameTest(.service, test))
        case .policy: conditions.policyNames = [test]
        default:
            throw ExpressionError(
                position: position, problem: "\(parameter.expressionName) is no name: it has no regular expressions",
                accepted: "of pod, namespace, workload, service, fqdn, cluster, label and policy")
        }
        return .conditions(conditions)
    }

    private func named(_ test: NameTest) -> FilterConditions { FilterConditions(test, parameter.side) }

    /// `shop/cart-1` rather than `cart-1` in any namespace.
    private func isQualified(_ value: WhereValue) throws(ExpressionError) -> Bool {
        let parts = value.text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count <= 2, parts.allSatisfy({ !$0.isEmpty }) else {
            throw failure(value, "not a name", accepted: "[namespace/]name")
        }
        return parts.count == 2
    }

    /// As the filter of that name takes it.
    private func taken(_ value: WhereValue) throws(ExpressionError) -> FilterConditions {
        do throws(FilterError) {
            return try FilterConditions(parameter, value.text, origin)
        } catch {
            throw ExpressionError(
                position: value.position, problem: "\"\(value.text)\": \(error.problem)", accepted: error.accepted)
        }
    }

    private func failure(_ value: WhereValue, _ problem: String, accepted: String? = nil) -> ExpressionError {
        ExpressionError(
            position: value.position, problem: "\"\(value.text)\": \(problem)",
            accepted: accepted ?? parameter.accepted)
    }
}

extension FilterConditions {
    init(_ test: NameTest, _ side: Side) {
        self.init()
        switch test.name {
        case .service, .qualifiedService, .serviceNamespace: serviceNames[side] = [test]
        default: names[side] = [test]
        }
    }
}

extension FilterParameter {
    fileprivate var isPort: Bool { self == .port || self == .fromPort || self == .toPort }
}
