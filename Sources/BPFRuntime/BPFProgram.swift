internal import CBPF
internal import Glibc
internal import SystemRuntime

/// A program in the kernel.
package struct BPFProgram: ~Copyable, Sendable {
    package let name: String
    let descriptor: FileDescriptor

    init(name: String, descriptor: consuming FileDescriptor) {
        self.name = name
        self.descriptor = descriptor
    }

    /// Times that the kernel did not run the program because it interrupted itself on one CPU; those packets went unseen.
    package borrowing func recursionMisses() throws(BPFError) -> UInt64 {
        var info = bpf_prog_info()
        var size = UInt32(MemoryLayout<bpf_prog_info>.size)
        let status = unsafe bpf_obj_get_info_by_fd(descriptor.rawValue, &info, &size)
        guard status == 0 else { throw BPFError("read the information of BPF program", name, code: -status) }
        return info.recursion_misses
    }
}
