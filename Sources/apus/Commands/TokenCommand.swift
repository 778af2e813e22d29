import ArgumentParser
import FlowAPI
import SystemRuntime

struct TokenCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "token", abstract: "Make tokens for those who ask a server.", subcommands: [NewTokenCommand.self])
}

struct NewTokenCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "new",
        abstract: "Print a new token on standard output, once, and the entry for the server's file on standard error.",
        discussion: """
            The server's file (`apus serve --tokens FILE`) holds the token's digest only; a client gives the token in a file:

              apus token new --name grafana --role flows --namespace shop > grafana.token
              apus observe --server https://node:4245 --token-file grafana.token
            """)

    @Option(help: "What people call it.")
    var name: String

    @Option(help: "What it may ask for: flows, metadata, metrics, admin; several times for several.")
    var role: [String] = ["flows", "metadata"]

    @Option(help: "A namespace whose flows it may see; all if left out.")
    var namespace: [String] = []

    private static let randomBytes = 32

    func validate() throws {
        let accepted = Roles.named.map(\.name)
        for role in role where !accepted.contains(role) {
            throw ValidationError("--role \(role): accepted are \(accepted.joined(separator: ", "))")
        }
        for text in [name] + namespace where text.isEmpty || text.contains(where: { $0.isNewline || $0 == "\"" }) {
            throw ValidationError("--name and --namespace must not be empty, and have no quotation marks")
        }
    }

    func run() throws {
        let token = Self.randomToken()
        StandardStream.error.say(Self.entry(token, name: name, roles: role, namespaces: namespace))
        try StandardStream.output.write(Array((token + "\n").utf8))
    }

    /// 256 bits from the kernel, in hexadecimal.
    private static func randomToken() -> String {
        var random = SystemRandomNumberGenerator()
        return (0..<randomBytes / 8).map { _ in
            let digits = String(random.next() as UInt64, radix: 16)
            return String(repeating: "0", count: 16 - digits.count) + digits
        }.joined()
    }

    static func entry(_ token: String, name: String, roles: [String], namespaces: [String]) -> String {
        var lines = [
            "- name: \"\(name)\"", "  sha256: \(TokenDigest(of: token).hexadecimal)",
            "  roles: [\(roles.joined(separator: ", "))]",
        ]
        if !namespaces.isEmpty {
            lines.append("  namespaces: [\(namespaces.map { "\"\($0)\"" }.joined(separator: ", "))]")
        }
        return lines.joined(separator: "\n")
    }
}
