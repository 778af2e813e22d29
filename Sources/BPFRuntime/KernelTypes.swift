internal import CBPF
internal import Glibc

/// The running kernel's own description of its types (BTF).
@safe
package struct KernelTypes: ~Copyable, @unchecked Sendable {  // one owner at a time: it cannot be copied
    private let types: OpaquePointer

    package init() throws(BPFError) {
        LibbpfLog.start()
        guard let types = unsafe btf__load_vmlinux_btf() else {
            throw LibbpfLog.error("read the kernel's type information", "/sys/kernel/btf/vmlinux", code: errno)
        }
        unsafe self.types = types
    }

    deinit { unsafe btf__free(types) }

    /// Names and values of an enumeration; empty when the kernel has none of that name.
    package borrowing func enumerators(of name: String) -> [String: UInt32] {
        let id = unsafe btf__find_by_name_kind(types, name, BTFKind.enumeration)
        guard id > 0, let type = unsafe btf__type_by_id(types, UInt32(id)) else { return [:] }
        var values: [String: UInt32] = [:]
        for entry in unsafe Array(UnsafeBufferPointer(start: btf_enum(type), count: Int(btf_vlen(type)))) {
            guard let name = unsafe btf__name_by_offset(types, entry.name_off) else { continue }
            values[unsafe String(cString: name)] = UInt32(bitPattern: entry.val)
        }
        return values
    }

    /// How many arguments a tracepoint gives to `tp_btf` programs; nil when the kernel does not have it.
    package borrowing func argumentCount(ofTracepoint name: String) -> Int? {
        let id = unsafe btf__find_by_name_kind(types, "btf_trace_\(name)", BTFKind.alias)
        guard id > 0, let alias = unsafe btf__type_by_id(types, UInt32(id)),
            let pointer = unsafe btf__type_by_id(types, alias.pointee.type),
            let function = unsafe btf__type_by_id(types, pointer.pointee.type)
        else { return nil }
        // The first parameter is the tracepoint's private data, which programs do not see.
        return unsafe Int(btf_vlen(function)) - 1
    }
}

/// Kinds of BTF types (linux/btf.h), which two headers define so that Swift cannot tell them apart.
enum BTFKind {
    static let enumeration: UInt32 = 6
    static let alias: UInt32 = 8
    static let dataSection: UInt32 = 15
}
