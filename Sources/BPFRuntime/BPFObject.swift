internal import CBPF
internal import Glibc
internal import SystemRuntime

/// libbpf's handle of an object; closing it also closes libbpf's descriptors of its maps and programs.
@safe
struct BPFObjectHandle: ~Copyable, @unchecked Sendable {  // one owner at a time: it cannot be copied
    let pointer: OpaquePointer
    let name: String

    deinit { unsafe bpf_object__close(pointer) }
}

/// Compiled BPF programs and their maps before they enter the kernel: the time to set what is fixed afterwards.
package struct BPFObject: ~Copyable, Sendable {
    private let handle: BPFObjectHandle

    /// - Parameter elf: the compiled object; copied.
    package init(name: String, elf: [UInt8]) throws(BPFError) {
        LibbpfLog.start()
        var options = unsafe bpf_object_open_opts()
        unsafe options.sz = endOfField(\bpf_object_open_opts.kernel_log_level)
        let pointer = unsafe name.withCString { name in
            unsafe options.object_name = name
            return unsafe elf.withUnsafeBytes { unsafe bpf_object__open_mem($0.baseAddress, $0.count, &options) }
        }
        guard let pointer = unsafe pointer else { throw LibbpfLog.error("open BPF object", name, code: errno) }
        handle = unsafe BPFObjectHandle(pointer: pointer, name: name)
    }

    /// Replaces the value of a `const volatile` variable. Its C type has the layout of `Value`.
    package mutating func setReadOnly<Value: BitwiseCopyable>(_ variable: String, to value: Value) throws(BPFError) {
        guard let place = readOnlyPlace(of: variable), place.count == MemoryLayout<Value>.size else {
            throw BPFError(
                "set a variable of \(MemoryLayout<Value>.size) bytes in BPF object", "\(handle.name).\(variable)",
                code: ENOENT)
        }
        let map = unsafe try map(".rodata")
        var size = 0
        let initial = unsafe bpf_map__initial_value(map, &size)
        var bytes = unsafe [UInt8](UnsafeRawBufferPointer(start: initial, count: initial == nil ? 0 : size))
        precondition(
            place.upperBound <= bytes.count, "the type information of \(handle.name) describes its own section")
        unsafe withUnsafeBytes(of: value) { unsafe bytes.replaceSubrange(place, with: $0) }
        let status = unsafe bpf_map__set_initial_value(map, bytes, bytes.count)
        guard status == 0 else { throw BPFError("set variables of BPF object", handle.name, code: -status) }
    }

    /// Bytes of a variable within the read-only section, from the object's own type information.
    private borrowing func readOnlyPlace(of variable: String) -> Range<Int>? {
        let types = unsafe bpf_object__btf(handle.pointer)
        let section = unsafe btf__find_by_name_kind(types, ".rodata", BTFKind.dataSection)
        guard section > 0, let type = unsafe btf__type_by_id(types, UInt32(section)) else { return nil }
        let entries = unsafe Array(UnsafeBufferPointer(start: btf_var_secinfos(type), count: Int(btf_vlen(type))))
        for entry in entries {
            guard let name = unsafe btf__name_by_offset(types, btf__type_by_id(types, entry.type).pointee.name_off),
                unsafe String(cString: name) == variable
            else { continue }
            return Int(entry.offset)..<Int(entry.offset + entry.size)
        }
        return nil
    }

    private borrowing func map(_ name: String) throws(BPFError) -> OpaquePointer {
        guard let map = unsafe bpf_object__find_map_by_name(handle.pointer, name) else {
            throw BPFError("find BPF map", "\(handle.name).\(name)", code: ENOENT)
        }
        return unsafe map
    }

    /// - Parameter entries: number of entries; bytes for a ring buffer (a power of two of whole pages).
    package mutating func setCapacity(ofMap name: String, to entries: UInt32) throws(BPFError) {
        let status = unsafe bpf_map__set_max_entries(try map(name), entries)
        guard status == 0 else {
            throw BPFError("set the capacity of BPF map", "\(handle.name).\(name)", code: -status)
        }
    }

    /// Makes this object use a map that exists already, instead of creating its own of that name.
    package mutating func share(_ existing: borrowing BPFMap, asMap name: String) throws(BPFError) {
        LibbpfLog.start()
        let status = unsafe bpf_map__reuse_fd(try map(name), existing.descriptor.rawValue)
        guard status == 0 else { throw LibbpfLog.error("share BPF map", "\(handle.name).\(name)", code: status) }
    }

    /// Creates the maps and has the verifier accept the programs.
    package consuming func load() throws(BPFError) -> LoadedBPFObject {
        LibbpfLog.start()
        let status = unsafe bpf_object__load(handle.pointer)
        guard status == 0 else { throw LibbpfLog.error("load BPF object", handle.name, code: status) }
        return LoadedBPFObject(handle: handle)
    }
}

/// The size that libbpf is told of an options structure: up to its last field, as it refuses one whose padding is not zero,
/// and Swift does not promise what lies there.
func endOfField<Options, Field>(_ field: KeyPath<Options, Field>) -> Int {
    MemoryLayout<Options>.offset(of: field)! + MemoryLayout<Field>.size
}
