internal import NIOCore
internal import NIOSSL

/// How a client of our own speaks TLS: whom it trusts, and what it shows. Read once.
package struct TLSClient: Sendable {
    private let context: NIOSSLContext
    private let serverName: String?

    /// - Parameters:
    ///   - authorities: PEM file of those who may have signed the server's certificate; nil: the system's.
    ///   - certificateChain: PEM file, shown where the server asks for one; with its key.
    ///   - serverName: that the server's certificate must have; nil: the host that is asked. No address.
    package init(
        authorities: String? = nil, certificateChain: String? = nil, privateKey: String? = nil,
        serverName: String? = nil
    ) throws(TLSError) {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.minimumTLSVersion = .tlsv12
        configuration.applicationProtocols = ["http/1.1"]
        if let authorities {
            configuration.trustRoots = .certificates(
                try TLSMaterial.certificates(try TLSFileContents.read(authorities), authorities))
        }
        if let certificateChain, let privateKey {
            let chain = try TLSMaterial.certificates(try TLSFileContents.read(certificateChain), certificateChain)
            configuration.certificateChain = chain.map { .certificate($0) }
            configuration.privateKey = .privateKey(
                try TLSMaterial.privateKey(try TLSFileContents.read(privateKey), privateKey))
        }
        do { context = try NIOSSLContext(configuration: configuration) } catch {
            throw TLSError(
                file: privateKey ?? "TLS", problem: "is not the key of the certificate in \(certificateChain ?? "")")
        }
        self.serverName = serverName
    }

    /// TLS to `address`; what is written waits for the server to prove itself.
    func handler(for address: HTTPAddress) throws -> NIOSSLClientHandler {
        guard case .tcp(let host, _) = address else {
            return try NIOSSLClientHandler(context: context, serverHostname: nil)
        }
        let name = serverName ?? host
        // Addresses are no names: NIOSSL looks for them among the certificate's addresses.
        if (try? SocketAddress(ipAddress: name, port: 0)) != nil {
            return try NIOSSLClientHandler(context: context, serverHostname: nil)
        }
        return try NIOSSLClientHandler._makeSSLClientHandler(
            context: context, serverHostname: name,
            additionalPeerCertificateVerificationCallback: { certificate, channel in
                channel.eventLoop.makeCompletedFuture {
                    guard certificate.hasHostName(name) else { throw WrongServerName(name: name) }
                }
            })
    }
}

extension NIOSSLError {
    /// `certificate verify failed`: BoringSSL's words without its places.
    var reason: String {
        guard case .handshakeFailed(.sslError(let errors)) = self, let first = errors.first else { return "\(self)" }
        let text = first.description.split(separator: "OPENSSL_internal:").last ?? ""
        return (text.split(separator: " at ").first ?? text).replacing("_", with: " ").lowercased()
    }
}
