import FlowCatalog
import FlowModel

/// The fragments that one encoder has rendered, of the fields that its mask has.
///
/// What a flow says by an index or a small number is a fragment; addresses, ports, times and counts are written.
struct FlowFragments: Sendable {
    private(set) var text = FragmentText()
    private let context: FlowJSONContext
    private let mask: FlowFieldMask
    /// 1 if the sides' masks differ, so that a destination needs fragments of its own; else 0.
    private let sideBit: UInt32

    private(set) var constants: LineConstants
    private var verdicts = FragmentTable.verdicts
    private var directions = FragmentTable.directions
    private var traces: FragmentTable
    private var dropReasons = FragmentTable.dropReasons
    private var tcpFlags = FragmentTable.tcpFlags
    private var endpointHeads: FragmentTable
    private var endpointTails: FragmentTable
    private var endpointNames: FragmentTable
    private var services: FragmentTable
    private var names: FragmentTable
    private var rules: FragmentTable
    private var policyLists: FragmentTable
    private var nearestReasons: NearestReasons
    private var nearestRules: NearestRules
    private var tcpSummaries = FragmentTable.tcpSummaries
    private var icmpSummaries = FragmentTable.icmpSummaries(.v4)
    private var icmpv6Summaries = FragmentTable.icmpSummaries(.v6)
    private var otherSummaries = FragmentTable.otherSummaries

    init(_ context: FlowJSONContext, _ mask: FlowFieldMask) {
        let catalog = context.catalog
        let sides = (source: mask.sourceFields, destination: mask.destinationFields)
        self.context = context
        self.mask = mask
        sideBit = sides.source == sides.destination ? 0 : 1
        constants = LineConstants(context, mask, in: &text)
        traces = .traces(mask)
        endpointHeads = .endpoints(catalog) { $0.append(headOf: $1, $2 ? sides.source : sides.destination) }
        endpointTails = .endpoints(catalog) { $0.append(tailOf: $1, $2 ? sides.source : sides.destination) }
        endpointNames = .endpoints(catalog) { json, endpoint, isSource in
            json.append(member: isSource ? "source_names" : "destination_names", nonEmpty: endpoint.dnsNames)
        }
        services = .catalog(catalog.services) { $0.append($1) }
        names = .catalog(catalog.names) { $0.append(jsonEscaped: $1) }
        rules = .catalog(catalog.rules) { $0.append(rule: $1) }
        policyLists = .policyLists(catalog, mask)
        nearestReasons = NearestReasons(catalog)
        nearestRules = NearestRules(catalog) { $0.append(nearest: $1) }
    }

    /// The fragments of a flow's line, in the order of the line.
    mutating func line(_ flow: Flow) -> LineFragments {
        if text.isFull { self = FlowFragments(context, mask) }
        var line = LineFragments(dropReason: shownDropReason(flow), room: constants.room)
        line.verdict = verdicts.fragment(UInt32(flow.verdict.rawValue), in: &text)
        if flow.ipProtocol == .tcp { line.tcpFlags = tcpFlags.fragment(UInt32(flow.tcpFlags.rawValue), in: &text) }
        addEndpoints(flow, to: &line)
        addEvent(flow, to: &line)
        if mask.contains(.summary) { line.summary = summary(flow) }
        addPolicy(flow, to: &line)
        if flow.kind == .kernelDrop { addKernelDrop(flow, to: &line) }
        return line
    }

    private mutating func addEndpoints(_ flow: Flow, to line: inout LineFragments) {
        let (source, destination) = (flow.sourceEndpoint << 1, flow.destinationEndpoint << 1)
        if !mask.sourceFields.isEmpty {
            line.sourceHead = line.add(endpointHeads.fragment(source, in: &text))
            line.sourceTail = line.add(endpointTails.fragment(source, in: &text))
        }
        if !mask.destinationFields.isEmpty {
            line.destinationHead = line.add(endpointHeads.fragment(destination | sideBit, in: &text))
            line.destinationTail = line.add(endpointTails.fragment(destination | sideBit, in: &text))
        }
        if mask.contains(.sourceNames) { line.sourceNames = line.add(endpointNames.fragment(source, in: &text)) }
        if mask.contains(.destinationNames) {
            line.destinationNames = line.add(endpointNames.fragment(destination | 1, in: &text))
        }
    }

    private mutating func addEvent(_ flow: Flow, to line: inout LineFragments) {
        if flow.sourceService != 0 && mask.contains(.sourceService) {
            line.sourceService = line.add(services.fragment(flow.sourceService, in: &text))
        }
        if flow.destinationService != 0 && mask.contains(.destinationService) {
            line.destinationService = line.add(services.fragment(flow.destinationService, in: &text))
        }
        line.direction = directions.fragment(UInt32(flow.direction.rawValue), in: &text)
        if flow.kind == .trace { line.trace = traces.fragment(FragmentTable.traceNumber(flow), in: &text) }
        if line.dropReason != .unknown {
            line.dropReasonDesc = dropReasons.fragment(UInt32(line.dropReason.rawValue), in: &text)
        }
        if flow.interfaceName != 0 && mask.contains(.interface) {
            line.interfaceName = line.add(names.fragment(flow.interfaceName, in: &text))
        }
    }

    private mutating func summary(_ flow: Flow) -> Fragment {
        if flow.attributes.contains(.layer4) {
            let icmp = UInt32(flow.icmpType) | UInt32(flow.icmpCode) << 8
            switch flow.ipProtocol {
            case .tcp: return tcpSummaries.fragment(UInt32(flow.tcpFlags.rawValue), in: &text)
            case .icmp: return icmpSummaries.fragment(icmp, in: &text)
            case .icmpv6: return icmpv6Summaries.fragment(icmp, in: &text)
            default: break
            }
        }
        return otherSummaries.fragment(FragmentTable.otherSummaryNumber(flow), in: &text)
    }

    /// One of the four `*_by` lists, with the rule that decided a verdict or a drop; and the rule by itself.
    private mutating func addPolicy(_ flow: Flow, to line: inout LineFragments) {
        if flow.rule == 0 { return }
        let isAllowed = flow.kind == .policyVerdict && (flow.verdict == .forwarded || flow.verdict == .redirected)
        if isAllowed || flow.isDeniedByPolicy {
            let list = PolicyList(rule: flow.rule, isAllowed: isAllowed, direction: flow.direction)
            line.policyList = line.add(policyLists.fragment(list.number, in: &text))
        }
        guard mask.contains(.apus) else { return }
        line.rule = line.add(rules.fragment(flow.rule, in: &text))
        if flow.isNotDeniedByRule { line.nearestRule = line.add(nearestRules.fragment(flow, in: &text)) }
    }

    /// Both names can stand in the line twice: in `Summary`, and in `apus`.
    private mutating func addKernelDrop(_ flow: Flow, to line: inout LineFragments) {
        line.kernelReason = constants.unknownReason
        if flow.kernelReason != 0 { line.kernelReason = names.fragment(flow.kernelReason, in: &text) }
        if flow.kernelFunction != 0 { line.kernelFunction = names.fragment(flow.kernelFunction, in: &text) }
        line.room += 2 * Int(line.kernelReason.count + line.kernelFunction.count)
    }

    /// Of a kernel drop the nearest one, where the flow does not carry it.
    private mutating func shownDropReason(_ flow: Flow) -> DropReason {
        guard flow.showsDropReason else { return .unknown }
        if flow.kind == .kernelDrop && flow.dropReason == .unknown { return nearestReasons.reason(flow.kernelReason) }
        return flow.dropReason
    }
}
