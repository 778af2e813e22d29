import FlowCatalog
import FlowModel

// Fragments of what the catalog knows. An index that it does not have stands for its element 0, "none or unknown".
extension FragmentTable {
    static func catalog<Element>(
        _ table: CatalogTable<Element>, _ render: @escaping @Sendable (inout [UInt8], Element) -> Void
    ) -> FragmentTable {
        FragmentTable { index, json in
            let element = table[index]
            if let element = element ?? table[0] { render(&json, element) }
            return element != nil
        }
    }

    /// By index and side: twice the index, plus 1 for a destination that is to have a text of its own.
    static func endpoints(
        _ catalog: FlowCatalog, _ render: @escaping @Sendable (inout [UInt8], Endpoint, _ isSource: Bool) -> Void
    ) -> FragmentTable {
        FragmentTable { number, json in
            let element = catalog.endpoints[number >> 1]
            if let element = element ?? catalog.endpoints[0] { render(&json, element, number & 1 == 0) }
            return element != nil
        }
    }

    /// By `PolicyList.number`.
    static func policyLists(_ catalog: FlowCatalog, _ mask: FlowFieldMask) -> FragmentTable {
        FragmentTable { number, json in
            let list = PolicyList(number: number)
            let rule = catalog.rules[list.rule]
            if let rule = rule ?? catalog.rules[0] { list.append(rule, mask, to: &json) }
            return rule != nil
        }
    }
}

/// What Hubble's clients are told of the kernel's own drop reasons, by index of their names.
struct NearestReasons: Sendable {
    private let names: CatalogTable<String>
    private var reasons: [DropReason] = []

    init(_ catalog: FlowCatalog) { names = catalog.names }

    mutating func reason(_ name: UInt32) -> DropReason {
        while Int(name) >= reasons.count {
            guard let text = names[UInt32(reasons.count)] else { return .unknown }
            reasons.append(NearestDropReason.ofKernelReason(text))
        }
        return reasons[Int(name)]
    }
}
