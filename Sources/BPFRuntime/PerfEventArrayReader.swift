internal import CBPF
internal import Glibc
internal import SystemRuntime

/// The reading end of a perf event array: a ring for each CPU, whose descriptors stand in the map. One thread at a time
/// owns it.
///
/// Order holds within a CPU only. The kernel stamps each sample with CLOCK_MONOTONIC when the program outputs it.
@safe
package struct PerfEventArrayReader: ~Copyable, @unchecked Sendable {  // one owner at a time: it cannot be copied
    /// A record's size is a 16-bit number.
    private static let largestRecordBytes = 1 << 16

    private let map: BPFMap
    private let rings: UnsafeMutableBufferPointer<PerfRing>
    private let joined: UnsafeMutableRawPointer

    /// Opens a ring on each CPU that is online, and puts it into the map.
    ///
    /// The map holds one ring a CPU: whoever read this map before (cilium-agent, say) gets nothing from now on. When the
    /// value ends, the kernel takes its rings out of the map with the last descriptor of the map's opening; for a pinned
    /// map that is this one.
    ///
    /// - Parameters:
    ///   - map: a perf event array.
    ///   - bytesPerCPU: a power of two of whole pages.
    ///   - wakeUpBytes: how much must wait in a ring before it wakes a `BufferPoll`.
    /// - Throws: EINVAL for another type of map, ENOMEM or EPERM beyond the limit of locked memory.
    package init(_ map: consuming BPFMap, bytesPerCPU: Int, wakeUpBytes: Int) throws(BPFError) {
        precondition(bytesPerCPU.nonzeroBitCount == 1, "a perf ring's size is a power of two")
        precondition((1..<bytesPerCPU).contains(wakeUpBytes), "a ring wakes its reader before it is full")
        try map.requirePerfEventArray()
        let cpus = min(map.capacity, Int(libbpf_num_possible_cpus()))
        let opened = UnsafeMutableBufferPointer<PerfRing>.allocate(capacity: cpus)
        var count = 0
        do {
            for cpu in 0..<cpus {
                guard let ring = try PerfRing(cpu: cpu, dataBytes: bytesPerCPU, wakeUpBytes: wakeUpBytes) else {
                    continue
                }
                try map.update(UInt32(cpu), to: ring.descriptor.rawValue)
                unsafe opened.initializeElement(at: count, to: ring)
                count += 1
            }
        } catch {
            unsafe opened.extracting(0..<count).deinitialize()
            unsafe opened.deallocate()
            throw error
        }
        unsafe self.init(map: map, rings: opened.extracting(0..<count))
    }

    private init(map: consuming BPFMap, rings: UnsafeMutableBufferPointer<PerfRing>) {
        self.map = map
        unsafe self.rings = rings
        unsafe joined = .allocate(byteCount: Self.largestRecordBytes, alignment: 8)
    }

    deinit {
        unsafe rings.deinitialize()
        unsafe rings.deallocate()
        unsafe joined.deallocate()
    }

    /// Lends up to `limit` samples to the body: its bytes (up to 7 of padding may follow what the program wrote), its time in
    /// nanoseconds of CLOCK_MONOTONIC, and its CPU. The bytes are valid during the call only.
    ///
    /// - Returns: number of samples lent.
    package mutating func drain(
        limit: Int = .max, _ body: (_ sample: RawSpan, _ timeNanoseconds: UInt64, _ cpu: Int) -> Void
    ) -> Int {
        var samples = 0
        for index in unsafe rings.indices {
            let cpu = unsafe rings[index].cpu
            unsafe samples += rings[index].drain(joining: joined, limit: limit &- samples) { body($0, $1, cpu) }
        }
        return samples
    }

    /// Samples that the kernel could not write, for each CPU that has a ring. The kernel tells of them with the next sample
    /// that it can write, so the last ones before a silence are missing here.
    package var lostByCPU: [Int: UInt64] {
        var lost: [Int: UInt64] = [:]
        for index in unsafe rings.indices { unsafe lost[rings[index].cpu] = rings[index].lost }
        return lost
    }

    /// The sum of `lostByCPU`.
    package var lost: UInt64 {
        var lost: UInt64 = 0
        for index in unsafe rings.indices { unsafe lost &+= rings[index].lost }
        return lost
    }

    /// Of each ring.
    borrowing func forEachDescriptor(_ body: (borrowing FileDescriptor) -> Void) {
        for index in unsafe rings.indices { unsafe body(rings[index].descriptor) }
    }
}
