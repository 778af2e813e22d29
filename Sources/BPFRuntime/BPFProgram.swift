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

    /// The program with this number among all in the kernel; nil when there is none any more.
    init?(id: UInt32) throws(BPFError) {
        let status = bpf_prog_get_fd_by_id(id)
        guard status != -ENOENT else { return nil }
        guard status >= 0 else { throw BPFError("open BPF program", "\(id)", code: -status) }
        let descriptor = FileDescriptor(owning: status)
        let raw = try Self.information(descriptor, "\(id)").name
        let characters = unsafe withUnsafeBytes(of: raw) { unsafe Array($0.prefix { $0 != 0 }) }
        self.init(name: String(decoding: characters, as: UTF8.self), descriptor: descriptor)
    }

    /// Times that the kernel did not run the program because it interrupted itself on one CPU; those packets went unseen.
    package borrowing func recursionMisses() throws(BPFError) -> UInt64 {
        try Self.information(descriptor, name).recursion_misses
    }

    /// Runs since the kernel counts them, and how long all took together.
    package borrowing func runStatistics() throws(BPFError) -> (runs: UInt64, nanoseconds: UInt64) {
        let info = try Self.information(descriptor, name)
        return (info.run_cnt, info.run_time_ns)
    }

    /// Another handle of the same program.
    package borrowing func duplicate() throws(BPFError) -> BPFProgram {
        do { return BPFProgram(name: name, descriptor: try descriptor.duplicate()) } catch {
            throw BPFError("keep BPF program", name, code: error.code)
        }
    }

    private static func information(
        _ descriptor: borrowing FileDescriptor, _ name: String
    ) throws(BPFError) -> bpf_prog_info {
        var info = bpf_prog_info()
        var size = UInt32(MemoryLayout<bpf_prog_info>.size)
        let status = unsafe bpf_obj_get_info_by_fd(descriptor.rawValue, &info, &size)
        guard status == 0 else { throw BPFError("read the information of BPF program", name, code: -status) }
        return info
    }
}
