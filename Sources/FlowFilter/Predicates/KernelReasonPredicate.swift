import FlowCatalog
import FlowModel

/// The running kernel's own reason of a kernel drop.
extension FilterProgram {
    mutating func requireKernelReason(_ accepted: [String], _ set: SetWord) {
        if accepted.isEmpty { return }
        requireKind([.kernelDrop], set)
        kernelReasons.restrict(set, .source) { accepted.contains($0) }
    }

    @inline(never)
    mutating func narrowByKernelReason(_ candidates: inout Candidates, _ flows: Span<Flow>) {
        kernelReasons.narrow(&candidates, flows) { $0.kernelReason }
    }

    /// The name in upper case; nil if no kernel reason can be called so. Which there are depends on the kernel.
    static func kernelReasonName(_ text: String) -> String? {
        let name = text.uppercased()
        let isPlausible =
            !name.isEmpty && name.utf8.allSatisfy { $0 == 95 || (48...57).contains($0) || (65...90).contains($0) }
        return isPlausible ? name : nil
    }
}
