internal import FlowWire
internal import Synchronization

/// Encoders for whoever makes the next batch. Names that an encoder has met are rendered in it, which takes up to some MiB
/// in a large cluster, so there are no more of a form than make batches at the same time. Usable from any thread.
final class FlowEncoderPool: Sendable {
    /// Of any form; beyond, the one that has rested longest goes.
    static let mostResting = 8

    private struct Resting {
        let form: FlowStreamForm
        let encoder: any FlowStreamEncoder
    }

    private let context: FlowJSONContext
    /// The last one has worked most recently.
    private let resting = Mutex<[Resting]>([])

    init(_ context: FlowJSONContext) { self.context = context }

    /// Lends an encoder. What it appends is whole lines, messages or events.
    func encode<Result>(_ form: FlowStreamForm, _ body: (inout any FlowStreamEncoder) -> Result) -> Result {
        let found = resting.withLock { resting in
            resting.lastIndex { $0.form == form }.map { resting.remove(at: $0).encoder }
        }
        var encoder = found ?? form.makeEncoder(context)
        let result = body(&encoder)
        let returned = Resting(form: form, encoder: encoder)
        // The one that goes is freed outside of the lock.
        _ = resting.withLock { resting in
            resting.append(returned)
            return resting.count > Self.mostResting ? resting.removeFirst() : nil
        }
        return result
    }

    var restingCount: Int { resting.withLock { $0.count } }
}
