import Foundation

extension ManifestSet {
    /// Reads a file, or every `*.yaml` and `*.yml` below a folder, in the order of their names. Names that begin with
    /// a dot are passed over, and so are links to folders: in a mounted ConfigMap both stand for what its plain names
    /// show.
    package static func load(_ path: String) -> ManifestSet {
        switch kind(of: target(of: path)) {
        case nil: ManifestSet(problems: [unreadable(path, "there is no such file or folder")])
        case .typeDirectory?: loadFolder(path, depth: 0)
        default: loadFile(path)
        }
    }

    private static func loadFolder(_ path: String, depth: Int) -> ManifestSet {
        guard depth <= ManifestLimits.folderDepth else {
            return ManifestSet(
                problems: [unreadable(path, "lies deeper than \(ManifestLimits.folderDepth) folders")])
        }
        let names: [String]
        do {
            names = try FileManager.default.contentsOfDirectory(atPath: path).sorted()
        } catch {
            return ManifestSet(problems: [unreadable(path, "cannot be listed: \(error.localizedDescription)")])
        }
        return names.filter { !$0.hasPrefix(".") }.reduce(into: ManifestSet()) { result, name in
            let child = path.hasSuffix("/") ? path + name : path + "/" + name
            if kind(of: child) == .typeDirectory {
                result = result + loadFolder(child, depth: depth + 1)
            } else if isManifest(name), [.typeRegular, nil].contains(kind(of: target(of: child))) {
                result = result + loadFile(child)
            }
        }
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
        return parse(text, file: path)
    }

    private static func unreadable(_ file: String, _ message: String) -> ManifestProblem {
        ManifestProblem(file: file, message: message, isUnreadable: true)
    }
}
