/// Who sent a request, as far as the connection tells.
package struct HTTPPeer: Hashable, Sendable {
    /// The address of a TCP client, without its port; nil: it came over a unix socket, whose file decides who may.
    package var address: String?
    package var isEncrypted = false
    /// Of the certificate that the client proved to have: `dns:` and `uri:` alternative names, then `cn:` common names. Empty
    /// where none is asked for.
    package var certificateNames: [String] = []

    package init(address: String?) { self.address = address }

    package var isLocalSocket: Bool { address == nil }
}
