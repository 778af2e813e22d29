import Foundation
import Testing

/// `apus policy` on files.
@Suite struct PolicyCommandTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    private func check(_ arguments: String...) throws -> (status: Int32, output: String, errors: String) {
        let child = try Child(Apus.path, ["policy", "check"] + arguments)
        return (child.waitForEnd(), child.output, child.errors)
    }

    private func write(_ name: String, _ spec: String, kind: String = "CiliumNetworkPolicy") throws -> String {
        let path = directory.path + "/" + name
        let text = """
            apiVersion: \(kind == "NetworkPolicy" ? "networking.k8s.io/v1" : "cilium.io/v2")
            kind: \(kind)
            metadata: {name: p, namespace: shop}
            spec:
            \(spec)

            """
        try text.write(toFile: path, atomically: true, encoding: .utf8)
        return path
    }

    @Test("Good policies pass, and what of them has no effect is a remark")
    func good() throws {
        let file = try write("good.yaml", "  endpointSelector: {}\n  egress:\n  - toFQDNs: [{matchName: example.com}]")
        let result = try check(file)
        #expect(result.status == 0)
        #expect(
            result.output == """
                \(file):7:15: CiliumNetworkPolicy shop/p: spec.egress[0].toFQDNs[0]: no address is known by such a name \
                yet: until one is, this means nobody (remark)
                1 policies, 0 problems, 1 remarks

                """)
    }

    @Test(
        "The published mistakes are found, with file, line and column, and exit code 1",
        arguments: [
            ("  ingress: [{}]", "CiliumNetworkPolicy", ":5:3: CiliumNetworkPolicy shop/p: spec: spec has neither"),
            (
                "  endpointSelector: {}\n  ingress:\n  - fromEndpoint: [{}]", "CiliumNetworkPolicy",
                ":7:5: CiliumNetworkPolicy shop/p: spec.ingress[0]: unknown field \"fromEndpoint\""
            ),
            (
                "  podSelector: {}\n  ingress:\n  - ports: [{port: 70000}]", "NetworkPolicy",
                ":7:20: NetworkPolicy shop/p: spec.ingress[0].ports[0].port: must be a whole number from 1 to 65535"
            ),
            ("  endpointSelector: [", "CiliumNetworkPolicy", ".yaml:"),
        ])
    func bad(spec: String, kind: String, message: String) throws {
        let file = try write("bad.yaml", spec, kind: kind)
        let result = try check(directory.path)
        #expect(result.status == 1 && result.output.contains(message), "\(result.output)")
        #expect(result.errors.contains("1 problems"))
        let json = try check("--output", "json", file)
        let object = try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any]
        let problems = try #require(object?["problems"] as? [[String: Any]])
        #expect(json.status == 1 && problems.count == 1 && problems[0]["line"] is Int)
    }

    @Test("A file that is not there, and none, are refused")
    func none() throws {
        let missing = try check(directory.path + "/nothing.yaml")
        #expect(missing.status == 1 && missing.output.contains("there is no such file or folder"))
        #expect(try check().status == 2)
    }

    private static let cluster = """
        {apiVersion: v1, kind: Pod, metadata: {name: web-1, namespace: shop, labels: {app: web}}, status: {podIP: 10.0.0.1}}
        ---
        {apiVersion: v1, kind: Pod, metadata: {name: job-1, namespace: shop, labels: {app: job}}, status: {podIP: 10.0.0.3}}
        ---
        {apiVersion: v1, kind: Pod, metadata: {name: db-0, namespace: shop, labels: {app: db}}, status: {podIP: 10.0.0.2}}
        ---
        apiVersion: cilium.io/v2
        kind: CiliumNetworkPolicy
        metadata: {name: db, namespace: shop}
        spec:
          endpointSelector: {matchLabels: {app: db}}
          ingress:
          - fromEndpoints: [{matchLabels: {app: web}}]
            toPorts: [{ports: [{port: "5432", protocol: TCP}]}]
          - fromCIDRSet: [{cidr: 192.0.2.0/24, except: [192.0.2.128/25]}]
          ingressDeny:
          - fromCIDR: [192.0.2.9/32]

        """

    private func explain(_ from: String, _ to: String, _ port: String) throws -> (
        status: Int32, output: String, errors: String
    ) {
        let path = directory.path + "/cluster.yaml"
        try Self.cluster.write(toFile: path, atomically: true, encoding: .utf8)
        let child = try Child(
            Apus.path, ["policy", "explain", "--manifests", path, "--from", from, "--to", to, "--port", port])
        return (child.waitForEnd(), child.output, child.errors)
    }

    @Test("The rule that decides is named")
    func decided() throws {
        let allowed = try explain("shop/web-1", "10.0.0.2", "5432")
        #expect(
            allowed.output == """
                shop/web-1 → shop/db-0, TCP 5432
                egress of shop/web-1: allowed: no policy is about it
                ingress of shop/db-0: allowed
                  by CiliumNetworkPolicy shop/db, ingress[0]
                verdict: FORWARDED

                """, "\(allowed)")
        let denied = try explain("192.0.2.9", "shop/db-0", "80/TCP")
        #expect(denied.output.contains("denied\n  by CiliumNetworkPolicy shop/db, ingressDeny[0]\nverdict: DROPPED"))
        #expect(
            try explain("192.0.2.7", "shop/db-0", "80/UDP").output.contains(
                "by CiliumNetworkPolicy shop/db, ingress[1]"))
        #expect(try explain("host", "shop/db-0", "1").output.contains("allowed: the node may"))
        #expect(try explain("192.0.2.7", "world", "1").output.contains("neither end is a pod"))
    }

    @Test(
        "Where no rule allows it, the nearest is named with what it wants otherwise",
        arguments: [
            ("shop/web-1", "5433", "ingress[0]\n    takes: TCP 5432\nverdict: DROPPED"),
            (
                "shop/job-1", "5432",
                "ingress[0]\n    wants of the other end: app=web\nverdict: DROPPED"
            ),
            (
                "198.51.100.1", "80",
                "ingress[1]\n    wants of the other end: an address outside the cluster in 192.0.2.0/24 but not 192.0.2.128/25\n"
            ),
            ("192.0.2.200", "5432/UDP", "ingress[1]\n    wants of the other end: an address outside"),
        ])
    func nearest(from: String, port: String, text: String) throws {
        let result = try explain(from, "shop/db-0", port)
        #expect(result.status == 0 && result.output.contains("dropped: policies are about it"))
        #expect(result.output.contains("\n  CiliumNetworkPolicy shop/db\n"))
        #expect(result.output.contains("  nearest: CiliumNetworkPolicy shop/db, " + text), "\(result.output)")
    }

    @Test("A peer or port that means nothing is refused with what is accepted")
    func badQuestion() throws {
        let peer = try explain("shop/web-2", "shop/db-0", "80")
        #expect(peer.status == 2 && peer.errors.contains("did you mean shop/web-1?"), "\(peer.errors)")
        #expect(try explain("shop/web-1", "shop/db-0", "80/QUIC").status == 2)
    }
}
