import Console
import FlowModel
import FlowWire
import Foundation
import HTTPTransport

/// What a running server tells of itself.
struct ServerCheckup {
    let connection: ServerConnection

    /// How long events are waited for.
    private static let watch = Duration.seconds(1)

    func findings() async -> [Finding] {
        let status: StatusReport
        do {
            status = try await self.status()
        } catch {
            return [unreachable("\(error)")]
        }
        var findings = [server(status)]
        findings.append(await readiness())
        try? await Task.sleep(for: Self.watch)
        findings.append(events(status, (try? await self.status()) ?? status))
        findings += losses(status)
        findings += history(status)
        if status.apus.refused_manifests > 0 {
            findings.append(
                .warn(
                    "manifests", "\(status.apus.refused_manifests) are refused; their last good version is in force",
                    remedy: "the server's log names file, line and what is accepted; `apus policy check FILE` does, too"
                ))
        }
        return findings + (await certificates())
    }

    private func status() async throws -> StatusReport {
        let text = try await connection.get("/v1/status") { try await $0.text() }
        return try JSONDecoder().decode(StatusReport.self, from: Data(text.utf8))
    }

    private func unreachable(_ error: String) -> Finding {
        let remedy =
            switch error.lowercased() {
            case let text where text.contains("expired"):
                "renew the server's certificate: it reads the file again when it changes"
            case let text where text.contains("certificate") || text.contains("tls"):
                "--tls-ca names who signed the server's certificate, --tls-server-name what it is called"
            case let text where text.contains("401") || text.contains("403"):
                "--token-file names a token that the server knows; `apus token new` makes one"
            case let text where text.contains("permission"):
                "run it as root or in the group of the socket (--unix-socket-mode)"
            default: "start `apus serve`, or name the server: --server, APUS_SERVER, `apus config set server ADDRESS`"
            }
        return .fail("server", error, remedy: remedy)
    }

    private func server(_ status: StatusReport) -> Finding {
        let uptime = (UInt64(status.uptime_ns) ?? 0).durationText
        let text = "\(connection.address) has version \(status.version), up for \(uptime)"
        guard status.version.hasSuffix("v" + Version.current) else {
            return .warn(
                "server", text, remedy: "this program has version \(Version.current): restart the server with the same")
        }
        return .ok("server", text)
    }

    private func readiness() async -> Finding {
        do {
            _ = try await connection.get("/readyz") { try await $0.text() }
            return .ok("programs", "all stages run, and the interfaces are watched")
        } catch {
            return .fail(
                "programs", "\(error)", remedy: "the server's log says why; --interface names what is to be watched")
        }
    }

    private func events(_ before: StatusReport, _ after: StatusReport) -> Finding {
        let captured = UInt64(after.apus.captured) ?? 0
        let new = captured - min(captured, UInt64(before.apus.captured) ?? 0)
        if new > 0 {
            return .ok("events", "\(new.withThousands) came within a second, \(captured.withThousands) in all")
        }
        let remedy =
            "is there traffic? --interface names the interfaces to watch; --aggregation none tells of each packet"
        return captured == 0
            ? .warn("events", "none came since the server started", remedy: remedy)
            : .ok("events", "none came within a second, \(captured.withThousands) in all")
    }

    private func losses(_ status: StatusReport) -> [Finding] {
        let lost = status.apus.lost.compactMap { name, count -> Finding? in
            guard let place = LossPlace(rawValue: name), let count = UInt64(count), count > 0 else { return nil }
            return .warn("losses", "\(count.withThousands) flows at \(name)", remedy: place.advice)
        }
        return lost.isEmpty ? [.ok("losses", "none")] : lost.sorted { $0.found < $1.found }
    }

    private func history(_ status: StatusReport) -> [Finding] {
        guard let history = status.apus.history else { return [] }
        var findings: [Finding] = []
        if let error = history.last_error {
            findings.append(
                .fail(
                    "history", "\(error)",
                    remedy: "free disk space, or give history less: --history-size, --history-age, --history-min-free"))
        } else {
            let bytes = (UInt64(history.bytes) ?? 0).bytesText
            findings.append(
                .ok("history", "\(history.stored.withThousands) flows stored, \(bytes) in \(history.directory)"))
        }
        // A directory of that name on this host is the server's if the server is here.
        if connection.address.isLocal, FileManager.default.fileExists(atPath: history.directory) {
            findings.append(HostCheckup.disk(history.directory))
        }
        return findings
    }

    /// What the server says of its files of certificates.
    private func certificates() async -> [Finding] {
        guard let text = try? await connection.get("/metrics", handle: { try await $0.text() }) else { return [] }
        let now = Int64(Date().timeIntervalSince1970)
        return text.split(separator: "\n").compactMap { line in
            guard line.hasPrefix("apus_tls_certificate_expiry_timestamp_seconds{"), let space = line.lastIndex(of: " "),
                let expiry = Double(line[line.index(after: space)...])
            else { return nil }
            let file = line.split(separator: "\"").dropFirst().first.map(String.init) ?? "certificate"
            let days = (Int64(expiry) - now) / 86_400
            let remedy = "renew it: the server reads the file again when it changes"
            if Int64(expiry) < now { return .fail("certificate", "\(file) has expired", remedy: remedy) }
            if days < 14 { return .warn("certificate", "\(file) expires in \(days) days", remedy: remedy) }
            return .ok("certificate", "\(file) is good for \(days) days")
        }
    }
}
