package import FlowFilter
internal import FlowWire
internal import HTTPTransport

/// What is asked of `/v1/flows`: which flows, and how they are to be shown.
struct FlowsQuestion {
    /// Parameters besides filters, times and numbers.
    static let parameters = ["cursor", "fields", "coverage", "compat", "allowlist", "denylist"]
    /// Answers a question that names neither a range nor a number with so many flows, as Hubble's command line does.
    static let defaultLast = FlowAPI.defaultLast

    var request: FlowRequest
    var compatibility = FlowJSONCompatibility.apus
    var mask = FlowFieldMask.all
    var showsCoverage = false

    /// Where cursors are of, and how far they may reach.
    struct Store {
        let id: [UInt8]
        /// Sequence of the next flow to come.
        let edge: UInt64
        let origin: FlowOrigin
    }

    /// Of GET.
    ///
    /// - Parameter headers: of which `last-event-id` is where a client of server-sent events stopped.
    init(
        queryItems items: [(name: String, value: String)], headers: HTTPFields, now: UInt64, _ store: Store
    ) throws(FilterError) {
        let own = try OwnParameters(items, Self.parameters, repeatable: ["fields", "allowlist", "denylist"])
        var request = try FlowRequest(queryItems: items, now: now, of: store.origin, others: Self.parameters)
        try request.filter.addRaw(own.all("allowlist"), own.all("denylist"), store.origin)
        try self.init(request, try Self.mask(own), own, headers, store)
    }

    /// Of POST: filters, times and numbers are in the body.
    init(
        body: GetFlowsBody, queryItems items: [(name: String, value: String)], headers: HTTPFields, _ store: Store
    ) throws(FilterError) {
        let parameters = Self.parameters.filter { !["fields", "allowlist", "denylist"].contains($0) }
        _ = try FlowRequest(queryItems: items, now: 0, accepting: [], others: parameters)
        try self.init(body.request, body.mask, try OwnParameters(items, parameters), headers, store)
    }

    private init(
        _ request: FlowRequest, _ mask: FlowFieldMask, _ own: OwnParameters, _ headers: HTTPFields, _ store: Store
    ) throws(FilterError) {
        self.request = request
        self.mask = mask
        compatibility = try Self.compatibility(own)
        showsCoverage = try own.flag("coverage")
        let cursor = try Self.cursor(own, store.id, request)
        let last = try Self.lastEventID(headers, store.id)
        if let start = last ?? cursor {
            guard start.sequence < store.edge else {
                throw Self.error(last == nil ? own : nil, FlowCursor.Problem.ahead, start.text(storeID: store.id))
            }
            self.request.after = start.sequence
            // A client that comes back asks what it asked at first, but has what that was about.
            (self.request.since, self.request.last) = (nil, nil)
        }
        if self.request.isOpen { self.request.last = Self.defaultLast }
    }

    private static func compatibility(_ own: OwnParameters) throws(FilterError) -> FlowJSONCompatibility {
        switch own["compat"] {
        case nil: return .apus
        case "hubble": return .hubble
        default: throw own.error("compat", "not a dialect", accepted: "hubble")
        }
    }

    /// `fields=time,verdict,source.pod_name`, all of which can also be given one by one.
    private static func mask(_ own: OwnParameters) throws(FilterError) -> FlowFieldMask {
        let values = own.all("fields")
        guard !values.isEmpty else { return .all }
        do throws(FieldMaskError) {
            return try FlowFieldMask(paths: values.flatMap { $0.split(separator: ",").map(String.init) })
        } catch {
            throw own.error(
                "fields", "\"\(error.unknown)\" is no field", value: error.path,
                accepted: error.accepted.joined(separator: ", "))
        }
    }

    // MARK: Cursors

    private static func cursor(
        _ own: OwnParameters, _ storeID: [UInt8], _ request: FlowRequest
    ) throws(FilterError) -> FlowCursor? {
        guard let text = own["cursor"] else { return nil }
        for (name, isGiven) in [("since", request.since != nil), ("last", request.last != nil)] where isGiven {
            throw own.error("cursor", "cannot be given together with \(name): both say where to begin")
        }
        do throws(FlowCursor.Problem) {
            return try FlowCursor(parsing: text, storeID: storeID)
        } catch {
            throw Self.error(own, error, text)
        }
    }

    private static func lastEventID(_ headers: HTTPFields, _ storeID: [UInt8]) throws(FilterError) -> FlowCursor? {
        guard let text = headers["last-event-id"], !text.isEmpty else { return nil }
        do throws(FlowCursor.Problem) {
            return try FlowCursor(parsing: text, storeID: storeID)
        } catch {
            throw Self.error(nil, error, text)
        }
    }

    /// - Parameter own: nil if the cursor was in the header.
    private static func error(_ own: OwnParameters?, _ problem: FlowCursor.Problem, _ text: String) -> FilterError {
        own?.error("cursor", problem.rawValue, accepted: FlowCursor.accepted)
            ?? FilterError(
                parameter: "Last-Event-ID", value: text, problem: problem.rawValue, accepted: FlowCursor.accepted)
    }
}

extension FilterSpec {
    /// Filters in Hubble's own form: alternatives to what else is wanted, and to what else is left out.
    package mutating func addRaw(
        _ allowed: [String], _ denied: [String], _ origin: FlowOrigin
    ) throws(FilterError) {
        for text in allowed { allow += try RawFilter.conditions(text, "allowlist", origin) }
        for text in denied { deny += try RawFilter.conditions(text, "denylist", origin) }
    }
}

extension FlowRequest {
    /// Neither a range nor a number is asked for.
    package var isOpen: Bool {
        first == nil && last == nil && since == nil && until == nil && after == nil && !follow
    }
}
