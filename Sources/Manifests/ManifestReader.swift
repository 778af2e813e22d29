import Foundation

extension ManifestSet {
    /// As `ManifestReader.load`, without a memory of what was read.
    package static func load(_ path: String) -> ManifestSet {
        var reader = ManifestReader()
        return reader.load(path)
    }
}

/// Reads manifests again and again, and parses only files that have changed since the last time.
package struct ManifestReader: Sendable {
    /// By path; what its text said as long as the file is the same.
    private var files: [String: (stamp: FileStamp, set: ManifestSet)] = [:]
    private var last: [String: (stamp: FileStamp, set: ManifestSet)] = [:]

    package init() {}

    /// Reads a file, or every `*.yaml` and `*.yml` below a folder, in the order of their names. Names that begin with
    /// a dot are passed over, and so are links to folders: in a mounted ConfigMap both stand for what its plain names
    /// show.
    package mutating func load(_ path: String) -> ManifestSet {
        swap(&last, &files)
        files = [:]
        defer { last = [:] }
        return loadAny(path)
    }

    private mutating func loadAny(_ path: String) -> ManifestSet {
        switch Self.kind(of: Self.target(of: path)) {
        case nil: ManifestSet(problems: [Self.unreadable(path, "there is no such file or folder")])
        case .typeDirectory?: loadFolder(path, depth: 0)
        default: loadUnlessKnown(path)
        }
    }

    private mutating func loadFolder(_ path: String, depth: Int) -> ManifestSet {
        guard depth <= ManifestLimits.folderDepth else {
            return ManifestSet(
                problems: [Self.unreadable(path, "lies deeper than \(ManifestLimits.folderDepth) folders")])
        }
        let names: [String]
        do {
            names = try FileManager.default.contentsOfDirectory(atPath: path).sorted()
        } catch {
            return ManifestSet(problems: [Self.unreadable(path, "cannot be listed: \(error.localizedDescription)")])
        }
        var result = ManifestSet()
        for name in names where !name.hasPrefix(".") {
            let child = path.hasSuffix("/") ? path + name : path + "/" + name
            if Self.kind(of: child) == .typeDirectory {
                result.append(loadFolder(child, depth: depth + 1))
            } else if Self.isManifest(name), [.typeRegular, nil].contains(Self.kind(of: Self.target(of: child))) {
                result.append(loadUnlessKnown(child))
            }
        }
        return result
    }

    /// The kind of the name itself, not of what a link leads to; nil if there is nothing.
    private static func kind(of path: String) -> FileAttributeType? {
        let attributes = try? FileManager.default.attributesOfItem(atPath: path)
        return attributes?[.type] as? FileAttributeType
    }

    /// Where a link leads in the end; the path itself if it is no link.
    private static func target(of path: String) -> String {
        URL(fileURLWithPath: path).resolvingSymlinksInPath().path
    }

    private static func isManifest(_ name: String) -> Bool { name.hasSuffix(".yaml") || name.hasSuffix(".yml") }

    private mutating func loadUnlessKnown(_ path: String) -> ManifestSet {
        let stamp = FileStamp(Self.target(of: path))
        if let stamp, let known = last[path], known.stamp == stamp {
            files[path] = known
            return known.set
        }
        let set = Self.loadFile(path)
        if let stamp, stamp.isSettled { files[path] = (stamp, set) }
        return set
    }

    private static func loadFile(_ path: String) -> ManifestSet {
        let data: Data
        do {
            guard let file = FileHandle(forReadingAtPath: path) else { throw CocoaError(.fileReadNoPermission) }
            defer { try? file.close() }
            data = try file.read(upToCount: ManifestLimits.fileBytes + 1) ?? Data()
        } catch {
            return ManifestSet(problems: [unreadable(path, "cannot be read: \(error.localizedDescription)")])
        }
        guard data.count <= ManifestLimits.fileBytes else {
            return ManifestSet(
                problems: [unreadable(path, "is larger than \(ManifestLimits.fileBytes >> 20) MiB: split it")])
        }
        guard let text = String(data: data, encoding: .utf8) else {
            return ManifestSet(problems: [unreadable(path, "is not UTF-8 text")])
        }
        return ManifestSet.parse(text, file: path)
    }

    private static func unreadable(_ file: String, _ message: String) -> ManifestProblem {
        ManifestProblem(file: file, message: message, isUnreadable: true)
    }
}
