/// The text of all lines of one shape, between what differs from flow to flow.
///
/// A class, so that using one counts one reference and not one for each text.
final class LineTemplate: Sendable {
    struct Texts: Sendable {
        /// From the identifier's end to the source address.
        var head: [UInt8] = []
        let hasAddresses: Bool
        /// From the destination address to the first port, or to the end of `l4` if there is none.
        var headers: [UInt8] = []
        let hasPorts: Bool
        /// From the last port to the end of `l4`.
        var afterPorts: [UInt8] = []
        /// From `Type` to the end of `apus`' first members, or of `Summary` and the policies without `apus`.
        var event: [UInt8] = []
        /// The members of `apus` after the counts, each followed by a comma; mostly empty.
        var apusEnd: [UInt8] = []

        init(hasAddresses: Bool, hasPorts: Bool) {
            self.hasAddresses = hasAddresses
            self.hasPorts = hasPorts
        }
    }

    let shape: LineShape
    let texts: Texts

    init(_ shape: LineShape, _ texts: Texts) {
        self.shape = shape
        self.texts = texts
    }
}

/// The templates of the shapes met lately: one that falls on a taken slot replaces what was there.
///
/// Bounded: 256 slots of some 700 bytes, about 180 KiB for an encoder whose flows are that various.
struct LineTemplates {
    private var templates: [LineTemplate?] = Array(repeating: nil, count: 256)

    subscript(shape: LineShape) -> LineTemplate? {
        let template = templates[shape.slot(bits: 8)]
        return template?.shape == shape ? template : nil
    }

    mutating func insert(_ template: LineTemplate) { templates[template.shape.slot(bits: 8)] = template }
}
