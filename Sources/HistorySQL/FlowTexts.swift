import FlowCatalog
import FlowModel
import FlowWire
import SQLiteRuntime

/// What the indices in a store's flows mean, as of when it was opened.
final class FlowTexts {
    let nodeName: String
    let endpoints: [Endpoint]
    let services: [ServiceReference]
    let rules: [RuleReference]
    let names: [String]
    private var moment = MomentText()
    /// JSON of endpoints' lists, made when it is first asked for.
    private var labels: [UInt32: String] = [:]
    private var domains: [UInt32: String] = [:]

    init(_ catalog: FlowCatalog, nodeName: String) {
        self.nodeName = nodeName
        endpoints = catalog.endpoints.elements()
        services = catalog.services.elements()
        rules = catalog.rules.elements()
        names = catalog.names.elements()
    }

    /// nil for index 0, which stands for none, and for one that the store does not have.
    func endpoint(_ index: UInt32) -> Endpoint? { Self.element(endpoints, index) }
    func service(_ index: UInt32) -> ServiceReference? { Self.element(services, index) }
    func rule(_ index: UInt32) -> RuleReference? { Self.element(rules, index) }
    func name(_ index: UInt32) -> String? { Self.element(names, index) }

    private static func element<Element>(_ table: [Element], _ index: UInt32) -> Element? {
        index > 0 && index < table.count ? table[Int(index)] : nil
    }

    func labels(_ index: UInt32) -> String? {
        if let known = labels[index] { return known }
        guard let list = endpoint(index)?.labels, !list.isEmpty else { return nil }
        labels[index] = list.jsonArray
        return labels[index]
    }

    func domains(_ index: UInt32) -> String? {
        if let known = domains[index] { return known }
        guard let list = endpoint(index)?.dnsNames, !list.isEmpty else { return nil }
        domains[index] = list.jsonArray
        return domains[index]
    }

    func time(_ nanoseconds: UInt64) -> String { moment.text(nanoseconds) }

    func tellTime(_ nanoseconds: UInt64, _ result: borrowing ColumnResult) {
        moment.update(nanoseconds)
        let bytes = moment.bytes
        result.setText(bytes.span)
    }
}

extension [String] {
    /// `["a","b"]`
    var jsonArray: String {
        var json: [UInt8] = []
        for (index, text) in enumerated() {
            json.append(UInt8(ascii: index == 0 ? "[" : ","))
            json.append(jsonString: text)
        }
        return String(decoding: json, as: UTF8.self) + "]"
    }
}
