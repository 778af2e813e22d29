internal import CBPF
internal import Glibc
internal import SystemRuntime

/// BPF programs and maps in the kernel. Maps and programs that were taken out of it live on their own.
package struct LoadedBPFObject: ~Copyable, Sendable {
    private let handle: BPFObjectHandle

    init(handle: consuming BPFObjectHandle) { self.handle = handle }

    package borrowing func map(_ name: String) throws(BPFError) -> BPFMap {
        guard let map = unsafe bpf_object__find_map_by_name(handle.pointer, name) else {
            throw BPFError("find BPF map", "\(handle.name).\(name)", code: ENOENT)
        }
        let descriptor = try duplicate(unsafe bpf_map__fd(map), "\(handle.name).\(name)")
        return unsafe BPFMap(
            name: name, descriptor: descriptor, keyBytes: Int(bpf_map__key_size(map)),
            valueBytes: Int(bpf_map__value_size(map)), capacity: Int(bpf_map__max_entries(map)))
    }

    private borrowing func pointer(toProgram name: String) throws(BPFError) -> OpaquePointer {
        guard let program = unsafe bpf_object__find_program_by_name(handle.pointer, name) else {
            throw BPFError("find BPF program", "\(handle.name).\(name)", code: ENOENT)
        }
        return unsafe program
    }

    package borrowing func program(_ name: String) throws(BPFError) -> BPFProgram {
        let program = unsafe try pointer(toProgram: name)
        return BPFProgram(
            name: name, descriptor: try duplicate(unsafe bpf_program__fd(program), "\(handle.name).\(name)"))
    }

    /// Attaches a program to what its section names (`tp_btf/…`), until the link ends.
    package borrowing func attach(program name: String) throws(BPFError) -> BPFLink {
        LibbpfLog.start()
        guard let link = unsafe bpf_program__attach(try pointer(toProgram: name)) else {
            throw LibbpfLog.error("attach BPF program", "\(handle.name).\(name)", code: errno)
        }
        return unsafe BPFLink(pointer: link)
    }
}

/// A copy of libbpf's descriptor that outlives the object.
private func duplicate(_ descriptor: Int32, _ object: String) throws(BPFError) -> FileDescriptor {
    let copy = fcntl(descriptor, F_DUPFD_CLOEXEC, 0)
    guard copy >= 0 else { throw BPFError("duplicate the descriptor of", object, code: errno) }
    return FileDescriptor(owning: copy)
}
