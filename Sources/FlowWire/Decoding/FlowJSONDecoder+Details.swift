import FlowModel

// What a flow has no place for.
extension FlowJSONDecoder {
    mutating func readUUID(
        _ message: inout FlowMessage, _ line: Span<UInt8>, _ scanner: inout JSONScanner
    ) throws(JSONFailure) {
        let range = try scanner.string(line)
        guard keepsDetails else { return }
        message.note { $0.uuid = String(utf8: line, range) }
    }

    @inline(never)
    mutating func readDetail(
        _ key: FlowKey, _ message: inout FlowMessage, _ line: Span<UInt8>, _ scanner: inout JSONScanner
    ) throws(JSONFailure) {
        if notesDropped { dropped.append(Self.camelCase(scanner.keyText(line))) }
        switch key {
        case .ethernet: try readEthernet(&message, line, &scanner)
        case .l7: try readLayer7(&message, line, &scanner)
        case .nodeLabels where keepsDetails:
            let labels = try scanner.texts(line)
            message.note { $0.nodeLabels = labels }
        case .traceContext where keepsDetails:
            let id = try innerText(line, &scanner, .parent, .traceId)
            message.note { $0.traceID = id }
        case .ipTraceId:
            let id = try innerNumber(line, &scanner, .traceId)
            if id != 0 { message.note { $0.ipTraceID = id } }
        case .authType: try note(\.authType, &message, line, &scanner)
        case .debugCapturePoint: try note(\.capturePoint, &message, line, &scanner)
        case .sockXlatePoint: try note(\.translationPoint, &message, line, &scanner)
        default: try scanner.skipValue(line)
        }
    }

    private func note(
        _ path: WritableKeyPath<FlowDetails, String>, _ message: inout FlowMessage, _ line: Span<UInt8>,
        _ scanner: inout JSONScanner
    ) throws(JSONFailure) {
        let text = try scanner.isText(line) ? try scanner.text(line) : String(try scanner.number(line))
        message.note { $0[keyPath: path] = text }
    }

    /// Addresses of the link layer are shown only where there are no others, which are told later in the line.
    private func readEthernet(
        _ message: inout FlowMessage, _ line: Span<UInt8>, _ scanner: inout JSONScanner
    ) throws(JSONFailure) {
        let range = try range(line, &scanner)
        message.ethernet = range
    }

    /// What is known of the flow now that all of it was read.
    mutating func finishDetails(_ message: inout FlowMessage, _ flow: Flow, _ line: Span<UInt8>) {
        if let summary = message.summary, flow.kind != .kernelDrop, !summaries.says(line, summary, flow) {
            message.note { $0.summary = text(line, summary) }
        } else if message.summary == nil, !summaries.isEmpty(flow) {
            message.note { $0.summary = "" }
        }
        if let range = message.ethernet, keepsDetails || !flow.attributes.contains(.ip) {
            noteEthernet(&message, line, range)
        }
        if !message.rule.lists.isEmpty, message.rule.rule == nil || message.rule.lists.count > 1 {
            notePolicies(&message, flow, line)
        }
        if keepsDetails || Self.needsDetails(flow.kind) {
            let subType = UInt32(clamping: message.subType)
            message.note { [nodeName] in
                $0.subType = subType
                $0.nodeName = nodeName
            }
        }
        details = message.details
    }

    private static func needsDetails(_ kind: FlowKind) -> Bool {
        kind == .capture || kind == .socketTrace || kind == .layer7
    }

    private func noteEthernet(_ message: inout FlowMessage, _ line: Span<UInt8>, _ range: Range<Int>) {
        var scanner = JSONScanner(at: range.lowerBound)
        guard var more = try? scanner.open(line, "{") else { return }
        while more {
            let key = (try? scanner.key(line, keys)).flatMap(FlowKey.init) ?? .unknown
            guard let text = try? scanner.text(line) else { return }
            message.note {
                if key == .source { $0.ethernetSource = text }
                if key == .destination { $0.ethernetDestination = text }
            }
            more = (try? scanner.next(line, "}")) ?? false
        }
    }

    /// The policies of the flow's own direction, where they are not just the one of its rule.
    private mutating func notePolicies(_ message: inout FlowMessage, _ flow: Flow, _ line: Span<UInt8>) {
        let lists = message.rule.lists
        var listed: [PolicyName] = []
        if let list = lists.first(where: { $0.direction == flow.direction }) {
            let read = try? policyLists.value(line, list.range) { () throws(JSONFailure) in
                try Self.policies(line, list.range).map(\.policyName)
            }
            listed = read ?? []
        }
        guard lists.count > 1 || listed.count != 1 else { return }
        // Those that lack a name or kind are not told.
        message.note { $0.policies = listed.filter { !$0.name.isEmpty && !$0.kind.isEmpty } }
    }

    // MARK: Layer 7

    private func readLayer7(
        _ message: inout FlowMessage, _ line: Span<UInt8>, _ scanner: inout JSONScanner
    ) throws(JSONFailure) {
        var layer7 = FlowDetails.Layer7()
        var more = try scanner.open(line, "{")
        while more {
            switch FlowKey(rawValue: try scanner.key(line, keys)) ?? .unknown {
            case .type: layer7.type = try scanner.isText(line) ? try scanner.text(line) : "\(try scanner.number(line))"
            case .dns:
                layer7.record = .dns(try dns(line, &scanner))
                message.flow.attributes.insert(.dns)
            case .http:
                layer7.record = .http(try http(line, &scanner))
                message.flow.attributes.insert(.http)
            case .kafka:
                layer7.record = .kafka
                try scanner.skipValue(line)
            default: try scanner.skipValue(line)
            }
            more = try scanner.next(line, "}")
        }
        message.note { $0.layer7 = layer7 }
    }

    private func dns(_ line: Span<UInt8>, _ scanner: inout JSONScanner) throws(JSONFailure) -> FlowDetails.DNS {
        var dns = FlowDetails.DNS()
        var more = try scanner.open(line, "{")
        while more {
            switch FlowKey(rawValue: try scanner.key(line, keys)) ?? .unknown {
            case .query: dns.query = try scanner.text(line)
            case .observationSource: dns.observationSource = try scanner.text(line)
            default: try scanner.skipValue(line)
            }
            more = try scanner.next(line, "}")
        }
        return dns
    }

    private func http(_ line: Span<UInt8>, _ scanner: inout JSONScanner) throws(JSONFailure) -> FlowDetails.HTTP {
        var http = FlowDetails.HTTP()
        var more = try scanner.open(line, "{")
        while more {
            switch FlowKey(rawValue: try scanner.key(line, keys)) ?? .unknown {
            case .code: http.code = UInt32(clamping: try scanner.number(line))
            case .method: http.method = try scanner.text(line)
            case .url: http.url = try scanner.text(line)
            case .headers:
                http.headers = try scanner.list(line) { scanner throws(JSONFailure) in try header(line, &scanner) }
            default: try scanner.skipValue(line)
            }
            more = try scanner.next(line, "}")
        }
        return http
    }

    private func header(
        _ line: Span<UInt8>, _ scanner: inout JSONScanner
    ) throws(JSONFailure) -> FlowDetails.HTTP.Header {
        var header = FlowDetails.HTTP.Header(key: "", value: "")
        var more = try scanner.open(line, "{")
        while more {
            switch FlowKey(rawValue: try scanner.key(line, keys)) ?? .unknown {
            case .key: header.key = try scanner.text(line)
            case .value: header.value = try scanner.text(line)
            default: try scanner.skipValue(line)
            }
            more = try scanner.next(line, "}")
        }
        return header
    }

    // MARK: Objects of one member

    /// `{"parent":{"trace_id":"…"}}`
    private func innerText(
        _ line: Span<UInt8>, _ scanner: inout JSONScanner, _ outer: FlowKey?, _ inner: FlowKey
    ) throws(JSONFailure) -> String {
        var text = ""
        var more = try scanner.open(line, "{")
        while more {
            let key = FlowKey(rawValue: try scanner.key(line, keys)) ?? .unknown
            if key == outer {
                text = try innerText(line, &scanner, nil, inner)
            } else if key == inner, outer == nil {
                text = try scanner.text(line)
            } else {
                try scanner.skipValue(line)
            }
            more = try scanner.next(line, "}")
        }
        return text
    }

    private func innerNumber(
        _ line: Span<UInt8>, _ scanner: inout JSONScanner, _ inner: FlowKey
    ) throws(JSONFailure) -> UInt64 {
        var number: UInt64 = 0
        var more = try scanner.open(line, "{")
        while more {
            if FlowKey(rawValue: try scanner.key(line, keys)) == inner {
                number = try scanner.number(line)
            } else {
                try scanner.skipValue(line)
            }
            more = try scanner.next(line, "}")
        }
        return number
    }

    /// `node_labels` → `nodeLabels`
    private static func camelCase(_ name: String) -> String {
        let parts = name.split(separator: "_")
        guard parts.count > 1 else { return name }
        return String(parts[0]) + parts.dropFirst().map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined()
    }
}
