import FlowModel

/// The fragments of one flow's message; what it does not have, or the mask leaves out, is empty.
struct FlowMessageParts {
    let dropReason: DropReason
    /// Of the flow, or if that is unknown of its rule.
    let direction: TrafficDirection
    var constants = Fragment()
    var responseNode = Fragment()
    var source = Fragment()
    var destination = Fragment()
    var sourceNames = Fragment()
    var destinationNames = Fragment()
    var sourceService = Fragment()
    var destinationService = Fragment()
    var interfaceName = Fragment()
    var summary = Fragment()
    var kernelReason = Fragment()
    var kernelFunction = Fragment()
    var policy = Fragment()
    var rule = Fragment()
    var nearestRule = Fragment()

    /// All tags, numbers, addresses and times at their longest take less than half of it.
    private static let fixedRoom = 1_024

    /// Bytes that the message takes at most. The kernel's words stand in it twice.
    var room: Int {
        let once = Int(constants.count + responseNode.count + source.count + destination.count + sourceNames.count)
        let more = Int(destinationNames.count + sourceService.count + destinationService.count + interfaceName.count)
        let decision = Int(policy.count + rule.count + nearestRule.count)
        let rest = Int(summary.count + 2 * (kernelReason.count + kernelFunction.count))
        return Self.fixedRoom + once + more + rest + decision
    }

    @inline(__always)
    init(_ flow: Flow, _ mask: FlowFieldMask, _ fragments: inout ProtobufFragments) {
        dropReason = fragments.shownDropReason(flow)
        direction = flow.direction == .unknown ? fragments.ruleDirection(flow.rule) : flow.direction
        constants = fragments.flow
        if mask.contains(.nodeName) { responseNode = fragments.responseNode }
        if mask.containsAny(.source) { source = fragments.source(flow.sourceEndpoint) }
        if mask.containsAny(.destination) { destination = fragments.destination(flow.destinationEndpoint) }
        if mask.contains(.sourceNames) { sourceNames = fragments.sourceNames(flow.sourceEndpoint) }
        if mask.contains(.destinationNames) { destinationNames = fragments.destinationNames(flow.destinationEndpoint) }
        if flow.sourceService != 0 && mask.contains(.sourceService) {
            sourceService = fragments.service(flow.sourceService)
        }
        if flow.destinationService != 0 && mask.contains(.destinationService) {
            destinationService = fragments.service(flow.destinationService)
        }
        if flow.showsInterface && mask.contains(.interface) { interfaceName = fragments.name(flow.interfaceName) }
        if mask.contains(.summary) { summary = fragments.summary(flow) }
        if flow.kind == .kernelDrop && (mask.contains(.summary) || mask.contains(.apus)) { addKernel(flow, &fragments) }
        if flow.rule == 0 { return }
        policy = fragments.policy(flow.rule)
        guard mask.contains(.apus) else { return }
        rule = fragments.rule(flow.rule)
        if flow.isNotDeniedByRule { nearestRule = fragments.nearestRule(flow) }
    }

    private mutating func addKernel(_ flow: Flow, _ fragments: inout ProtobufFragments) {
        kernelReason = flow.kernelReason == 0 ? fragments.unknownReason : fragments.name(flow.kernelReason)
        if flow.kernelFunction != 0 { kernelFunction = fragments.name(flow.kernelFunction) }
    }
}

extension ProtobufFragments {
    /// Of a kernel drop the nearest one, where the flow does not carry it.
    fileprivate mutating func shownDropReason(_ flow: Flow) -> DropReason {
        guard flow.showsDropReason else { return .unknown }
        if flow.kind == .kernelDrop && flow.dropReason == .unknown { return nearestReason(flow.kernelReason) }
        return flow.dropReason
    }
}

extension Flow {
    /// Whether `interface` is told.
    var showsInterface: Bool {
        kind == .trace && interfaceIndex != 0 || kind == .kernelDrop && (interfaceIndex != 0 || interfaceName != 0)
    }
}
