internal import HTTPTransport
internal import Synchronization

/// Decides who asks. Usable from any thread; new rules hold from the next request on, and for answers that run.
package final class AccessControl: Sendable {
    private struct State {
        var rules: AccessRules?
        /// Of answers that run, and some that have ended.
        var permits: [WeakPermit] = []
        var sweepAt = 64
    }

    private struct WeakPermit {
        weak var permit: Permit?
    }

    private let state: Mutex<State>
    private let unauthenticated = Atomic(0)
    private let forbidden = Atomic(0)
    private let withdrawnAnswers = Atomic(0)

    /// - Parameter rules: nil: whoever reaches the server may ask for everything. With TLS that demands client certificates,
    ///   those are only clients that have one.
    package init(_ rules: AccessRules? = nil) { state = Mutex(State(rules: rules)) }

    /// Ends the answers whose callers may see something else from now on.
    package func replace(_ rules: AccessRules) {
        let withdrawn = state.withLock { state in
            state.rules = rules
            var withdrawn: [Permit] = []
            state.permits.removeAll { entry in
                guard let permit = entry.permit else { return true }
                guard rules.caller(for: permit.credential) != permit.caller else { return false }
                withdrawn.append(permit)
                return true
            }
            return withdrawn
        }
        for permit in withdrawn { permit.withdraw() }
        withdrawnAnswers.add(withdrawn.count, ordering: .relaxed)
    }

    /// For an answer to `request`, which came from `caller`, that goes on for some time; nil: nobody's leave is needed.
    func permit(for request: HTTPRequest, _ caller: Caller) -> Permit? {
        guard let credential = try? Self.credential(of: request) else { return nil }
        return state.withLock { state in
            guard let rules = state.rules else { return nil }
            let permit = Permit(credential, caller)
            // New rules may have come since the caller was found.
            guard rules.caller(for: credential) == caller else {
                permit.withdraw()
                return permit
            }
            if state.permits.count >= state.sweepAt {
                state.permits.removeAll { $0.permit == nil }
                state.sweepAt = 2 * state.permits.count + 64
            }
            state.permits.append(WeakPermit(permit: permit))
            return permit
        }
    }

    /// Requests refused since the start: without valid credentials, and without the role.
    package var refused: (unauthenticated: Int, forbidden: Int) {
        (unauthenticated.load(ordering: .relaxed), forbidden.load(ordering: .relaxed))
    }

    /// Answers that new rules have ended.
    package var withdrawn: Int { withdrawnAnswers.load(ordering: .relaxed) }

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
    package func knows(_ token: String) -> Bool {
        state.withLock { $0.rules?.caller(for: .token(TokenDigest(of: token))) != nil }
    }

    private func count(_ refusal: AccessRefusal) {
        if refusal.isForbidden {
            forbidden.add(1, ordering: .relaxed)
        } else {
            unauthenticated.add(1, ordering: .relaxed)
        }
    }

    private func identify(_ request: HTTPRequest) throws(AccessRefusal) -> Caller {
        guard let rules = state.withLock({ $0.rules }) else { return .unrestricted }
        guard let credential = try Self.credential(of: request) else { return .unrestricted }
        guard let caller = rules.caller(for: credential) else {
            switch credential {
            case .token: throw .unknownToken
            case .certificate(let names): throw .unknownCertificate(names)
            }
        }
        return caller
    }

    /// nil: who may connect to a unix socket, its file says.
    private static func credential(of request: HTTPRequest) throws(AccessRefusal) -> Credential? {
        if request.peer.isLocalSocket { return nil }
        let headers = request.headers.all("authorization")
        if headers.isEmpty {
            let names = request.peer.certificateNames
            guard !names.isEmpty else { throw .noCredentials }
            return .certificate(names)
        }
        guard headers.count == 1, let token = bearerToken(headers[0]) else { throw .noBearer }
        return .token(TokenDigest(of: token))
    }

    /// `Bearer TOKEN` (RFC 6750, 2.1).
    private static func bearerToken(_ header: String) -> String? {
        let parts = header.split(separator: " ", omittingEmptySubsequences: true)
        guard parts.count == 2, parts[0].lowercased() == "bearer" else { return nil }
        return String(parts[1])
    }
}
