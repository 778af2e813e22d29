internal import BPFRuntime
internal import Glibc

/// A map of the kernel that only we write, and what is in it. A change is made whole or not at all.
struct MirroredMap<
    Key: Hashable & Sendable, Value: Hashable & Sendable, KernelKey: BitwiseCopyable, KernelValue: BitwiseCopyable
>:
    ~Copyable, Sendable
{
    private(set) var entries: [Key: Value] = [:]
    let map: BPFMap
    /// Setting that gives the map its size.
    private let setting: String
    private let kernelKey: @Sendable (Key) -> KernelKey
    private let kernelValue: @Sendable (Key, Value) -> KernelValue

    init(
        _ map: consuming BPFMap, setting: String, key: @escaping @Sendable (Key) -> KernelKey,
        value: @escaping @Sendable (Key, Value) -> KernelValue
    ) {
        self.map = map
        self.setting = setting
        kernelKey = key
        kernelValue = value
    }

    /// Writes entries that are new or changed.
    ///
    /// - Throws: after it has taken back what it had written.
    mutating func insert(_ wanted: [Key: Value]) throws(DatapathError) {
        var before: [(key: Key, value: Value?)] = []
        for (key, value) in wanted where entries[key] != value {
            do {
                try map.update(kernelKey(key), to: kernelValue(key, value))
            } catch {
                takeBack(before)
                throw explain(error)
            }
            before.append((key, entries.updateValue(value, forKey: key)))
        }
    }

    private mutating func takeBack(_ changes: [(key: Key, value: Value?)]) {
        for (key, value) in changes.reversed() {
            // Restoring needs no room that is not there: entries are replaced, or deleted.
            if let value {
                try? map.update(kernelKey(key), to: kernelValue(key, value))
            } else {
                _ = try? map.remove(kernelKey(key))
            }
            entries[key] = value
        }
    }

    mutating func remove(_ keys: some Sequence<Key>) throws(DatapathError) {
        for key in Array(keys) {
            do { try map.remove(kernelKey(key)) } catch { throw .bpf(error) }
            entries[key] = nil
        }
    }

    private borrowing func explain(_ error: BPFError) -> DatapathError {
        [ENOSPC, E2BIG].contains(error.code)
            ? .mapFull(map: map.name, capacity: map.capacity, setting: setting) : .bpf(error)
    }
}
