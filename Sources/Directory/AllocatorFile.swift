import Foundation

/// The numbers as they are stored: JSON, sorted, so that a person can read and compare it.
struct AllocatorFile: Codable {
    static let currentVersion = 1

    var version = Self.currentVersion
    var identities: [NumberTable.Entry]
    var prefixes: [NumberTable.Entry]
    var endpoints: [NumberTable.Entry]

    init(_ allocator: IdentityAllocator) {
        identities = allocator.identities.entries
        prefixes = allocator.prefixes.entries
        endpoints = allocator.endpoints.entries
    }

    /// Nil if there is no such file.
    static func read(_ path: String) throws(AllocatorError) -> AllocatorFile? {
        guard FileManager.default.fileExists(atPath: path) else { return nil }
        let file: AllocatorFile
        do {
            file = try JSONDecoder().decode(AllocatorFile.self, from: Data(contentsOf: URL(fileURLWithPath: path)))
        } catch {
            throw .unreadable(path: path, reason: "\(error)")
        }
        guard file.version == currentVersion else {
            throw .unreadable(path: path, reason: "version \(file.version); accepted is \(currentVersion)")
        }
        return file
    }

    /// Writes a new file and puts it in the old one's place in one step.
    func write(_ path: String) throws(AllocatorError) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
        do {
            try encoder.encode(self).write(to: URL(fileURLWithPath: path), options: .atomic)
        } catch {
            throw .unwritable(path: path, reason: error.localizedDescription)
        }
    }
}

extension IdentityAllocator {
    mutating func restore(_ file: AllocatorFile) throws(AllocatorError) {
        do throws(NumberTable.InvalidEntry) {
            try identities.restore(file.identities)
            try prefixes.restore(file.prefixes)
            try endpoints.restore(file.endpoints)
        } catch {
            throw .unreadable(path: path ?? "", reason: error.message)
        }
    }
}
