import FlowAPI
import FlowFilter
import FlowWire
import HTTPTransport
import SystemRuntime

/// Which flows are asked for, as a query's parameters.
struct FlowQuestion {
    /// Filters, times and numbers.
    var items: [(name: String, value: String)]
    /// Filters in Hubble's own form.
    var allowlist: [String] = []
    var denylist: [String] = []
    /// Of flows in JSON; empty: all.
    var fields: [String] = []

    /// As it is understood here, so that a mistake is told without a server.
    func request(of origin: FlowOrigin) throws -> FlowRequest {
        var request = try FlowRequest(
            queryItems: items, now: SystemClock.realtimeNanoseconds(), of: origin,
            accepting: origin.nodeName == nil ? FilterParameter.allCases : FilterParameter.captured)
        try request.filter.addRaw(allowlist, denylist, origin)
        _ = try mask()
        return request
    }

    func mask() throws(FilterError) -> FlowFieldMask {
        do throws(FieldMaskError) {
            return try FlowFieldMask(paths: fields)
        } catch {
            throw FilterError(
                parameter: "field-mask", value: error.path, problem: "\"\(error.unknown)\" is no field",
                accepted: error.accepted.joined(separator: ", "))
        }
    }

    /// What a server is asked.
    ///
    /// - Parameter cursor: of the last flow that is there already: it takes the place of what says where to begin.
    func target(_ fields: [String], cursor: String?) -> String {
        var parameters = items
        if let cursor {
            parameters.removeAll { ["since", "last"].contains($0.name) }
            parameters.append((name: "cursor", value: cursor))
        }
        parameters += allowlist.map { (name: "allowlist", value: $0) } + denylist.map { (name: "denylist", value: $0) }
        if !fields.isEmpty { parameters.append((name: "fields", value: fields.joined(separator: ","))) }
        parameters.append((name: "coverage", value: "true"))
        return HTTPClientStream.target(
            path: "/v1/flows", queryItems: parameters.map { HTTPQueryItem(name: $0.name, value: $0.value) })
    }

    func printRawFilters() throws {
        _ = try request(of: .file)
        let lists = try RawFilter.lists(items)
        var lines: [String] = []
        for (name, filters) in [("allowlist", allowlist + lists.allow), ("denylist", denylist + lists.deny)]
        where !filters.isEmpty {
            lines.append("\(name):")
            lines += filters.map { "- '\($0)'" }
        }
        try StandardStream.output.write(Array((lines.joined(separator: "\n") + "\n").utf8))
    }
}

extension CommandFailure {
    /// Runs a command's body; what goes wrong there becomes an error of the command line, a reader that went away the end.
    static func reporting(_ body: () async throws -> Void) async throws {
        do {
            try await body()
        } catch let error as FilterError {
            throw CommandFailure.usage(error.commandLineText)
        } catch let error as CommandFailure {
            throw error
        } catch let error as SystemError where error.isBrokenPipe {
            return
        } catch {
            throw CommandFailure.failed("\(error)")
        }
    }
}
