internal import FaultVFS

/// The disk under one directory's SQLite files, which fails as it is told (`fault_vfs.h`). Any thread.
///
/// `@unchecked Sendable`: the C side locks, and the pointer never changes.
@safe
package final class FaultyDisk: @unchecked Sendable {
    package struct Operations: OptionSet, Sendable {
        package let rawValue: Int32
        package init(rawValue: Int32) { self.rawValue = rawValue }

        package static let open = Operations(FAULT_OPEN)
        package static let read = Operations(FAULT_READ)
        package static let write = Operations(FAULT_WRITE)
        package static let sync = Operations(FAULT_SYNC)
        package static let truncate = Operations(FAULT_TRUNCATE)
        package static let delete = Operations(FAULT_DELETE)
        /// All that changes the disk.
        package static let changes: Operations = [.write, .sync, .truncate, .delete]

        private init(_ operation: fault_operation) { rawValue = Int32(operation.rawValue) }
    }

    package enum Effect: Sendable {
        case ioError
        /// Half of the bytes are written.
        case shortWrite
        /// Nothing works from then on.
        case powerLoss
        /// SIGKILL to the own process, with half of the bytes written.
        case kill
    }

    private let disk: OpaquePointer

    package init(_ directory: String) {
        unsafe disk = fault_disk_attach(directory)
    }

    deinit { unsafe fault_disk_detach(disk) }

    /// From the operation `first` on (from 1, counted from now) so many of the given kinds have the effect.
    package func fail(_ operations: Operations, first: UInt64 = 1, count: UInt64 = .max, _ effect: Effect = .ioError) {
        unsafe fault_disk_fail(disk, operations.rawValue, first, count, effect.value)
    }

    package func work() { fail([], count: 0) }

    /// Operations so far.
    package func count(_ operations: Operations) -> UInt64 {
        unsafe fault_disk_operations(disk, operations.rawValue)
    }

    /// What the files may hold together; nil: no limit.
    package func limit(bytes: UInt64?) { unsafe fault_disk_limit(disk, bytes ?? .max) }

    /// What the files hold together.
    package var bytes: UInt64 { unsafe fault_disk_bytes(disk) }

    package func makeReadOnly() { unsafe fault_disk_make_read_only(disk) }

    /// Reads of these bytes fail, in files whose path ends so.
    package func damage(_ suffix: String, _ range: Range<Int>) {
        unsafe fault_disk_damage(disk, suffix, UInt64(range.lowerBound), UInt64(range.count))
    }

    /// Such operations wait until `release`, ten seconds at most.
    package func hold(_ operations: Operations) { unsafe fault_disk_hold(disk, operations.rawValue) }
    package func release() { unsafe fault_disk_release(disk) }
    /// Operations that wait.
    package var held: Int { unsafe Int(fault_disk_held(disk)) }

    /// What a loss of power might leave, written to a directory.
    package func saveAfterPowerLoss(to target: String, seed: UInt64) -> Bool {
        unsafe fault_disk_after_power_loss(disk, target, seed)
    }
}

extension FaultyDisk.Effect {
    fileprivate var value: fault_effect {
        switch self {
        case .ioError: FAULT_IO_ERROR
        case .shortWrite: FAULT_SHORT_WRITE
        case .powerLoss: FAULT_POWER_LOSS
        case .kill: FAULT_KILL
        }
    }
}
