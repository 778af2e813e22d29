internal import CBPF
internal import Glibc
internal import SystemRuntime

/// A map in the kernel. Keys and values are C structures without hidden padding; their sizes are checked against the map's.
///
/// Several threads may use a map at a time: each call is one system call.
package struct BPFMap: ~Copyable, Sendable {
    package let name: String
    package let keyBytes: Int
    package let valueBytes: Int
    /// Number of entries that it can hold; bytes for a ring buffer.
    package let capacity: Int
    let descriptor: FileDescriptor

    /// BPF_ANY: the key may exist or not.
    private let anyEntry: UInt64 = 0

    init(name: String, descriptor: consuming FileDescriptor, keyBytes: Int, valueBytes: Int, capacity: Int) {
        self.name = name
        self.descriptor = descriptor
        self.keyBytes = keyBytes
        self.valueBytes = valueBytes
        self.capacity = capacity
    }

    package borrowing func duplicate() throws(BPFError) -> BPFMap {
        do {
            return BPFMap(
                name: name, descriptor: try descriptor.duplicate(), keyBytes: keyBytes, valueBytes: valueBytes,
                capacity: capacity)
        } catch {
            throw BPFError("duplicate the descriptor of BPF map", name, code: error.code)
        }
    }

    consuming func intoDescriptor() -> FileDescriptor { descriptor }

    private func check<Key: BitwiseCopyable>(key: Key.Type) {
        precondition(MemoryLayout<Key>.size == keyBytes, "keys of map \(name) have \(keyBytes) bytes")
    }

    /// Inserts or replaces.
    ///
    /// - Throws: ENOSPC (LPM trie) or E2BIG (hash) when the map is full.
    package borrowing func update<Key: BitwiseCopyable, Value: BitwiseCopyable>(
        _ key: Key, to value: Value
    ) throws(BPFError) {
        check(key: Key.self)
        precondition(MemoryLayout<Value>.size == valueBytes, "values of map \(name) have \(valueBytes) bytes")
        let status = unsafe withUnsafePointer(to: key) { key in
            unsafe withUnsafePointer(to: value) { unsafe bpf_map_update_elem(descriptor.rawValue, key, $0, anyEntry) }
        }
        guard status == 0 else { throw BPFError("update BPF map", name, code: -status) }
    }

    /// Inserts or replaces, all by one system call.
    ///
    /// - Returns: how many were written, and why not all of them.
    package borrowing func update<Key: BitwiseCopyable, Value: BitwiseCopyable>(
        keys: [Key], values: [Value]
    ) -> (written: Int, error: BPFError?) {
        check(key: Key.self)
        precondition(MemoryLayout<Value>.size == valueBytes, "values of map \(name) have \(valueBytes) bytes")
        precondition(keys.count == values.count, "every key has a value")
        guard !keys.isEmpty else { return (0, nil) }
        var count = UInt32(keys.count)
        let status = unsafe keys.withUnsafeBufferPointer { keys in
            unsafe values.withUnsafeBufferPointer { values in
                unsafe bpf_map_update_batch(
                    descriptor.rawValue, keys.baseAddress, values.baseAddress, &count, nil)
            }
        }
        return (Int(count), status == 0 ? nil : BPFError("update BPF map", name, code: -status))
    }

    /// Deletes keys that are there, all by one system call.
    package borrowing func remove<Key: BitwiseCopyable>(keys: [Key]) throws(BPFError) {
        check(key: Key.self)
        guard !keys.isEmpty else { return }
        var count = UInt32(keys.count)
        let status = unsafe keys.withUnsafeBufferPointer { keys in
            unsafe bpf_map_delete_batch(descriptor.rawValue, keys.baseAddress, &count, nil)
        }
        guard status == 0 else { throw BPFError("delete from BPF map", name, code: -status) }
    }

    /// Replaces the value of a per-CPU map on all possible CPUs.
    package borrowing func updatePerCPU<Key: BitwiseCopyable>(_ key: Key, to word: UInt64) throws(BPFError) {
        check(key: Key.self)
        precondition(valueBytes == 8, "values of map \(name) are words")
        let words = [UInt64](repeating: word, count: Int(libbpf_num_possible_cpus()))
        let status = unsafe withUnsafePointer(to: key) { key in
            unsafe words.withUnsafeBufferPointer {
                unsafe bpf_map_update_elem(descriptor.rawValue, key, $0.baseAddress, anyEntry)
            }
        }
        guard status == 0 else { throw BPFError("update BPF map", name, code: -status) }
    }

    /// The value of the key; nil when there is none. An LPM trie gives that of the longest prefix.
    package borrowing func lookup<Key: BitwiseCopyable, Value: BitwiseCopyable>(
        _ key: Key, as type: Value.Type
    ) throws(BPFError) -> Value? {
        precondition(MemoryLayout<Value>.stride == valueBytes, "values of map \(name) have \(valueBytes) bytes")
        return try values(key, as: type, count: 1)?[0]
    }

    /// The values of all possible CPUs, in a per-CPU map.
    package borrowing func lookupPerCPU<Key: BitwiseCopyable, Value: BitwiseCopyable>(
        _ key: Key, as type: Value.Type
    ) throws(BPFError) -> [Value] {
        precondition(MemoryLayout<Value>.stride % 8 == 0, "the kernel rounds values of per-CPU maps up to 8 bytes")
        return try values(key, as: type, count: Int(libbpf_num_possible_cpus())) ?? []
    }

    private borrowing func values<Key: BitwiseCopyable, Value: BitwiseCopyable>(
        _ key: Key, as type: Value.Type, count: Int
    ) throws(BPFError) -> [Value]? {
        check(key: Key.self)
        var status: Int32 = 0
        let values = unsafe [Value](unsafeUninitializedCapacity: count) { buffer, initialized in
            status = unsafe withUnsafePointer(to: key) {
                unsafe bpf_map_lookup_elem(descriptor.rawValue, $0, buffer.baseAddress)
            }
            initialized = status == 0 ? count : 0
        }
        guard status != -ENOENT else { return nil }
        guard status == 0 else { throw BPFError("look up in BPF map", name, code: -status) }
        return values
    }

    /// - Returns: whether the key was there.
    @discardableResult
    package borrowing func remove<Key: BitwiseCopyable>(_ key: Key) throws(BPFError) -> Bool {
        check(key: Key.self)
        let status = unsafe withUnsafePointer(to: key) { unsafe bpf_map_delete_elem(descriptor.rawValue, $0) }
        guard status == 0 || status == -ENOENT else { throw BPFError("delete from BPF map", name, code: -status) }
        return status == 0
    }

    /// All keys; exact only while nobody else changes the map.
    package borrowing func keys<Key: BitwiseCopyable>(as type: Key.Type) throws(BPFError) -> [Key] {
        check(key: Key.self)
        var keys: [Key] = []
        while true {
            var status: Int32 = 0
            let next = unsafe [Key](unsafeUninitializedCapacity: 1) { buffer, initialized in
                status = unsafe keys.withUnsafeBufferPointer { known in
                    let last = unsafe known.isEmpty ? nil : known.baseAddress! + (known.count - 1)
                    return unsafe bpf_map_get_next_key(descriptor.rawValue, last, buffer.baseAddress)
                }
                initialized = status == 0 ? 1 : 0
            }
            guard status != -ENOENT else { return keys }
            guard status == 0 else { throw BPFError("list keys of BPF map", name, code: -status) }
            keys += next
        }
    }
}
