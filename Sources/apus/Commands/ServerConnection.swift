import ArgumentParser
import FlowModel
import Foundation
import HTTPTransport
import SystemRuntime

/// The server that a command asks, and how.
struct ServerConnection: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The server to ask: HOST:PORT, https://HOST:PORT, tls://HOST:PORT or unix:PATH; 127.0.0.1:4245 if nothing is set.",
            valueName: "address"))
    var server: ServerAddress?

    @Option(
        help: ArgumentHelp(
            "Authorities that may have signed the server's certificate, in PEM; the system's if left out.",
            valueName: "file"), completion: .file())
    var tlsCa: String?

    @Option(
        help: ArgumentHelp("A certificate to show to the server, in PEM.", valueName: "file"), completion: .file())
    var tlsCert: String?

    @Option(help: ArgumentHelp("Its private key, in PEM.", valueName: "file"), completion: .file())
    var tlsKey: String?

    @Option(
        help: ArgumentHelp(
            "The name that the server's certificate must have; the host's if left out.", valueName: "name"))
    var tlsServerName: String?

    @Option(
        help: ArgumentHelp("A file that holds the token to show, and nothing else.", valueName: "file"),
        completion: .file())
    var tokenFile: String?

    /// How long a connection, and an answer that is no stream, may take.
    private var dialTimeout = Duration.seconds(5)
    private var requestTimeout = Duration.seconds(12)

    private enum CodingKeys: String, CodingKey { case server, tlsCa, tlsCert, tlsKey, tlsServerName, tokenFile }

    var address: HTTPAddress { chosen.address }

    private var chosen: ServerAddress { server ?? ServerAddress(.tcp(host: "127.0.0.1", port: 4245)) }

    var usesTLS: Bool {
        chosen.speaksTLS || [tlsCa, tlsCert, tlsServerName].contains { $0 != nil }
    }

    /// That the server's certificate must have.
    var serverName: String {
        if let tlsServerName { return tlsServerName }
        if case .tcp(let host, _) = address { return host }
        return address.description
    }

    /// Fills in what no flag says: from the environment, and the file of settings.
    private mutating func complete() throws {
        func setting(_ key: ClientSettings.Key) throws -> String? {
            guard let value = try ClientSettings.value(key), value.origin != "default" else { return nil }
            return value.text
        }
        if server == nil, let text = try setting(.server) {
            guard let address = ServerAddress(argument: text) else {
                throw ValidationError("server \"\(text)\", as set: accepted is \(ServerAddress.accepted)")
            }
            server = address
        }
        // What is set for the usual server is not shown to a unix socket.
        if case .unix = address { return }
        tlsCa = try tlsCa ?? setting(.tlsCA)
        tlsCert = try tlsCert ?? setting(.tlsCert)
        tlsKey = try tlsKey ?? setting(.tlsKey)
        tlsServerName = try tlsServerName ?? setting(.tlsServerName)
        tokenFile = try tokenFile ?? setting(.tokenFile)
        dialTimeout = try setting(.dialTimeout).flatMap(DurationArgument.init)?.duration ?? dialTimeout
        requestTimeout = try setting(.requestTimeout).flatMap(DurationArgument.init)?.duration ?? requestTimeout
    }

    mutating func validate() throws {
        try complete()
        guard (tlsCert == nil) == (tlsKey == nil) else {
            throw ValidationError("--tls-cert and --tls-key go together: a certificate is shown with its key")
        }
        if case .unix = address, usesTLS {
            throw ValidationError("--server \(address): there is no TLS on unix sockets")
        }
        if let tlsServerName, tlsServerName.isEmpty || IPAddress(tlsServerName) != nil {
            throw ValidationError("--tls-server-name \(tlsServerName): accepted is the name of a host")
        }
        guard tokenFile == nil || usesTLS || address.isLocal else {
            throw ValidationError("--token-file: the token would be readable on its way to \(address); use https://")
        }
    }

    /// Gets what is at `target`. An answer other than 200 is thrown, in the server's words.
    ///
    /// - Parameter isStream: it may take as long as it likes.
    func get<Result: Sendable>(
        _ target: String, isStream: Bool = false, handle: (HTTPClientResponse) async throws -> Result
    ) async throws -> Result {
        let tls =
            try usesTLS
            ? TLSClient(
                authorities: tlsCa, certificateChain: tlsCert, privateKey: tlsKey, serverName: tlsServerName) : nil
        let start = ContinuousClock.now
        do {
            return try await request(target, tls, isStream ? nil : requestTimeout, handle)
        } catch is HTTPClientError where !isStream && ContinuousClock.now - start >= requestTimeout {
            throw CommandFailure.failed("\(address) did not answer within \(DurationArgument(requestTimeout).shown)")
        }
    }

    private func request<Result: Sendable>(
        _ target: String, _ tls: TLSClient?, _ timeout: Duration?,
        _ handle: (HTTPClientResponse) async throws -> Result
    ) async throws -> Result {
        try await HTTPClientStream.request(
            address, tls: tls, target: target, headers: try headers(), connectTimeout: dialTimeout,
            answerTimeout: timeout
        ) { response in
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

    static let accepted = "HOST:PORT, https://HOST:PORT, tls://HOST:PORT or unix:PATH"
}
