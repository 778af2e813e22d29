import ArgumentParser
import Foundation
import SystemRuntime

struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Look for what keeps Apus from working, on this host and at the server, and say what to do.",
        discussion: """
            The whole host, with the server that runs on it:
              apus doctor

            Whether a server could run here, with its store and its certificate:
              apus doctor --no-ask --data-dir /var/lib/apus --certificate /etc/apus/server.pem

            Each line is ok, warn or fail; what is not ok has its remedy below it. It ends with 1 if anything fails.
            """)

    @Option(
        help: ArgumentHelp("A file of certificates to look at, several times for several.", valueName: "file"),
        completion: .file())
    var certificate: [String] = []

    @Option(help: ArgumentHelp("A store to look at, with its disk.", valueName: "directory"), completion: .directory)
    var dataDir: String?

    @Flag(inversion: .prefixedNo, help: "Ask the server.")
    var ask = true

    enum Format: String, CaseIterable, ExpressibleByArgument { case text, json }

    @Option(name: [.short, .long], help: "How to print it: text, json.")
    var output = Format.text

    @OptionGroup(title: "The server") var connection: ServerConnection

    func run() async throws {
        try await CommandFailure.reporting {
            var findings = HostCheckup.findings(certificates: certificate, dataDir: dataDir)
            if ask { findings += await ServerCheckup(connection: connection).findings() }
            switch output {
            case .text: try StandardStream.output.write(Array(findings.map(Self.text).joined().utf8))
            case .json: for finding in findings { try StandardStream.output.write(json: finding) }
            }
            let failed = findings.filter { $0.level == .fail }.count
            if failed > 0 { throw CommandFailure.failed("\(failed) of \(findings.count) checks failed") }
        }
    }

    /// `ok    kernel         Linux 6.1.0`
    private static func text(_ finding: Finding) -> String {
        let level = finding.level.rawValue.padding(toLength: 6, withPad: " ", startingAt: 0)
        let subject = finding.subject.padding(toLength: 14, withPad: " ", startingAt: 0)
        let remedy = finding.remedy.map { String(repeating: " ", count: 20) + "→ \($0)\n" } ?? ""
        return "\(level)\(subject)\(finding.found)\n\(remedy)"
    }
}
