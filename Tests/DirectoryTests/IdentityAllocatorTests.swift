import FlowModel
import Foundation
import Testing

@testable import Directory

@Suite struct IdentityAllocatorTests {
    private let path = FileManager.default.temporaryDirectory.appending(path: "apus-identities-\(UUID()).json").path

    private func labelSets(_ range: Range<Int>) -> Set<[String]> { Set(range.map { ["k8s:app=web\($0)", "k8s:x=y"] }) }

    @Test("Numbers do not depend on the order in which names come, nor on the process")
    func deterministic() throws {
        var one = IdentityAllocator()
        var two = IdentityAllocator()
        #expect(one.assign(labelSets: labelSets(0..<2000), prefixes: [], endpoints: []).isEmpty)
        #expect(two.assign(labelSets: labelSets(0..<2000), prefixes: [], endpoints: []).isEmpty)
        let numbers = labelSets(0..<2000).compactMap { one.identity(ofLabels: $0) }
        #expect(Set(numbers).count == 2000)
        #expect(numbers.allSatisfy { Identity.clusterRange.contains($0.rawValue) })
        #expect(labelSets(0..<2000).allSatisfy { one.identity(ofLabels: $0) == two.identity(ofLabels: $0) })
        #expect(one.identity(ofLabels: ["k8s:app=web7", "k8s:x=y"])?.rawValue == 15_727)
    }

    @Test("Numbers of a file are the same after a restart, whatever comes before them then")
    func restart() throws {
        defer { try? FileManager.default.removeItem(atPath: path) }
        let prefix = try #require(IPPrefix("10.0.0.0/8"))
        var one = try IdentityAllocator(path: path)
        #expect(one.assign(labelSets: labelSets(500..<1000), prefixes: [prefix], endpoints: [["shop", "a"]]).isEmpty)
        var two = try IdentityAllocator(path: path)
        #expect(two.assign(labelSets: labelSets(0..<5000), prefixes: [], endpoints: [["shop", "b"]]).isEmpty)
        #expect(labelSets(500..<1000).allSatisfy { one.identity(ofLabels: $0) == two.identity(ofLabels: $0) })
        #expect(one.identity(of: prefix) == two.identity(of: prefix))
        #expect(one.endpoint(namespace: "shop", pod: "a") == two.endpoint(namespace: "shop", pod: "a"))
        #expect(two.endpoint(namespace: "shop", pod: "b") != two.endpoint(namespace: "shop", pod: "a"))
    }

    @Test("A file that is damaged is refused with its name and the reason")
    func damaged() throws {
        defer { try? FileManager.default.removeItem(atPath: path) }
        let reasons = [
            ("{", "unreadable"), (#"{"version":2,"identities":[],"prefixes":[],"endpoints":[]}"#, "version 2"),
            (
                #"{"version":1,"identities":[{"number":5,"name":["a"],"lastUse":1}],"prefixes":[],"endpoints":[]}"#,
                "5 lies outside 256…65535"
            ),
            (
                #"{"version":1,"identities":[],"prefixes":[],"endpoints":[{"number":5,"name":["a"],"lastUse":1},"#
                    + #"{"number":5,"name":["b"],"lastUse":1}]}"#,
                "5 is there twice"
            ),
        ]
        for (text, reason) in reasons {
            try Data(text.utf8).write(to: URL(fileURLWithPath: path))
            let error = #expect(throws: AllocatorError.self) { try IdentityAllocator(path: path) }
            #expect(error?.description.hasPrefix(path) == true)
            #expect(reason == "unreadable" || error?.description.contains(reason) == true)
        }
    }

    @Test("A full table gives away the number that has not been used for longest, and never one in use")
    func exhaustion() throws {
        var table = NumberTable(range: 1...4, capacity: 4)
        #expect(table.assign([["a"], ["b"]]).refused.isEmpty)
        #expect(table.assign([["b"], ["c"], ["d"]]).refused.isEmpty)
        let kept = table[["b"]]
        #expect(table.assign([["b"], ["c"], ["d"], ["e"]]).refused.isEmpty)
        #expect(table[["a"]] == nil)
        #expect(table[["b"]] == kept)
        let result = table.assign([["b"], ["c"], ["d"], ["e"], ["f"]])
        #expect(result.refused == [["f"]])
        #expect(Set(table.entries.map(\.number)) == [1, 2, 3, 4])
    }

    @Test("A file that cannot be written is told, and the numbers hold in this process")
    func unwritable() throws {
        var allocator = try IdentityAllocator(path: "/nowhere/at/all.json")
        let errors = allocator.assign(labelSets: labelSets(0..<1), prefixes: [], endpoints: [])
        #expect(
            errors.map(\.description).first?.hasPrefix("/nowhere/at/all.json: identity numbers cannot be written")
                == true)
        #expect(labelSets(0..<1).allSatisfy { allocator.identity(ofLabels: $0) != nil })
    }
}
