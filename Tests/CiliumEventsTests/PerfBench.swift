import CBPF
import CiliumEvents
import DatapathABI
import FlowCapture
import FlowRing
import Foundation
import SystemRuntime
import Testing

@testable import BPFRuntime

/// A perf event array of 8 KiB a CPU, programs that write into it, and a capture. All on one CPU, and so in one ring.
struct PerfBench: ~Copyable {
    let object: LoadedBPFObject
    let counters = PerfCaptureCounters()
    var capture: Capture
    private var ring: EventRingReader<apus_event>
    private let pinned = PinnedThread()

    /// - Parameter path: where to pin the map, to be opened from there.
    init(pinnedAt path: String? = nil) throws {
        let object = try Self.load()
        let events = EventRing<apus_event>(capacity: 2048)
        let reader = try PerfEventArrayReader(
            Self.map(of: object, pinnedAt: path), bytesPerCPU: 8192, wakeUpBytes: 4096)
        self.object = object
        capture = Capture(nil, cilium: PerfCapture(reader: reader, counters: counters), into: events)
        ring = EventRingReader(events)
    }

    private static func map(of object: borrowing LoadedBPFObject, pinnedAt path: String?) throws -> BPFMap {
        let map = try object.map("cilium_events")
        guard let path else { return map }
        try map.pin(at: path)
        return try BPFMap(pinned: path)
    }

    static func load() throws -> LoadedBPFObject {
        let elf = try #require(Data(base64Encoded: CiliumEventsObject.base64.description))
        return try BPFObject(name: "cilium_events", elf: Array(elf)).load()
    }

    /// Has the program write a record of the packet, several times in a row.
    func write(_ program: String, _ packet: [UInt8], repetitions: Int32 = 1) throws {
        let run = try object.program(program).run(packet: packet, interfaceIndex: 1, repetitions: repetitions)
        if repetitions == 1 { #expect(run.result == 1, "the ring takes the record") }
    }

    /// The events of all records since the last call.
    mutating func drain() -> [apus_event] {
        _ = capture.drain()
        return read()
    }

    /// The events that the capture has put into the event ring.
    mutating func read() -> [apus_event] {
        var events: [apus_event] = []
        _ = ring.consume(limit: 2048) { span in
            for index in span.indices { events.append(span[index]) }
        }
        return events
    }
}

extension BPFMap {
    borrowing func pin(at path: String) throws {
        let status = unsafe bpf_obj_pin(descriptor.rawValue, path)
        guard status == 0 else { throw BPFError("pin BPF map", path, code: -status) }
    }

    /// An array of one 32-bit number, pinned.
    static func array(_ path: String) throws -> BPFMap {
        let created = FileDescriptor(owning: unsafe bpf_map_create(BPF_MAP_TYPE_ARRAY, "counters", 4, 4, 1, nil))
        let status = unsafe bpf_obj_pin(created.rawValue, path)
        guard status == 0 else { throw BPFError("pin BPF map", path, code: -status) }
        return try BPFMap(pinned: path)
    }
}

/// A BPF file system in a folder of its own, for as long as the value lives.
struct BPFFileSystem: ~Copyable {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.appending(path: "apus-\(UUID().uuidString)").path()
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
        guard unsafe mount("bpf", path, "bpf", 0, nil) == 0 else { throw SystemError.last("mount a BPF file system") }
    }

    deinit {
        unsafe umount2(path, Int32(MNT_DETACH))
        unsafe rmdir(path)
    }
}

/// Keeps the calling thread on one CPU for as long as the value lives; it must end on that thread.
struct PinnedThread: ~Copyable {
    /// Glibc's `cpu_set_t`, of 1,024 CPUs.
    private typealias Mask = InlineArray<16, UInt64>
    private typealias Call = @convention(c) (Int32, Int, UnsafeMutableRawPointer) -> Int32
    private var before = Mask(repeating: 0)

    init() {
        Self.call("sched_getaffinity", &before)
        var one = Mask(repeating: 0)
        if let word = before.indices.first(where: { before[$0] != 0 }) {
            one[word] = 1 << UInt64(before[word].trailingZeroBitCount)
        }
        Self.call("sched_setaffinity", &one)
    }

    deinit {
        var before = before
        Self.call("sched_setaffinity", &before)
    }

    /// Swift's Glibc module leaves both out.
    private static func call(_ name: String, _ mask: inout Mask) {
        let function = unsafe unsafeBitCast(dlsym(nil, name), to: Call.self)
        let status = unsafe withUnsafeMutablePointer(to: &mask) { unsafe function(0, MemoryLayout<Mask>.size, $0) }
        precondition(status >= 0, "a thread may choose among its CPUs")
    }
}
