internal import FlowFilter

/// A request's parameters besides filters, with their places.
struct OwnParameters {
    private var values: [String: [(value: String, position: Int)]] = [:]

    /// - Parameters:
    ///   - names: each may be given once.
    ///   - repeatable: those of `names` that may be repeated.
    init(
        _ items: [(name: String, value: String)], _ names: [String], repeatable: [String] = []
    ) throws(FilterError) {
        for (index, item) in items.enumerated() where names.contains(item.name) {
            if values[item.name] != nil, !repeatable.contains(item.name) {
                throw FilterError(parameter: item.name, value: item.value, position: index + 1, problem: "given twice")
            }
            values[item.name, default: []].append((item.value, index + 1))
        }
    }

    /// The value, or the first of several.
    subscript(name: String) -> String? { values[name]?.first?.value }

    func all(_ name: String) -> [String] { values[name]?.map(\.value) ?? [] }

    /// A flag may stand without a value.
    func flag(_ name: String) throws(FilterError) -> Bool {
        switch self[name]?.lowercased() {
        case nil, "false", "0": return false
        case "", "true", "1": return true
        default: throw error(name, "neither true nor false", accepted: "true, false")
        }
    }

    /// A number of entries.
    func count(_ name: String, most: Int) throws(FilterError) -> Int? {
        guard let text = self[name] else { return nil }
        guard let count = Int(text), (1...most).contains(count) else {
            throw error(name, "not a number of entries", accepted: "1 to \(most)")
        }
        return count
    }

    func error(_ name: String, _ problem: String, value: String? = nil, accepted: String? = nil) -> FilterError {
        FilterError(
            parameter: name, value: value ?? self[name], position: values[name]?.first?.position, problem: problem,
            accepted: accepted)
    }
}
