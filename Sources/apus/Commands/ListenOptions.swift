import ArgumentParser
import FlowModel
import HTTPTransport
import Logging

/// Where the API listens, and what it asks of those who come.
struct ListenOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Where the API listens: HOST:PORT or unix:PATH. Beyond loopback it takes TLS and --tokens or --tls-client-ca.",
            valueName: "address"))
    var listen = [HTTPAddress.tcp(host: "127.0.0.1", port: 4245)]

    @Option(
        defaultAsFlag: HTTPAddress.tcp(host: "127.0.0.1", port: 9965),
        help: ArgumentHelp(
            "Serve metrics, and nothing else, there as well: 127.0.0.1:9965 if no address is given.",
            valueName: "address"))
    var metricsListen: HTTPAddress?

    @OptionGroup var credentials: CredentialOptions

    @Flag(help: "Listen beyond loopback without TLS or credentials: whoever reaches the address reads everything.")
    var insecure = false

    @Option(help: ArgumentHelp("Permissions of unix sockets, in octal: who may connect, as admin.", valueName: "mode"))
    var unixSocketMode = SocketMode(bits: HTTPServer.defaultSocketMode)

    @Option(
        help: ArgumentHelp(
            "Connections open at a time; more are answered with 503. A follower takes up to 200 kB.", valueName: "n"))
    var maxConnections = HTTPLimits().connections

    func validate() throws {
        guard (1...HTTPLimits.mostConnections).contains(maxConnections) else {
            throw ValidationError("--max-connections \(maxConnections): accepted is 1 to \(HTTPLimits.mostConnections)")
        }
        guard let address = exposed.first, !insecure else { return }
        throw ValidationError(
            "--listen \(address) is beyond loopback: set \(missing.joined(separator: ", and ")); or --insecure to serve everyone"
        )
    }

    /// What would make listening beyond loopback safe.
    private var missing: [String] {
        (credentials.hasTLS ? [] : ["--tls-cert and --tls-key"])
            + (credentials.asksForSome ? [] : ["--tokens or --tls-client-ca"])
    }

    /// Addresses that others can reach without what protects them.
    private var exposed: [HTTPAddress] {
        missing.isEmpty ? [] : (listen + [metricsListen].compactMap(\.self)).filter { !$0.isLocal }
    }

    /// Said at each start that is not safe.
    func warn(_ logger: Logger) {
        for address in exposed {
            logger.warning(
                "--insecure: whoever reaches \(address) can read along or read everything; it lacks \(missing.joined(separator: ", and "))"
            )
        }
    }

    func apply(to settings: inout ServerSettings, _ logger: Logger) throws {
        settings.listen = listen
        settings.metricsListen = [metricsListen].compactMap(\.self)
        settings.socketMode = unixSocketMode.bits
        settings.http.connections = maxConnections
        settings.credentials = try credentials.read(logger)
    }
}

/// What a server proves itself by, and what it asks of those who come.
struct CredentialOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The server's certificate and those above it, in PEM, watched for changes.", valueName: "file"))
    var tlsCert: String?

    @Option(help: ArgumentHelp("Its private key, in PEM.", valueName: "file"))
    var tlsKey: String?

    @Option(
        help: ArgumentHelp(
            "Authorities, in PEM: only clients with a certificate of theirs are served.", valueName: "file"))
    var tlsClientCa: String?

    @Option(
        help: ArgumentHelp(
            "Who may ask for what, in YAML, watched for changes; `apus token new` makes entries.", valueName: "file"))
    var tokens: String?

    func validate() throws {
        guard (tlsCert == nil) == (tlsKey == nil) else {
            throw ValidationError("--tls-cert and --tls-key go together: a certificate is served with its key")
        }
        guard tlsClientCa == nil || tlsCert != nil else {
            throw ValidationError(
                "--tls-client-ca: clients show certificates over TLS only; set --tls-cert and --tls-key")
        }
    }

    var hasTLS: Bool { tlsCert != nil }
    var asksForSome: Bool { tokens != nil || tlsClientCa != nil }

    func read(_ logger: Logger) throws -> Credentials {
        try Credentials(tls: tlsFiles, accessFile: tokens, logger: logger)
    }

    private var tlsFiles: TLSFiles? {
        guard let tlsCert, let tlsKey else { return nil }
        return TLSFiles(certificateChain: tlsCert, privateKey: tlsKey, clientAuthorities: tlsClientCa)
    }
}

/// `0660`.
struct SocketMode: ExpressibleByArgument {
    let bits: UInt16

    init(bits: UInt16) { self.bits = bits }

    init?(argument: String) {
        guard let bits = UInt16(argument, radix: 8), bits <= 0o777, argument.first?.isNumber == true else { return nil }
        self.bits = bits
    }

    var defaultValueDescription: String { "0" + String(bits, radix: 8) }
}

extension HTTPAddress {
    /// Only programs of this host reach it.
    var isLocal: Bool {
        switch self {
        case .unix: true
        case .tcp(let host, _):
            host == "localhost"
                || IPAddress(host).map { $0 == IPAddress("::1")! || $0.v4.map { $0 >> 24 == 127 } == true } == true
        }
    }
}
