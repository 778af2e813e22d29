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
}
