internal import HTTPTransport
internal import Synchronization

/// What a request proves its caller by.
enum Credential: Hashable {
    case token(TokenDigest)
    /// Names of the client's certificate.
    case certificate([String])
}

/// Leave for an answer to go on for as long as its caller may see what it shows. Withdrawn, once, by new rules under which
/// the same credential is worth something else, be it more: the filter of a running answer is that of its start.
///
/// Held by the answer; `AccessControl` knows it until the answer lets go of it.
final class Permit: Sendable {
    let credential: Credential
    let caller: Caller
    private let state = Mutex<(isWithdrawn: Bool, waker: HTTPBodyWaker?)>((false, nil))

    init(_ credential: Credential, _ caller: Caller) {
        self.credential = credential
        self.caller = caller
    }

    var isWithdrawn: Bool { state.withLock { $0.isWithdrawn } }

    /// Wakes `waker`, whose body then asks `isWithdrawn`, when leave is withdrawn.
    func start(waker: HTTPBodyWaker) {
        state.withLock { $0.waker = waker }
        if isWithdrawn { waker.wake() }
    }

    func withdraw() {
        let waker = state.withLock { state in
            state.isWithdrawn = true
            return state.waker
        }
        waker?.wake()
    }
}
