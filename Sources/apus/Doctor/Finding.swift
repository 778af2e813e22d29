/// What one look at the host or the server found.
struct Finding: Encodable, Sendable {
    enum Level: String, Encodable, Sendable { case ok, warn, fail }

    let level: Level
    /// What was looked at: `kernel`, `disk`.
    let subject: String
    /// What is so.
    let found: String
    /// What to do about it; nil if all is well.
    let remedy: String?

    static func ok(_ subject: String, _ found: String) -> Finding {
        Finding(level: .ok, subject: subject, found: found, remedy: nil)
    }

    static func warn(_ subject: String, _ found: String, remedy: String) -> Finding {
        Finding(level: .warn, subject: subject, found: found, remedy: remedy)
    }

    static func fail(_ subject: String, _ found: String, remedy: String) -> Finding {
        Finding(level: .fail, subject: subject, found: found, remedy: remedy)
    }
}
