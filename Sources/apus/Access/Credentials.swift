import FlowAPI
import Foundation
import HTTPTransport
import Logging

/// What a server proves itself by and what it asks of others, read from files, and again when these change. Changes are put
/// in force whole or not at all, and each is told once.
final class Credentials: Sendable {
    /// Files are read so often: a new certificate or token holds after that at the latest.
    static let reloadInterval = Duration.seconds(5)
    /// What needs a person is told so often.
    private static let warningInterval = Duration.seconds(86_400)

    let tls: TLSCredentials?
    let access: AccessControl
    private let accessFile: AccessFile?
    private let logger: Logger

    /// - Parameter accessFile: of tokens; nil: none are asked for.
    init(tls files: TLSFiles?, accessFile path: String?, logger: Logger) throws {
        tls = try files.map { try TLSCredentials($0, now: Self.now) }
        accessFile = path.map(AccessFile.init)
        access = AccessControl(try accessFile?.read())
        self.logger = logger
    }

    private static var now: Int64 { Int64(Date().timeIntervalSince1970) }

    /// Looks after the files until the task is cancelled.
    func watch(every interval: Duration = reloadInterval) async {
        var nextWarning = ContinuousClock.now
        var lastText = try? accessFile?.text()
        var lastFailure: String?
        while !Task.isCancelled {
            if .now >= nextWarning {
                warn()
                nextWarning = .now + Self.warningInterval
            }
            try? await Task.sleep(for: interval)
            reloadTLS()
            reloadAccess(&lastText, &lastFailure)
        }
    }

    private func warn() {
        for line in tls?.warnings(now: Self.now) ?? [] { logger.warning("\(line)") }
        if let accessFile, FileAccess.isReadableByOthers(accessFile.path) {
            logger.warning("\(accessFile.path): others can read who may ask for what; chmod 640 it")
        }
    }

    private func reloadTLS() {
        guard let tls else { return }
        switch tls.reload(now: Self.now) {
        case .unchanged: break
        case .renewed:
            logger.info("\(tls.files.certificateChain): new connections get the new certificate")
            for line in tls.warnings(now: Self.now) { logger.warning("\(line)") }
        case .refused(let error): logger.error("\(error); the last certificate stays in force")
        }
    }

    private func reloadAccess(_ lastText: inout String?, _ lastFailure: inout String?) {
        guard let accessFile else { return }
        do {
            let text = try accessFile.text()
            guard text != lastText || lastFailure != nil else { return }
            let rules = try accessFile.parse(text)
            let isNew = text != lastText
            (lastText, lastFailure) = (text, nil)
            guard isNew else { return }
            access.replace(rules)
            logger.info("\(accessFile.path): \(rules.tokens.count) tokens, \(rules.certificates.count) certificates")
        } catch {
            guard lastFailure != "\(error)" else { return }
            lastFailure = "\(error)"
            logger.error("\(error); the last tokens stay in force")
        }
    }
}
