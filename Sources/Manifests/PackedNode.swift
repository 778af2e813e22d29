/// A tree of nodes in one piece of memory, an eighth of what the tree itself takes: documents are kept for as long as they
/// are in force, and looked at only when something changes.
///
///     node   kind byte, place, then nothing | text | count and nodes | count and members
///     member text (the key), place, node
///     place  line, column          text   length in bytes, UTF-8          numbers are LEB128
struct PackedNode: Equatable, Sendable {
    private enum Kind: UInt8 { case null, plain, quoted, list, map }

    private var bytes: [UInt8] = []

    init(_ node: ManifestNode) {
        var bytes: [UInt8] = []
        Self.append(node, to: &bytes)
        // The array that grew has room for more than is in it.
        self.bytes.reserveCapacity(bytes.count)
        self.bytes += bytes
    }

    var unpacked: ManifestNode {
        var position = 0
        return node(&position)
    }

    private static func append(_ node: ManifestNode, to bytes: inout [UInt8]) {
        func begin(_ kind: Kind) {
            bytes.append(kind.rawValue)
            append(node.place, to: &bytes)
        }
        switch node.value {
        case .null: begin(.null)
        case .text(let text, let isQuoted):
            begin(isQuoted ? .quoted : .plain)
            append(text, to: &bytes)
        case .list(let items):
            begin(.list)
            append(items.count, to: &bytes)
            for item in items { append(item, to: &bytes) }
        case .map(let members):
            begin(.map)
            append(members.count, to: &bytes)
            for member in members {
                append(member.key, to: &bytes)
                append(member.keyPlace, to: &bytes)
                append(member.node, to: &bytes)
            }
        }
    }

    private static func append(_ place: ManifestPlace, to bytes: inout [UInt8]) {
        append(place.line, to: &bytes)
        append(place.column, to: &bytes)
    }

    private static func append(_ text: String, to bytes: inout [UInt8]) {
        append(text.utf8.count, to: &bytes)
        bytes += text.utf8
    }

    private static func append(_ number: Int, to bytes: inout [UInt8]) {
        var rest = UInt(number)
        while rest > 0x7f {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }

    private func node(_ position: inout Int) -> ManifestNode {
        guard let kind = Kind(rawValue: bytes[position]) else { preconditionFailure("we packed it") }
        position += 1
        let place = place(&position)
        let value: ManifestNode.Value =
            switch kind {
            case .null: .null
            case .plain: .text(text(&position), isQuoted: false)
            case .quoted: .text(text(&position), isQuoted: true)
            case .list: .list((0..<number(&position)).map { _ in node(&position) })
            case .map: .map((0..<number(&position)).map { _ in member(&position) })
            }
        return ManifestNode(value: value, place: place)
    }

    private func member(_ position: inout Int) -> ManifestMember {
        let (key, keyPlace) = (text(&position), place(&position))
        return ManifestMember(key: key, keyPlace: keyPlace, node: node(&position))
    }

    private func place(_ position: inout Int) -> ManifestPlace {
        let line = number(&position)
        return ManifestPlace(line: line, column: number(&position))
    }

    private func text(_ position: inout Int) -> String {
        let count = number(&position)
        defer { position += count }
        return String(decoding: bytes[position..<position + count], as: UTF8.self)
    }

    private func number(_ position: inout Int) -> Int {
        var (result, shift) = (0, 0)
        while true {
            let byte = bytes[position]
            position += 1
            result |= Int(byte & 0x7f) << shift
            if byte < 0x80 { return result }
            shift += 7
        }
    }
}
