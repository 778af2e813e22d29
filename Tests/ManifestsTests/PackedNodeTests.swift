import Testing

@testable import Manifests

@Suite struct PackedNodeTests {
    @Test("What is packed comes out as it was, places, order and quotes included")
    func roundTrip() throws {
        let long = String(repeating: "ü", count: 40_000)
        let text = """
            apiVersion: v1
            kind: ConfigMap
            metadata: {name: a, labels: {b: "1", a: 1, "": ~}}
            list: [[], {}, null, "\(long)", é]
            """
        let node = try #require(try YAMLSection(text: text[...], precedingLines: 70_000).compose())
        #expect(describe(PackedNode(node).unpacked) == describe(node))
        #expect(describe(node).contains("70001:1"))
    }

    private func describe(_ node: ManifestNode) -> String { "\(node)" + "\(node.place.line):\(node.place.column)" }
}
