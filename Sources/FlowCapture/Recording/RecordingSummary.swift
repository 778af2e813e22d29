/// What a whole recording says of itself: read once from start to end before a replay, which needs all names at its start.
package struct RecordingSummary: Sendable {
    package let header: RecordingHeader
    package private(set) var names = RecordedNames()
    /// Events that can be read.
    package private(set) var events: UInt64 = 0
    /// nil if the recording was not finished, or is damaged before its end.
    package private(set) var end: RecordingEnd?
    /// Why the rest cannot be read; nil if all can.
    package private(set) var problem: RecordingError?

    /// - Throws: only if nothing can be read; damage behind the header is in `problem`.
    package init(path: String) throws(RecordingError) {
        var reader = try RecordingReader(path: path)
        header = reader.header
        do throws(RecordingError) {
            while let chunk = try reader.next() { add(chunk) }
        } catch { problem = error }
    }

    /// Of a file that says no names: a capture of packets.
    package init(header: RecordingHeader) { self.header = header }

    private mutating func add(_ chunk: RecordingChunk) {
        switch chunk {
        case .node(let name, let addresses):
            names.nodeName = name
            names.nodeAddresses = addresses
        case .clock: break
        case .dropReasons(let table): names.dropReasons.merge(table) { _, last in last }
        case .interfaces(let table): names.interfaces.merge(table) { _, last in last }
        case .functions(let table):
            guard names.functions.count < RecordingFormat.maximumFunctions else { return }
            names.functions.merge(table) { _, last in last }
        case .events(let events): self.events += UInt64(events.count)
        case .end(let end): self.end = end
        }
    }
}
