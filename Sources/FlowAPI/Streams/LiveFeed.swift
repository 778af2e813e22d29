internal import FlowModel
internal import FlowObserver
internal import FlowWire
internal import HTTPTransport

/// What followers of the same kind on one event loop have in common: the ring is read, filtered and encoded once.
///
/// ```
///   ring    ──┬────────┬────────┬─────┬───────────┬──►
///   chunks    │  n - 3 │  n - 2 │ n-1 │  to come  │  published
///   followers    ▲ inside: reads     ▲ at a start: takes the bytes
/// ```
///
/// A follower stands before a chunk's number. One whose chunk is no longer kept, or that comes from elsewhere, goes on
/// by itself up to a chunk's start. On the event loop only.
final class LiveFeed {
    /// A chunk is closed at so many bytes; the batch that reaches them is in it whole.
    static let chunkBytes = 64 << 10
    /// Kept for followers that are slower than the fastest; a feed's memory beside filter and encoder.
    static let mostKeptBytes = 1 << 20
    static let mostKeptChunks = 64

    struct Chunk {
        /// Whole lines or messages, the first of which tells of `lost`.
        let bytes: [UInt8]
        let start: UInt64
        var end: UInt64
        /// Flows after `start` that the feed missed, and so does each that takes the chunk.
        let lost: UInt64
        /// Flows, and gaps before them, in it.
        let messages: UInt64
        /// Followers that have taken it.
        var takers = 0
    }

    enum Offer {
        case chunk(Chunk)
        /// There is nothing yet: `wait`.
        case present
        /// Read up to this sequence and ask again.
        case readYourself(before: UInt64)
    }

    private var tail: FlowTail
    private let form: FlowStreamForm
    private let encoders: FlowEncoderPool
    private var chunks: [Chunk] = []
    private var firstNumber = 0
    /// Storage of the chunk that was dropped last.
    private var spare: [UInt8] = []
    private var flows: [Flow] = []
    /// All was read that was there at the last look: more is made with the next.
    private var isAtPresent = false
    private var waiting: [HTTPBodyWaker] = []
    private(set) var followers = 0

    init(_ tail: consuming FlowTail, _ form: FlowStreamForm, _ encoders: FlowEncoderPool) {
        self.tail = tail
        self.form = form
        self.encoders = encoders
    }

    func join() { followers += 1 }

    func leave() {
        followers -= 1
        dropTaken()
    }

    /// Memory of the chunks.
    var keptBytes: Int { chunks.reduce(0) { $0 + $1.bytes.capacity } }

    /// Wakes this follower when there is something.
    func wait(_ waker: HTTPBodyWaker) { waiting.append(waker) }

    /// Looks for new flows, if a follower waits for them.
    func look() {
        isAtPresent = false
        if !waiting.isEmpty && produce(before: .max) { wakeAll() }
    }

    /// What a follower gets that wants the flows from `position` on.
    ///
    /// - Parameter number: of the chunk that the follower stands before; nil if it does not know.
    func offer(from position: UInt64, _ number: inout Int?) -> Offer {
        if number ?? -1 < firstNumber { number = find(position) }
        guard let found = number else {
            return .readYourself(before: chunks.first { $0.start > position }?.start ?? tail.position)
        }
        guard found < firstNumber + chunks.count || (!isAtPresent && produce(before: .max)) else { return .present }
        let index = found - firstNumber
        chunks[index].takers += 1
        let chunk = chunks[index]
        number = found + 1
        dropTaken()
        return .chunk(chunk)
    }

    // MARK: Chunks

    private func find(_ position: UInt64) -> Int? {
        if position > tail.position { advance(to: position) }
        if position == tail.position { return firstNumber + chunks.count }
        return chunks.firstIndex { $0.start == position }.map { firstNumber + $0 }
    }

    /// A follower comes who is ahead of this feed: others will meet it there.
    private func advance(to position: UInt64) {
        _ = produce(before: position)
        if tail.position < position {
            // Too far for a chunk. Who stands here is behind now, and reads by himself.
            firstNumber += chunks.count + 1
            chunks = []
            tail.seek(to: position)
        }
        wakeAll()
    }

    private func wakeAll() {
        for waker in waiting { waker.wake() }
        waiting.removeAll(keepingCapacity: true)
    }

    /// Makes the next chunk; false if there is nothing for it.
    private func produce(before boundary: UInt64) -> Bool {
        let start = tail.position
        var bytes: [UInt8] = []
        swap(&bytes, &spare)
        bytes.removeAll(keepingCapacity: true)
        let (lost, messages) = encoders.encode(form) { encoder in fill(&bytes, before: boundary, &encoder) }
        guard !bytes.isEmpty else {
            // Nobody wants what was read: the last chunk reaches further.
            if !chunks.isEmpty { chunks[chunks.count - 1].end = tail.position }
            spare = bytes
            return false
        }
        chunks.append(Chunk(bytes: bytes, start: start, end: tail.position, lost: lost, messages: messages))
        dropExcess()
        return true
    }

    /// - Returns: flows that were missed, and what is in the chunk.
    private func fill(
        _ bytes: inout [UInt8], before boundary: UInt64, _ encoder: inout any FlowStreamEncoder
    ) -> (lost: UInt64, messages: UInt64) {
        var (lost, messages): (UInt64, UInt64) = (0, 0)
        while bytes.count < Self.chunkBytes {
            flows.removeAll(keepingCapacity: true)
            let step = tail.read(before: boundary, into: &flows)
            guard step.count > 0 || step.lost > 0 else {
                isAtPresent = boundary == .max
                break
            }
            lost += step.lost
            messages += UInt64(flows.count) + (step.lost > 0 ? 1 : 0)
            if step.lost > 0 { encoder.append(.overtaken(step.lost), to: &bytes) }
            encoder.append(flows, to: &bytes)
        }
        return (lost, messages)
    }

    private func dropExcess() {
        var kept = keptBytes
        while chunks.count > 1, kept > Self.mostKeptBytes || chunks.count > Self.mostKeptChunks {
            kept -= chunks[0].bytes.capacity
            dropFirst()
        }
    }

    /// Drops what all followers have taken, so that its storage is used again while it is in the processor's cache. Who
    /// came or left since makes this late or early, which costs memory or a follower's own reading.
    private func dropTaken() {
        while let first = chunks.first, first.takers >= followers { dropFirst() }
    }

    private func dropFirst() {
        spare = chunks.removeFirst().bytes
        firstNumber += 1
    }
}
