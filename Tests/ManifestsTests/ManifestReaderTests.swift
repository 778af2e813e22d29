import Foundation
import Testing

@testable import Manifests

@Suite struct ManifestReaderTests {
    private let folder = FileManager.default.temporaryDirectory.appending(path: "apus-reader-\(UUID())")

    /// - Parameter age: how long ago the file was written, in seconds.
    private func write(_ text: String, to name: String, age: Double) throws {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let file = folder.appending(path: name)
        try Data(text.utf8).write(to: file)
        try FileManager.default.setAttributes(
            [.modificationDate: Date(timeIntervalSinceNow: -age)], ofItemAtPath: file.path)
    }

    private func pod(_ name: String, label: String = "a") -> String {
        "{apiVersion: v1, kind: Pod, metadata: {name: \(name), labels: {x: \(label)}}}"
    }

    @Test("Files that changed, came or went are noticed, and the others keep their meaning")
    func readsAgain() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        try write(pod("a"), to: "a.yaml", age: 100)
        try write(pod("b"), to: "b.yaml", age: 100)
        var reader = ManifestReader()
        let first = reader.load(folder.path)
        #expect(reader.load(folder.path).documents == first.documents)
        try write(pod("a", label: "b"), to: "a.yaml", age: 50)
        try write(pod("c"), to: "c.yaml", age: 50)
        try FileManager.default.removeItem(at: folder.appending(path: "b.yaml"))
        let second = reader.load(folder.path)
        #expect(second.documents == ManifestSet.load(folder.path).documents)
        let difference = try #require(second.difference(from: first))
        #expect(difference.removed.map(\.name).sorted() == ["a", "b"])
        #expect(difference.added.map(\.name) == ["a", "c"])
    }

    @Test("A file that is not known to have settled is parsed again; one that has is not")
    func settled() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        for (age, isKept) in [(0.0, false), (100.0, true)] {
            let file = folder.appending(path: "a.yaml")
            try? FileManager.default.removeItem(at: folder)
            try write(pod("a"), to: "a.yaml", age: age)
            var reader = ManifestReader()
            let first = reader.load(file.path)
            // The same inode, size and time, as two writes within one tick of the file system's clock leave it.
            let time = try FileManager.default.attributesOfItem(atPath: file.path)[.modificationDate]
            let handle = try FileHandle(forWritingTo: file)
            try handle.write(contentsOf: Data(pod("b").utf8))
            try handle.close()
            try FileManager.default.setAttributes([.modificationDate: time as Any], ofItemAtPath: file.path)
            #expect((reader.load(file.path).documents == first.documents) == isKept)
        }
    }

    @Test("Two sets differ by objects; an object that is there twice, or another problem, cannot be told apart")
    func differences() throws {
        let set = ManifestSet.parse(pod("a") + "\n---\n" + pod("b"), file: "x.yaml")
        #expect(try #require(set.difference(from: set)).added.isEmpty)
        #expect(try #require(ManifestSet().difference(from: set)).removed.count == 2)
        #expect((set + set).difference(from: set) == nil)
        #expect(set.difference(from: set + set) == nil)
        #expect((set + ManifestSet.parse("]", file: "y.yaml")).difference(from: set) == nil)
    }
}
