internal import HTTPTransport
internal import Synchronization

/// Decides who asks. Usable from any thread; new rules hold from the next request on, answers that run go on.
package final class AccessControl: Sendable {
    private let rules: Mutex<AccessRules?>
    private let unauthenticated = Atomic(0)
    private let forbidden = Atomic(0)

    /// - Parameter rules: nil: whoever reaches the server may ask for everything. With TLS that demands client certificates,
    ///   those are only clients that have one.
    package init(_ rules: AccessRules? = nil) { self.rules = Mutex(rules) }

    package func replace(_ rules: AccessRules) { self.rules.withLock { $0 = rules } }

    /// Requests refused since the start: without valid credentials, and without the role.
    package var refused: (unauthenticated: Int, forbidden: Int) {
        (unauthenticated.load(ordering: .relaxed), forbidden.load(ordering: .relaxed))
    }

    /// Who sent `request`, if they have `role`.
    func caller(of request: HTTPRequest, for role: Roles) throws(AccessRefusal) -> Caller {
        do throws(AccessRefusal) {
            let caller = try identify(request)
            guard caller.roles.isSuperset(of: role) else { throw .forbidden(role) }
            return caller
        } catch {
            count(error)
            throw error
        }
    }

    /// Whether it is the token of any entry.
    package func knows(_ token: String) -> Bool { rules.withLock { $0?.caller(token: token) != nil } }

    private func count(_ refusal: AccessRefusal) {
        if refusal.isForbidden {
            forbidden.add(1, ordering: .relaxed)
        } else {
            unauthenticated.add(1, ordering: .relaxed)
        }
    }

    private func identify(_ request: HTTPRequest) throws(AccessRefusal) -> Caller {
        guard let rules = rules.withLock({ $0 }) else { return .unrestricted }
        // Who may connect to the socket, its file says.
        if request.peer.isLocalSocket { return .unrestricted }
        let headers = request.headers.all("authorization")
        if headers.isEmpty {
            let names = request.peer.certificateNames
            guard let caller = rules.caller(certificateNames: names) else {
                throw names.isEmpty ? .noCredentials : .unknownCertificate(names)
            }
            return caller
        }
        guard headers.count == 1, let token = Self.bearerToken(headers[0]) else { throw .noBearer }
        guard let caller = rules.caller(token: token) else { throw .unknownToken }
        return caller
    }

    /// `Bearer TOKEN` (RFC 6750, 2.1).
    private static func bearerToken(_ header: String) -> String? {
        let parts = header.split(separator: " ", omittingEmptySubsequences: true)
        guard parts.count == 2, parts[0].lowercased() == "bearer" else { return nil }
        return String(parts[1])
    }
}
