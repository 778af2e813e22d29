import Manifests

extension NetworkPolicy {
    static let ciliumKind = "CiliumNetworkPolicy"
    static let clusterwideKind = "CiliumClusterwideNetworkPolicy"
    static let kubernetesKind = "NetworkPolicy"

    /// Nil for an object that is no policy.
    init?(_ document: ManifestDocument, _ context: PolicyContext) throws(FieldProblem) {
        let specs: [PolicySpec]
        let origin: PolicyOrigin
        var remarks: [FieldProblem] = []
        switch document.kind {
        case Self.ciliumKind, Self.clusterwideKind:
            try Self.check(document, apiVersion: "cilium.io/v2")
            origin = try PolicyOrigin(document, isClusterwide: document.kind == Self.clusterwideKind)
            var parser = CiliumPolicyParser(origin: origin, context: context)
            specs = try parser.specs(document.node, &remarks)
        case Self.kubernetesKind:
            try Self.check(document, apiVersion: "networking.k8s.io/v1")
            origin = try PolicyOrigin(document, isClusterwide: false)
            specs = [try KubernetesPolicyParser(origin: origin, clusterName: context.clusterName).spec(document.node)]
        case let kind where kind.hasSuffix("NetworkPolicy"):
            throw document.node.problem(
                "this kind of policy is not supported; accepted are \(Self.ciliumKind), \(Self.clusterwideKind) and "
                    + Self.kubernetesKind)
        default: return nil
        }
        self.init(
            kind: origin.kind, name: origin.name, namespace: origin.namespace, file: document.file,
            line: document.line, specs: specs, remarks: remarks.map(document.problem))
    }

    private static func check(_ document: ManifestDocument, apiVersion: String) throws(FieldProblem) {
        guard document.apiVersion != apiVersion else { return }
        throw document.node.problem(
            "apiVersion \(document.apiVersion) of \(document.kind) is not supported; accepted is \(apiVersion)")
    }
}
