import Foundation

/// Tells whether a file is still the one that was read.
struct FileStamp: Equatable, Sendable {
    private let inode: UInt64
    private let size: UInt64
    private let modified: Date
    /// The file was written long enough before that another write gives it another time. What was written just now might
    /// be written once more within the same tick of the file system's clock.
    let isSettled: Bool

    private static let clockTickSeconds = 1.0

    /// Nil if there is no such file.
    init?(_ path: String) {
        guard let attributes = try? FileManager.default.attributesOfItem(atPath: path),
            let inode = attributes[.systemFileNumber] as? NSNumber, let size = attributes[.size] as? NSNumber,
            let modified = attributes[.modificationDate] as? Date
        else { return nil }
        (self.inode, self.size, self.modified) = (inode.uint64Value, size.uint64Value, modified)
        isSettled = Date().timeIntervalSince(modified) > Self.clockTickSeconds
    }

    static func == (left: FileStamp, right: FileStamp) -> Bool {
        left.inode == right.inode && left.size == right.size && left.modified == right.modified
    }
}
