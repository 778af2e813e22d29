import ArgumentParser
import Console
import Foundation
import SystemRuntime

/// What `make install` puts beside the executable: completions, manual pages and a unit of systemd, all made here.
struct InstallFilesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "install-files",
        abstract: "Write completions, manual pages and a systemd unit below a prefix.", shouldDisplay: false)

    @Option(help: "Where they will be: /usr/local.")
    var prefix = "/usr/local"

    @Option(help: "A directory before the prefix, for those who make packages.")
    var destination = ""

    func run() throws {
        let info = try JSONDecoder().decode(HelpDump.self, from: Data(Apus._dumpHelp().utf8)).command
        for page in ManualPage.pages(of: info, version: Version.current, outputs: ManualOutputs.texts) {
            try write(page.text, "share/man/man1/\(page.name).1")
        }
        try write(Apus.completionScript(for: .bash) + "\n", "share/bash-completion/completions/apus")
        try write(Apus.completionScript(for: .zsh) + "\n", "share/zsh/site-functions/_apus")
        try write(Apus.completionScript(for: .fish) + "\n", "share/fish/vendor_completions.d/apus.fish")
        try write(unit, "lib/systemd/system/apus.service")
    }

    private func write(_ text: String, _ path: String) throws {
        let file = URL(filePath: "\(destination)\(prefix)/\(path)")
        do {
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try text.write(to: file, atomically: true, encoding: .utf8)
        } catch {
            throw CommandFailure.failed("\(file.path()) cannot be written: \(error.localizedDescription)")
        }
    }

    /// Options go to APUS_OPTIONS in /etc/default/apus.
    private var unit: String {
        """
        [Unit]
        Description=Flow observability
        Documentation=man:apus(1) man:apus-serve(1)
        After=network-online.target
        Wants=network-online.target

        [Service]
        Environment=APUS_OPTIONS=
        EnvironmentFile=-/etc/default/apus
        ExecStart=\(prefix)/bin/apus serve --data-dir /var/lib/apus --listen unix:/run/apus/apus.sock --listen 127.0.0.1:4245 $APUS_OPTIONS
        Restart=on-failure
        StateDirectory=apus
        RuntimeDirectory=apus
        AmbientCapabilities=CAP_BPF CAP_PERFMON CAP_NET_ADMIN
        CapabilityBoundingSet=CAP_BPF CAP_PERFMON CAP_NET_ADMIN CAP_DAC_READ_SEARCH
        LimitNOFILE=65536
        LimitMEMLOCK=infinity
        NoNewPrivileges=yes
        ProtectHome=yes
        ProtectSystem=strict

        [Install]
        WantedBy=multi-user.target

        """
    }
}
