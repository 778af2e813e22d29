internal import Glibc
package import Synchronization
internal import SystemRuntime

/// The reading end of a BPF ring buffer, out of the mapped pages themselves. One thread at a time owns it.
///
///     consumer page (ours)     position up to which we have read
///     producer page (kernel's) position up to which records are reserved
///     data                     8-byte header (length, busy bit, discard bit), record, padding to 8
///     data again               its first pages, so that a record that breaks at the end goes on in one piece
///
/// The kernel would map all data twice; each page that is mapped counts as resident, so only what the longest record needs
/// is mapped again.
@safe
package struct RingBufferReader: ~Copyable, @unchecked Sendable {  // one owner at a time: it cannot be copied
    @usableFromInline static let busyBit: UInt32 = 1 << 31
    @usableFromInline static let discardBit: UInt32 = 1 << 30
    @usableFromInline static let headerBytes: UInt = 8
    /// Longest record that may come; ours take 128 bytes. Whole pages of every size that Linux has.
    package static let longestRecordBytes = 65_536

    let descriptor: FileDescriptor
    private let pageBytes: Int
    package let capacityBytes: Int
    @usableFromInline let consumerPosition: UnsafeMutablePointer<Atomic<UInt>>
    @usableFromInline let producerPosition: UnsafeMutablePointer<Atomic<UInt>>
    @usableFromInline let data: UnsafeRawPointer
    @usableFromInline let mask: UInt

    /// - Parameter map: a ring buffer. Only one reader of it may exist.
    package init(_ map: borrowing BPFMap) throws(BPFError) {
        let pageBytes = sysconf(Int32(_SC_PAGESIZE))
        let descriptor = try map.duplicate().intoDescriptor()
        let kernelBytes = Self.kernelBytes(pageBytes, map.capacity)
        let kernels = unsafe try Self.map(map, bytes: kernelBytes, offset: pageBytes, PROT_READ)
        let own: UnsafeMutableRawPointer
        do {
            unsafe own = try Self.map(map, bytes: pageBytes, offset: 0, PROT_READ | PROT_WRITE)
        } catch {
            unsafe munmap(kernels, kernelBytes)
            throw error
        }
        self.pageBytes = pageBytes
        self.descriptor = descriptor
        capacityBytes = map.capacity
        mask = UInt(map.capacity - 1)
        unsafe consumerPosition = own.assumingMemoryBound(to: Atomic<UInt>.self)
        unsafe producerPosition = kernels.assumingMemoryBound(to: Atomic<UInt>.self)
        unsafe data = UnsafeRawPointer(kernels + pageBytes)
    }

    /// Bytes of the producer page, the data and what is mapped of it again.
    private static func kernelBytes(_ pageBytes: Int, _ capacity: Int) -> Int {
        pageBytes + capacity + min(capacity, longestRecordBytes)
    }

    private static func map(
        _ map: borrowing BPFMap, bytes: Int, offset: Int, _ protection: Int32
    ) throws(BPFError) -> UnsafeMutableRawPointer {
        let address = unsafe mmap(nil, bytes, protection, MAP_SHARED, map.descriptor.rawValue, offset)
        guard unsafe address != MAP_FAILED, let address = unsafe address else {
            throw BPFError("map the pages of ring buffer", map.name, code: errno)
        }
        return unsafe address
    }

    deinit {
        unsafe munmap(UnsafeMutableRawPointer(consumerPosition), pageBytes)
        unsafe munmap(UnsafeMutableRawPointer(producerPosition), Self.kernelBytes(pageBytes, capacityBytes))
    }

    /// Bytes that the kernel has reserved and we have not read.
    package var pendingBytes: Int {
        unsafe Int(
            producerPosition.pointee.load(ordering: .acquiring) &- consumerPosition.pointee.load(ordering: .relaxed))
    }

    /// Gives up to `limit` committed records to the body, in order, and then frees them all by one store of our position.
    /// Stops at a record that a program is still writing. The pointer is valid, and 8-byte aligned, during the call only.
    ///
    /// - Returns: number of records given.
    @inlinable
    package mutating func drain(limit: Int = .max, _ body: (UnsafeRawPointer, Int) -> Void) -> Int {
        let start = unsafe consumerPosition.pointee.load(ordering: .relaxed)
        let end = unsafe producerPosition.pointee.load(ordering: .acquiring)
        var position = start
        var count = 0
        while position != end && count < limit {
            let header = unsafe data + Int(position & mask)
            let length = unsafe UnsafeMutablePointer(mutating: header.assumingMemoryBound(to: Atomic<UInt32>.self))
                .pointee.load(ordering: .acquiring)
            if length & Self.busyBit != 0 { break }
            let bytes = UInt(length & ~Self.discardBit)
            precondition(bytes <= Self.longestRecordBytes, "our programs write no such record")
            if length & Self.discardBit == 0 {
                unsafe body(header + Int(Self.headerBytes), Int(bytes))
                count += 1
            }
            position &+= (bytes + Self.headerBytes + 7) & ~7
        }
        if position != start { unsafe consumerPosition.pointee.store(position, ordering: .releasing) }
        return count
    }
}
