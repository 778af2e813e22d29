import Foundation
import Manifests
import Testing

@Suite struct ManifestLoadTests {
    private let folder = FileManager.default.temporaryDirectory.appending(path: "apus-manifests-\(UUID())")

    private func write(_ text: String, to name: String) throws {
        let file = folder.appending(path: name)
        try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: file)
    }

    private func pod(_ name: String) -> String { "{apiVersion: v1, kind: Pod, metadata: {name: \(name)}}" }

    @Test("A folder is read with all below it, in the order of names; hidden and other files are passed over")
    func wholeFolder() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        try write(pod("c"), to: "z.yml")
        try write(pod("a"), to: "a.yaml")
        try write(pod("b"), to: "sub/deep/b.yaml")
        try write(pod("hidden"), to: ".hidden.yaml")
        try write(pod("hidden"), to: "..data/x.yaml")
        try write("no yaml: [", to: "README.md")
        let set = ManifestSet.load(folder.path)
        #expect(set.problems.isEmpty)
        #expect(set.documents.map(\.name) == ["a", "b", "c"])
        #expect(set.documents[0].file == folder.path + "/a.yaml")
    }

    @Test("Links to files are followed, links to folders are not")
    func links() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        try write(pod("a"), to: "..data/a.yaml")
        let manager = FileManager.default
        try manager.createSymbolicLink(atPath: folder.path + "/a.yaml", withDestinationPath: "..data/a.yaml")
        try manager.createSymbolicLink(atPath: folder.path + "/loop.yaml", withDestinationPath: ".")
        let set = ManifestSet.load(folder.path)
        #expect(set.problems.isEmpty)
        #expect(set.documents.map(\.name) == ["a"])
    }

    @Test("A single file, a missing one and one that is not text")
    func single() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        try write(pod("a"), to: "a.yaml")
        #expect(ManifestSet.load(folder.path + "/a.yaml").documents.count == 1)
        #expect(
            ManifestSet.load(folder.path + "/b.yaml").problems.map(\.description) == [
                "\(folder.path)/b.yaml: there is no such file or folder"
            ])
        try Data([0xff, 0xfe, 0x00]).write(to: folder.appending(path: "c.yaml"))
        #expect(ManifestSet.load(folder.path).problems.map(\.message) == ["is not UTF-8 text"])
        #expect(ManifestSet.load(folder.path).documents.map(\.name) == ["a"])
    }
}
