import FlowModel
import Manifests

extension ManifestNode {
    func prefix() throws(FieldProblem) -> IPPrefix {
        let text = try text()
        guard let prefix = IPPrefix(text) else {
            throw problem("must be an address prefix such as 10.0.0.0/8 or 2001:db8::/32, not \"\(text)\"")
        }
        return prefix
    }
}

extension ManifestNode? {
    /// The parts that an `except` list takes out of a prefix; each must lie within it.
    func exceptions(from prefix: IPPrefix) throws(FieldProblem) -> [IPPrefix] {
        var exceptions: [IPPrefix] = []
        for node in try self?.list() ?? [] {
            let exception = try node.prefix()
            guard exception.address.isV4 == prefix.address.isV4, prefix.contains(exception) else {
                throw node.problem("must lie within \(prefix), which \(exception) does not")
            }
            exceptions.append(exception)
        }
        return exceptions
    }
}
