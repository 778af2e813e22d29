internal import FoundationEssentials
internal import NIOCore
internal import NIOSSL

/// Certificates and key as read from files, checked, and ready to serve connections.
struct TLSMaterial: Sendable {
    let context: NIOSSLContext
    let certificates: [TLSCertificateFile]

    /// How long a connection that is being closed waits for the client to agree.
    private static let shutdownTime = TimeAmount.seconds(1)

    /// - Parameter now: seconds since 1970.
    init(_ contents: TLSFileContents, of files: TLSFiles, now: Int64) throws(TLSError) {
        let chain = try Self.certificates(contents.certificateChain, files.certificateChain)
        try Self.check(chain[0], files.certificateChain, now: now)
        let key = try Self.privateKey(contents.privateKey, files.privateKey)
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key))
        configuration.minimumTLSVersion = .tlsv12
        configuration.applicationProtocols = ["h2", "http/1.1"]
        configuration.shutdownTimeout = Self.shutdownTime
        var certificates = [TLSCertificateFile(files.certificateChain, chain)]
        if let path = files.clientAuthorities, let bytes = contents.clientAuthorities {
            let authorities = try Self.certificates(bytes, path)
            configuration.trustRoots = .certificates(authorities)
            // A client has no host name to check; without a certificate its handshake fails.
            configuration.certificateVerification = .noHostnameVerification
            configuration.sendCANameList = true
            certificates.append(TLSCertificateFile(path, authorities))
        }
        do { context = try NIOSSLContext(configuration: configuration) } catch {
            throw TLSError(
                file: files.privateKey, problem: "is not the key of the certificate in \(files.certificateChain)")
        }
        self.certificates = certificates
    }

    static func certificates(_ bytes: [UInt8], _ path: String) throws(TLSError) -> [NIOSSLCertificate] {
        do { return try NIOSSLCertificate.fromPEMBytes(bytes) } catch {
            throw TLSError(file: path, problem: "holds no certificate in PEM (\"-----BEGIN CERTIFICATE-----\")")
        }
    }

    static func privateKey(_ bytes: [UInt8], _ path: String) throws(TLSError) -> NIOSSLPrivateKey {
        guard !String(decoding: bytes, as: UTF8.self).contains("ENCRYPTED") else {
            throw TLSError(file: path, problem: "is encrypted; a key without a passphrase is needed")
        }
        do { return try NIOSSLPrivateKey(bytes: bytes, format: .pem) } catch {
            throw TLSError(file: path, problem: "holds no private key in PEM (\"-----BEGIN PRIVATE KEY-----\")")
        }
    }

    private static func check(_ certificate: NIOSSLCertificate, _ path: String, now: Int64) throws(TLSError) {
        if Int64(certificate.notValidAfter) < now {
            throw TLSError(file: path, problem: "expired on \(shownTime(Int64(certificate.notValidAfter)))")
        }
        if Int64(certificate.notValidBefore) > now {
            throw TLSError(file: path, problem: "is not valid before \(shownTime(Int64(certificate.notValidBefore)))")
        }
    }
}

/// A file of certificates in force.
package struct TLSCertificateFile: Hashable, Sendable {
    package let path: String
    /// When the first of them to expire does, in seconds since 1970.
    package let expirySeconds: Int64

    package init(reading path: String) throws(TLSError) {
        self.init(path, try TLSMaterial.certificates(try TLSFileContents.read(path), path))
    }

    init(_ path: String, _ certificates: [NIOSSLCertificate]) {
        self.path = path
        expirySeconds = certificates.map { Int64($0.notValidAfter) }.min() ?? 0
    }

    /// Warned of so long before, in seconds: renewal by machines happens earlier, by people in less.
    package static let warningSeconds: Int64 = 14 * 86_400

    /// What is to be said of it; nil if it is valid for long.
    ///
    /// - Parameter now: seconds since 1970.
    package func warning(now: Int64) -> String? {
        guard expirySeconds - now < Self.warningSeconds else { return nil }
        let word = expirySeconds < now ? "expired" : "expires"
        return "\(path): a certificate \(word) on \(shownTime(expirySeconds))"
    }
}

/// `2026-11-23T06:52:42Z`.
private func shownTime(_ seconds: Int64) -> String {
    Date(timeIntervalSince1970: Double(seconds)).formatted(.iso8601)
}
