/// Something in a manifest that was refused: where it stands and what is accepted.
package struct ManifestProblem: Error, Hashable, Sendable {
    package let file: String
    /// Nil if the file as a whole is meant.
    package let place: ManifestPlace?
    /// `CiliumNetworkPolicy default/zero-trust`; empty if the text could not be read that far.
    package let object: String
    /// `spec.ingress[0].toPorts`; empty if the object as a whole is meant.
    package let field: String
    package let message: String
    /// The document could not be read at all: what it held is not known.
    package let isUnreadable: Bool

    package init(
        file: String, place: ManifestPlace? = nil, object: String = "", field: String = "", message: String,
        isUnreadable: Bool = false
    ) {
        self.file = file
        self.place = place
        self.object = object
        self.field = field
        self.message = message
        self.isUnreadable = isUnreadable
    }
}

extension ManifestProblem: CustomStringConvertible {
    /// `policies/web.yaml:7:5: CiliumNetworkPolicy default/web: spec.ingress[0]: unknown field "fromEndpoint"; …`
    package var description: String {
        let position = place.map { "\(file):\($0.line):\($0.column)" } ?? file
        return [position, object, field, message].filter { !$0.isEmpty }.joined(separator: ": ")
    }
}
