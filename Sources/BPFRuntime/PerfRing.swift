internal import CLinux
internal import Glibc
internal import Synchronization
internal import SystemRuntime

/// The ring of one CPU's perf event, out of the mapped pages themselves.
///
///     page 0   at 1024: head, up to which the kernel has written; at 1032: tail, up to which we have read
///     data     records of 8 to 65,528 bytes, each a multiple of 8; a record may begin at the end and go on at the start
///
/// A record is a header (u32 type, u16 misc, u16 size of the whole) and, for a sample, u64 time, u32 byte count, bytes; for
/// a loss, u64 id, u64 count.
@safe
struct PerfRing: ~Copyable, @unchecked Sendable {  // one owner at a time: it cannot be copied
    enum Record {
        static let lost: UInt32 = 2
        static let sample: UInt32 = 9
        static let headerBytes = 8
        /// From the record's start to a sample's own bytes: header, time, byte count.
        static let samplePrefixBytes = 20
    }

    private static let headOffset = 1024
    private static let tailOffset = 1032

    let cpu: Int
    let descriptor: FileDescriptor
    private let pages: UnsafeMutableRawPointer
    private let pageBytes: Int
    private let dataBytes: Int
    /// Samples that found the ring full, as far as the kernel has told: it tells when there is room again.
    private(set) var lost: UInt64 = 0

    /// - Parameter dataBytes: a power of two of whole pages.
    /// - Returns: nil when the CPU is offline.
    init?(cpu: Int, dataBytes: Int, wakeUpBytes: Int) throws(BPFError) {
        let opened = clinux_perf_event_bpf_output(Int32(cpu), UInt32(wakeUpBytes))
        if opened == -ENODEV { return nil }
        guard opened >= 0 else { throw BPFError("open a perf event on", "CPU \(cpu)", code: -opened) }
        let descriptor = FileDescriptor(owning: opened)
        let pageBytes = sysconf(Int32(_SC_PAGESIZE))
        // Writable, so that the kernel heeds the tail and does not write over what is unread.
        let pages = unsafe mmap(nil, pageBytes + dataBytes, PROT_READ | PROT_WRITE, MAP_SHARED, opened, 0)
        guard unsafe pages != MAP_FAILED, let pages = unsafe pages else {
            throw BPFError("map the perf ring of", "CPU \(cpu)", code: errno)
        }
        self.cpu = cpu
        self.descriptor = descriptor
        unsafe self.pages = pages
        self.pageBytes = pageBytes
        self.dataBytes = dataBytes
    }

    deinit { unsafe munmap(pages, pageBytes + dataBytes) }

    private func position(at offset: Int) -> UnsafeMutablePointer<Atomic<UInt>> {
        unsafe (pages + offset).assumingMemoryBound(to: Atomic<UInt>.self)
    }

    /// Lends each sample's bytes and time to the body, in order, and then frees them all by one store of our position.
    ///
    /// - Parameters:
    ///   - joined: room for the largest record, for one that breaks at the ring's end.
    ///   - limit: the most samples; what is beyond stays in the ring.
    /// - Returns: number of samples lent.
    mutating func drain(joining joined: UnsafeMutableRawPointer, limit: Int, _ body: (RawSpan, UInt64) -> Void) -> Int {
        let head = unsafe position(at: Self.headOffset).pointee.load(ordering: .acquiring)
        var tail = unsafe position(at: Self.tailOffset).pointee.load(ordering: .relaxed)
        guard head != tail else { return 0 }
        var samples = 0
        while tail != head && samples < limit {
            let (record, bytes) = unsafe record(at: tail, joining: joined)
            switch unsafe record.load(as: UInt32.self) {
            case Record.sample:
                unsafe Self.lend(record, bytes, body)
                samples += 1
            case Record.lost where bytes >= 24:
                unsafe lost &+= record.load(fromByteOffset: 16, as: UInt64.self)
            default:
                break
            }
            tail &+= UInt(bytes)
        }
        unsafe position(at: Self.tailOffset).pointee.store(tail, ordering: .releasing)
        return samples
    }

    /// The record at the position and its length, in one piece.
    private func record(at position: UInt, joining joined: UnsafeMutableRawPointer) -> (UnsafeRawPointer, Int) {
        let data = unsafe pages + pageBytes
        let offset = Int(position) & (dataBytes - 1)
        // Records are multiples of 8 bytes, so a header never breaks.
        let bytes = unsafe Int(data.load(fromByteOffset: offset + 6, as: UInt16.self))
        precondition(bytes >= Record.headerBytes, "the kernel's records have a header")
        let whole = dataBytes - offset
        if bytes <= whole { return unsafe (UnsafeRawPointer(data + offset), bytes) }
        unsafe joined.copyMemory(from: data + offset, byteCount: whole)
        unsafe (joined + whole).copyMemory(from: data, byteCount: bytes - whole)
        return (UnsafeRawPointer(joined), bytes)
    }

    private static func lend(_ record: UnsafeRawPointer, _ bytes: Int, _ body: (RawSpan, UInt64) -> Void) {
        let told = unsafe Int(record.load(fromByteOffset: Record.samplePrefixBytes - 4, as: UInt32.self))
        let span = unsafe RawSpan(
            _unsafeStart: record + Record.samplePrefixBytes, byteCount: min(told, bytes - Record.samplePrefixBytes))
        let time = unsafe record.load(fromByteOffset: Record.headerBytes, as: UInt64.self)
        body(span, time)
    }
}
