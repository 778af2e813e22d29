internal import FlowFilter

extension MetricSettings {
    /// Sets one of Hubble's options, whose names are taken in any case.
    ///
    /// - Parameter values: as a list, or joined by `|` (those of `labelsContext` by `,`, too).
    package mutating func set(_ option: String, _ values: [String]) throws(MetricProblem) {
        let values = values.flatMap { $0.split(separator: "|", omittingEmptySubsequences: false).map(String.init) }
        switch option.lowercased() {
        case "sourcecontext": source.plain = try Self.sources(option, values)
        case "sourceegresscontext": source.egress = try Self.sources(option, values)
        case "sourceingresscontext": source.ingress = try Self.sources(option, values)
        case "destinationcontext": destination.plain = try Self.sources(option, values)
        case "destinationegresscontext": destination.egress = try Self.sources(option, values)
        case "destinationingresscontext": destination.ingress = try Self.sources(option, values)
        case "labelscontext": try setLabels(values)
        default: try setSwitch(option, values)
        }
    }

    private static let contextOptions = [
        "sourceContext", "sourceEgressContext", "sourceIngressContext", "destinationContext",
        "destinationEgressContext", "destinationIngressContext", "labelsContext",
    ]

    private static func sources(_ option: String, _ values: [String]) throws(MetricProblem) -> [ContextSource] {
        var sources: [ContextSource] = []
        for value in values {
            guard let source = ContextSource(rawValue: value.lowercased()) else {
                throw .unknown("\(option): \"\(value)\" is no context", value, ContextSource.allCases.map(\.rawValue))
            }
            sources.append(source)
        }
        guard !sources.isEmpty else { throw MetricProblem("\(option): lists no context") }
        return sources
    }

    private mutating func setLabels(_ values: [String]) throws(MetricProblem) {
        let accepted = Self.labelNames
        for value in values.flatMap({ $0.split(separator: ",").map(String.init) }) {
            if value == "traffic_direction" {
                tellsDirection = true
                continue
            }
            let parts = value.split(separator: "_", maxSplits: 1)
            guard parts.count == 2, let side = SideContext.Side(rawValue: String(parts[0])),
                let label = ContextLabel(rawValue: String(parts[1]))
            else { throw .unknown("labelsContext: \"\(value)\" is no label", value, accepted) }
            switch side {
            case .source: if !source.labels.contains(label) { source.labels.append(label) }
            case .destination: if !destination.labels.contains(label) { destination.labels.append(label) }
            }
        }
    }

    private static var labelNames: [String] {
        ["source", "destination"].flatMap { side in ContextLabel.allCases.map { "\(side)_\($0.rawValue)" } }
            + ["traffic_direction"]
    }

    private mutating func setSwitch(_ option: String, _ values: [String]) throws(MetricProblem) {
        let accepted = metric.options + [.exemplars]
        guard let known = accepted.first(where: { $0.rawValue.lowercased() == option.lowercased() }) else {
            throw .unknown(
                "\"\(option)\" is no option of \(metric.rawValue)", option,
                accepted.map(\.rawValue) + Self.contextOptions)
        }
        switch values.first?.lowercased() ?? "true" {
        case "true", "": options.insert(known)
        case "false": options.remove(known)
        default: throw MetricProblem("\(option): \"\(values[0])\" is neither true nor false")
        }
    }
}

extension MetricProblem {
    /// - Parameter accepted: all that would be.
    static func unknown(_ text: String, _ value: String, _ accepted: [String]) -> MetricProblem {
        let nearest = nearestName(to: value, among: accepted).map { "; did you mean \($0)?" } ?? ""
        return MetricProblem("\(text)\(nearest); accepted: \(accepted.joined(separator: ", "))")
    }
}

extension FlowMetric {
    package init(configured name: String) throws(MetricProblem) {
        guard let metric = Self.allCases.first(where: { $0.rawValue.lowercased() == name.lowercased() }) else {
            throw .unknown("\"\(name)\" is no metric", name, Self.allCases.map(\.rawValue))
        }
        self = metric
    }
}

extension MetricsSettings {
    /// Hubble's syntax, metrics apart by spaces: `drop:sourceContext=pod|ip;labelsContext=source_app tcp dns:query`.
    package init(flag text: String) throws(MetricProblem) {
        self.init(metrics: [])
        for word in text.split(whereSeparator: \.isWhitespace) {
            let parts = word.split(separator: ":", maxSplits: 1)
            guard let name = parts.first else { throw MetricProblem("\"\(word)\" names no metric") }
            var settings = MetricSettings(try FlowMetric(configured: String(name)))
            for option in parts.dropFirst().first?.split(separator: ";") ?? [] {
                let sides = option.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                do throws(MetricProblem) {
                    try settings.set(String(sides[0]), sides.dropFirst().map(String.init))
                } catch {
                    throw MetricProblem("\(name): \(error)")
                }
            }
            try add(settings)
        }
    }

    /// Refuses what would make the same series twice.
    package mutating func add(_ settings: MetricSettings) throws(MetricProblem) {
        let name = settings.metric.rawValue
        if metrics.contains(where: { $0.metric == settings.metric }) {
            throw MetricProblem("\(name) stands here twice")
        }
        let http: Set<FlowMetric> = [.http, .httpV2]
        if http.contains(settings.metric), metrics.contains(where: { http.contains($0.metric) }) {
            throw MetricProblem("http and httpV2 make series of the same names: choose one")
        }
        metrics.append(settings)
    }
}
