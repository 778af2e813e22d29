internal import CBPF
internal import Glibc
internal import SystemRuntime

extension BPFMap {
    /// Opens a map that another program has pinned in a BPF file system.
    ///
    /// The kernel ties what is put into a perf event array to the opening that put it there: it leaves the map with the last
    /// descriptor of this opening.
    ///
    /// - Throws: ENOENT when nothing is pinned there, EACCES, EINVAL when it is not a map.
    package init(pinned path: String) throws(BPFError) {
        let opened = unsafe bpf_obj_get(path)
        guard opened >= 0 else { throw BPFError("open the pinned BPF map", path, code: errno) }
        let descriptor = FileDescriptor(owning: opened)
        let information = try Self.information(of: descriptor, path)
        self.init(
            name: path, descriptor: descriptor, keyBytes: Int(information.key_size),
            valueBytes: Int(information.value_size), capacity: Int(information.max_entries))
    }

    /// - Throws: EINVAL unless it is one, as an array of numbers would take descriptors without a word.
    borrowing func requirePerfEventArray() throws(BPFError) {
        let information = try Self.information(of: descriptor, name)
        guard information.type == BPF_MAP_TYPE_PERF_EVENT_ARRAY.rawValue else {
            throw BPFError("use as a perf event array BPF map", name, code: EINVAL)
        }
    }

    private static func information(
        of descriptor: borrowing FileDescriptor, _ name: String
    ) throws(BPFError) -> bpf_map_info {
        var information = bpf_map_info()
        var size = UInt32(MemoryLayout<bpf_map_info>.size)
        let status = unsafe bpf_obj_get_info_by_fd(descriptor.rawValue, &information, &size)
        guard status == 0 else { throw BPFError("read the information of BPF map", name, code: -status) }
        return information
    }
}
