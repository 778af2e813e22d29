/// The chain of IPv6 extension headers between the fixed header and the transport header (RFC 8200, section 4).
struct ExtensionHeaders {
    private static let hopByHop: UInt8 = 0
    private static let routing: UInt8 = 43
    private static let fragment: UInt8 = 44
    private static let authentication: UInt8 = 51
    private static let destinationOptions: UInt8 = 60
    private static let mobility: UInt8 = 135
    private static let hostIdentity: UInt8 = 139
    private static let shim6: UInt8 = 140
    /// Each may appear once, destination options twice: longer chains are an attack. As many as our own programs follow.
    private static let atMost = 8

    private(set) var transport: UInt8
    private(set) var endOffset: Int
    private(set) var isLaterFragment = false
    /// A jumbo payload's length is an option there.
    let hasHopByHop: Bool
    /// Whether the chain's end was found. A later fragment ends it: what follows is not a header.
    private(set) var isWhole = false

    init(_ packet: RawSpan, at offset: Int, first: UInt8) {
        transport = first
        endOffset = offset
        hasHopByHop = first == Self.hopByHop
        var count = 0
        while Self.isExtension(transport), !isLaterFragment {
            guard count < Self.atMost, skipOne(packet) else { return }
            count += 1
        }
        isWhole = true
    }

    private static func isExtension(_ header: UInt8) -> Bool {
        switch header {
        case hopByHop, routing, fragment, authentication, destinationOptions, mobility, hostIdentity, shim6: true
        default: false
        }
    }

    private mutating func skipOne(_ packet: RawSpan) -> Bool {
        guard let next = packet.number(endOffset, as: UInt8.self),
            let units = packet.number(endOffset + 1, as: UInt8.self)
        else { return false }
        switch transport {
        case Self.fragment:
            guard let field = packet.networkNumber(endOffset + 2, as: UInt16.self) else { return false }
            isLaterFragment = field & 0xfff8 != 0
            endOffset += 8
        case Self.authentication:
            endOffset += (Int(units) + 2) * 4
        default:
            endOffset += (Int(units) + 1) * 8
        }
        transport = next
        return true
    }
}
