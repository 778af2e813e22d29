package import FlowModel

/// Writes flows as Hubble's JSON, one `GetFlowsResponse` a line.
///
/// A value of one thread. A flow costs some hundred nanoseconds and, once the buffer is large enough, no allocation:
/// everything that repeats is copied from rendered pieces. Keys stand in the order of the messages' declarations,
/// values at zero are left out, 64-bit numbers are strings.
package struct FlowJSONEncoder: Sendable {
    let pieces: JSONPieces
    private let compatibility: FlowJSONCompatibility
    private var time: TimestampText
    private var uuid: FlowUUID
    private var endpoints: RenderedView<Endpoint, EndpointJSON>
    var services: RenderedView<ServiceReference, [UInt8]>
    var rules: RenderedView<RuleReference, RuleJSON>
    var names: RenderedView<String, NameJSON>
    private var templates = LineTemplates()

    package init(_ context: FlowJSONContext, compatibility: FlowJSONCompatibility = .apus) {
        pieces = context.pieces
        self.compatibility = compatibility
        time = TimestampText(prefix: pieces.start)
        uuid = FlowUUID(prefix: pieces.uuid, storeID: context.storeID)
        endpoints = RenderedView(context.endpoints)
        services = RenderedView(context.services)
        rules = RenderedView(context.rules)
        names = RenderedView(context.names)
    }

    package mutating func append(_ flow: Flow, to buffer: inout [UInt8]) {
        time.update(nanoseconds: flow.timeNanoseconds)
        uuid.update(sequence: flow.sequence)
        let template = self.template(flow)
        buffer.append(contentsOf: time.prefixed)
        buffer.append(contentsOf: uuid.prefixed)
        buffer.append(contentsOf: template.texts.head)
        if template.texts.hasAddresses { appendAddresses(flow, to: &buffer) }
        buffer.append(contentsOf: template.texts.headers)
        if template.texts.hasPorts {
            appendPorts(flow, to: &buffer)
            buffer.append(contentsOf: template.texts.afterPorts)
        }
        appendEndpoints(flow, to: &buffer)
        buffer.append(contentsOf: template.texts.event)
        if compatibility == .apus {
            appendCounts(flow, to: &buffer)
            if !template.texts.apusEnd.isEmpty { buffer.append(contentsOf: template.texts.apusEnd) }
            closeApus(&buffer)
        }
        appendEnd(to: &buffer)
    }

    /// A line for a gap. Its time is that of the last moment at which the loss was noticed.
    package mutating func append(_ lost: LostEvent, to buffer: inout [UInt8]) {
        buffer.append(text: "{\"lost_events\":{\"source\":\"\(lost.place.hubbleName)\"")
        if lost.count > 0 { buffer.append(text: ",\"num_events_lost\":\"\(lost.count)\"") }
        // Hubble gives every gap but that of an overtaken reader a processor, its queue's being 0.
        if lost.place.hubbleName != "HUBBLE_RING_BUFFER" { buffer.append(text: ",\"cpu\":0") }
        for (name, moment) in [("first", lost.firstNanoseconds), ("last", lost.lastNanoseconds)] where moment != 0 {
            time.update(nanoseconds: moment)
            buffer.append(text: ",\"\(name)\":\"")
            buffer.append(contentsOf: time.time)
            buffer.append(UInt8(ascii: "\""))
        }
        if compatibility == .apus { buffer.append(text: ",\"apus\":{\"place\":\"\(lost.place.rawValue)\"}") }
        time.update(nanoseconds: lost.lastNanoseconds)
        appendEnd(to: &buffer)
    }

    private func appendEnd(to buffer: inout [UInt8]) {
        buffer.append(contentsOf: pieces.nodeAndTime)
        buffer.append(contentsOf: time.time)
        buffer.append(contentsOf: pieces.end)
    }

    private mutating func template(_ flow: Flow) -> LineTemplate {
        let shape = LineShape(flow)
        if let known = templates[shape] { return known }
        let template = rendered(flow, shape)
        templates.insert(template)
        return template
    }

    @inline(never)
    private mutating func rendered(_ flow: Flow, _ shape: LineShape) -> LineTemplate {
        let dropReason = shownDropReason(flow)
        var texts = LineTemplate.Texts(
            hasAddresses: flow.attributes.contains(.ip), hasPorts: flow.hasPorts && flow.hasNonZeroPort)
        texts.head = pieces.emitterAndVerdict[Int(flow.verdict.rawValue)]
        texts.head.append(member: "drop_reason", nonZero: UInt64(dropReason.rawValue))
        renderHeaders(flow, &texts)
        texts.event = pieces.typeAndNode
        appendEvent(flow, dropReason, to: &texts.event)
        appendSummary(flow, to: &texts.event)
        if flow.rule != 0 { appendPolicy(flow, to: &texts.event) }
        if compatibility == .apus {
            appendApusStart(flow, to: &texts.event)
            texts.apusEnd = unknownNames(flow)
        }
        return LineTemplate(shape, texts)
    }

    /// Of a flow with an IP header both sides are told, even if nothing is known of them.
    private mutating func appendEndpoints(_ flow: Flow, to buffer: inout [UInt8]) {
        let hasIP = flow.attributes.contains(.ip)
        if hasIP || flow.sourceEndpoint != 0 || flow.sourceIdentity != 0 {
            buffer.append(contentsOf: pieces.source)
            endpoints[flow.sourceEndpoint].append(identity: flow.sourceIdentity, to: &buffer)
        }
        if hasIP || flow.destinationEndpoint != 0 || flow.destinationIdentity != 0 {
            buffer.append(contentsOf: pieces.destination)
            endpoints[flow.destinationEndpoint].append(identity: flow.destinationIdentity, to: &buffer)
        }
    }

    /// Of a kernel drop the nearest one, where the flow does not carry it.
    private mutating func shownDropReason(_ flow: Flow) -> DropReason {
        guard flow.showsDropReason else { return .unknown }
        if flow.kind == .kernelDrop && flow.dropReason == .unknown { return names[flow.kernelReason].nearestDropReason }
        return flow.dropReason
    }
}
