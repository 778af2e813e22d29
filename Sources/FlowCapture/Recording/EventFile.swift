/// A file of events, read from its start to its end.
package protocol EventFile: ~Copyable, Sendable {
    var header: RecordingHeader { get }

    /// The next piece; nil after the end.
    ///
    /// - Throws: at damage, or where the file breaks off; all pieces before it were given.
    mutating func next() throws(RecordingError) -> RecordingChunk?
}
