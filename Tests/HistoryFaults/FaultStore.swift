import Foundation

/// A directory for one store; gone afterwards. Says nothing of the files in it, which are the store's own business.
package final class FaultStore: Sendable {
    package let directory: String

    /// - Parameter isInMemory: where the machine has a file system in memory, on that: syncing costs no time there.
    package init(isInMemory: Bool = false) {
        let hasMemory = isInMemory && FileManager.default.isWritableFile(atPath: "/dev/shm")
        let parent = hasMemory ? URL(filePath: "/dev/shm") : FileManager.default.temporaryDirectory
        directory = parent.appending(path: "apus-faults-\(UUID())").path()
        try? FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: directory) }

    /// All files, relative to the directory, sorted.
    package func files() -> [String] { contents { !$0 } }

    /// The files as they are now, in another directory, without the shared memory that ends with its users.
    package func copy() throws -> FaultStore {
        let copy = FaultStore(isInMemory: true)
        try makeSubdirectories(in: copy)
        for name in files() where !name.hasSuffix("-shm") {
            try FileManager.default.copyItem(atPath: directory + "/" + name, toPath: copy.directory + "/" + name)
        }
        return copy
    }

    /// What a loss of power might leave of the files.
    package func afterPowerLoss(_ disk: FaultyDisk, seed: UInt64) throws -> FaultStore {
        let copy = FaultStore(isInMemory: true)
        try makeSubdirectories(in: copy)
        guard disk.saveAfterPowerLoss(to: copy.directory, seed: seed) else { throw CocoaError(.fileWriteUnknown) }
        return copy
    }

    private func makeSubdirectories(in copy: FaultStore) throws {
        for name in contents({ $0 }) {
            try FileManager.default.createDirectory(
                atPath: copy.directory + "/" + name, withIntermediateDirectories: true)
        }
    }

    private func contents(_ isWanted: (_ isDirectory: Bool) -> Bool) -> [String] {
        let names = FileManager.default.subpaths(atPath: directory) ?? []
        return names.sorted().filter { name in
            let type = try? FileManager.default.attributesOfItem(atPath: directory + "/" + name)[.type]
            return isWanted(type as? FileAttributeType == .typeDirectory)
        }
    }
}
