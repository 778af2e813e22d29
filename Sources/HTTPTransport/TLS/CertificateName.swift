internal import NIOSSL

extension NIOSSLCertificate {
    /// Whether it is one of a server of that name. To be asked beside NIOSSL's own look, which is also content with the
    /// address that was connected to.
    func hasHostName(_ name: String) -> Bool {
        let name = name.lowercased()
        var hasAddress = false
        for alternative in _subjectAlternativeNames() {
            switch alternative.nameType {
            case .ipAddress: hasAddress = true
            case .dnsName:
                let pattern = String(decoding: alternative.contents, as: UTF8.self).lowercased()
                // A wildcard stands for one label (RFC 6125, 6.4.3).
                let rest = name.drop { $0 != "." }
                if pattern == name
                    || (pattern.hasPrefix("*.") && (2..<name.count).contains(rest.count) && pattern.dropFirst() == rest)
                {
                    return true
                }
            default: break
            }
        }
        return !hasAddress
    }
}

/// The certificate is valid, and another server's.
struct WrongServerName: Error, CustomStringConvertible {
    let name: String

    var description: String { "the server's certificate is not of \(name)" }
}
