import ArgumentParser
import FlowModel
import Foundation
import HTTPTransport
import SystemRuntime

/// The server that a command asks, and how.
struct ServerConnection: ParsableArguments {
    @Option(help: "The server to ask: HOST:PORT, https://HOST:PORT, tls://HOST:PORT or unix:PATH.")
    var server = ServerAddress(.tcp(host: "127.0.0.1", port: 4245))

    @Option(
        help: ArgumentHelp(
            "Authorities that may have signed the server's certificate, in PEM; the system's if left out.",
            valueName: "file"))
    var tlsCa: String?

    @Option(help: ArgumentHelp("A certificate to show to the server, in PEM.", valueName: "file"))
    var tlsCert: String?

    @Option(help: ArgumentHelp("Its private key, in PEM.", valueName: "file"))
    var tlsKey: String?

    @Option(
        help: ArgumentHelp(
            "The name that the server's certificate must have; the host's if left out.", valueName: "name"))
    var tlsServerName: String?

    @Option(help: ArgumentHelp("A file that holds the token to show, and nothing else.", valueName: "file"))
    var tokenFile: String?

    var address: HTTPAddress { server.address }

    private var speaksTLS: Bool {
        server.speaksTLS || [tlsCa, tlsCert, tlsServerName].contains { $0 != nil }
    }

    func validate() throws {
        guard (tlsCert == nil) == (tlsKey == nil) else {
            throw ValidationError("--tls-cert and --tls-key go together: a certificate is shown with its key")
        }
        if case .unix = address, speaksTLS {
            throw ValidationError("--server \(address): there is no TLS on unix sockets")
        }
        if let tlsServerName, tlsServerName.isEmpty || IPAddress(tlsServerName) != nil {
            throw ValidationError("--tls-server-name \(tlsServerName): accepted is the name of a host")
        }
        guard tokenFile == nil || speaksTLS || address.isLocal else {
            throw ValidationError("--token-file: the token would be readable on its way to \(address); use https://")
        }
    }

    /// Gets what is at `target`. An answer other than 200 is thrown, in the server's words.
    func get<Result: Sendable>(
        _ target: String, handle: (HTTPClientResponse) async throws -> Result
    ) async throws -> Result {
        let tls =
            try speaksTLS
            ? TLSClient(
                authorities: tlsCa, certificateChain: tlsCert, privateKey: tlsKey, serverName: tlsServerName) : nil
        return try await HTTPClientStream.request(address, tls: tls, target: target, headers: try headers()) {
            response in
            guard response.status == 200 else {
                let text = try await response.text().trimmingCharacters(in: .whitespacesAndNewlines)
                throw CommandFailure.failed("\(address) answered \(response.status): \(text)")
            }
            return try await handle(response)
        }
    }

    private func headers() throws -> HTTPFields {
        guard let tokenFile else { return [:] }
        guard let text = try? String(contentsOfFile: tokenFile, encoding: .utf8) else {
            throw CommandFailure.failed("\(tokenFile): cannot be read")
        }
        let token = text.trimmingCharacters(in: .whitespacesAndNewlines)
        guard !token.isEmpty, token.utf8.allSatisfy({ (0x21...0x7e).contains($0) }) else {
            throw CommandFailure.failed("\(tokenFile): must hold one token and nothing else")
        }
        if FileAccess.isReadableByOthers(tokenFile) {
            StandardStream.error.say("apus: \(tokenFile): others can read the token; chmod 600 it")
        }
        return ["authorization": "Bearer \(token)"]
    }
}

/// An address with or without TLS.
struct ServerAddress: ExpressibleByArgument {
    let address: HTTPAddress
    let speaksTLS: Bool

    init(_ address: HTTPAddress, speaksTLS: Bool = false) {
        self.address = address
        self.speaksTLS = speaksTLS
    }

    init?(argument: String) {
        let schemes = ["https://", "tls://", "http://"]
        let scheme = schemes.first { argument.hasPrefix($0) }
        let rest = argument.dropFirst(scheme?.count ?? 0)
        guard
            let address = try? HTTPAddress(
                parsing: String(rest.hasSuffix("/") && scheme != nil ? rest.dropLast() : rest))
        else { return nil }
        if case .unix = address, scheme != nil { return nil }
        self.init(address, speaksTLS: scheme != nil && scheme != "http://")
    }

    var defaultValueDescription: String { address.description }
}
