/// Who may ask for what: tokens, and clients with certificates.
package struct AccessRules: Hashable, Sendable {
    package struct Token: Hashable, Sendable {
        /// For people; not sent.
        package let name: String
        package let digest: TokenDigest
        package let caller: Caller

        package init(name: String, digest: TokenDigest, caller: Caller) {
            self.name = name
            self.digest = digest
            self.caller = caller
        }
    }

    package struct Certificate: Hashable, Sendable {
        /// As in `HTTPPeer.certificateNames`.
        package let name: String
        package let caller: Caller

        package init(name: String, caller: Caller) {
            self.name = name
            self.caller = caller
        }
    }

    /// Of tokens, and of certificates. A request compares its token with all of them: some 50 ns each.
    package static let mostEntries = 1_024

    package var tokens: [Token]
    package var certificates: [Certificate]

    package init(tokens: [Token], certificates: [Certificate]) {
        self.tokens = tokens
        self.certificates = certificates
    }

    func caller(for credential: Credential) -> Caller? {
        switch credential {
        case .token(let digest): caller(token: digest)
        case .certificate(let names): caller(certificateNames: names)
        }
    }

    /// All entries are looked at, so that the time tells nothing of where in the list a token is.
    private func caller(token digest: TokenDigest) -> Caller? {
        var found: Caller?
        for entry in tokens where entry.digest.isSame(as: digest) { found = entry.caller }
        return found
    }

    /// The first entry of the list that is one of the certificate's names.
    private func caller(certificateNames names: [String]) -> Caller? {
        certificates.first { names.contains($0.name) }?.caller
    }
}
