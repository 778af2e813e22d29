import ClientTools
import Foundation
import HTTPTransport

extension TestCertificates {
    /// Makes a pair.
    func serve(_ name: String, days: Int = 30) async throws -> TLSFiles {
        TLSFiles(try await issue(name, days: days))
    }
}

extension TLSFiles {
    init(_ issued: TestCertificates.Issued, clientAuthorities: String? = nil) {
        self.init(
            certificateChain: issued.certificate, privateKey: issued.key, clientAuthorities: clientAuthorities)
    }
}

/// Seconds since 1970.
var now: Int64 { Int64(Date().timeIntervalSince1970) }
