import FlowCatalog
import FlowModel

/// The running kernel's own reason of a kernel drop.
struct KernelReasonPredicate {
    private var names: CatalogAnswers<String>

    init?(_ reasons: [String], _ catalog: FlowCatalog) {
        if reasons.isEmpty { return nil }
        names = CatalogAnswers(catalog.names) { reasons.contains($0) }
    }

    mutating func match(_ flow: borrowing Flow) -> Bool {
        guard flow.kind == .kernelDrop else { return false }
        return names.meets(flow.kernelReason)
    }

    /// The name in upper case; nil if no kernel reason can be called so. Which there are depends on the kernel.
    static func name(_ text: String) -> String? {
        let name = text.uppercased()
        let isPlausible =
            !name.isEmpty && name.utf8.allSatisfy { $0 == 95 || (48...57).contains($0) || (65...90).contains($0) }
        return isPlausible ? name : nil
    }
}
