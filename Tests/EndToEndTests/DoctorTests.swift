import ClientTools
import Foundation
import Testing

@Suite("apus doctor", .enabled(if: Apus.obstacle == nil, "\(Apus.obstacle ?? "")"))
struct DoctorTests {
    private func doctor(_ prefix: [String] = [], _ arguments: [String]) throws -> (status: Int32, output: String) {
        let command = prefix + [Apus.path, "doctor"] + arguments
        let child = try Child(command[0], Array(command.dropFirst()))
        let status = child.waitForEnd()
        return (status, child.output)
    }

    /// The line about a subject, and its remedy.
    private func finding(_ subject: String, in text: String) -> (level: String, text: String, remedy: String)? {
        let lines = text.split(separator: "\n").map(String.init)
        guard let index = lines.firstIndex(where: { $0.dropFirst(6).hasPrefix(subject + " ") }) else { return nil }
        let hasRemedy = index + 1 < lines.count && lines[index + 1].contains("→")
        return (String(lines[index].prefix { $0 != " " }), lines[index], hasRemedy ? lines[index + 1] : "")
    }

    @Test("A missing capability is named, with what gives it")
    func capability() throws {
        let setpriv = try #require(Tool.path("setpriv"))
        let result = try doctor(
            [setpriv, "--bounding-set=-bpf,-sys_admin", "--inh-caps=-bpf,-sys_admin"], ["--no-ask"])
        let found = try #require(finding("capabilities", in: result.output))
        #expect(result.status == 1 && found.level == "fail" && found.text.contains("CAP_BPF is missing"))
        #expect(found.remedy.contains("run it as root, or give the unit AmbientCapabilities=CAP_BPF"))
    }

    @Test("A disk that is full, and one that is nearly so, are told with what makes room")
    func fullDisk() throws {
        let directory = try TemporaryDirectory()
        let script = """
            mount -t tmpfs -o size=64m tmpfs '\(directory.path)' && mkdir '\(directory.path)/store' &&
            head -c 67000000 /dev/zero > '\(directory.path)/filler'
            '\(Apus.path)' doctor --no-ask --data-dir '\(directory.path)/store'; echo "status $?"
            """
        let unshare = try #require(Tool.path("unshare"))
        let child = try Child(unshare, ["--mount", "bash", "-c", script])
        _ = child.waitForEnd()
        let found = try #require(finding("disk", in: child.output), "\(child.output) \(child.errors)")
        #expect(found.level == "fail" && found.text.contains("of 64.0 MiB are free"), "\(found)")
        #expect(found.remedy.contains("--history-size") && child.output.hasSuffix("status 1\n"))
    }

    @Test("A certificate that has expired, and one that soon does, are told with their remedy")
    func certificates() async throws {
        let certificates = try await TestCertificates()
        let good = try await certificates.issue("good", days: 300)
        let soon = try await certificates.issue("soon", days: 3)
        let expired = try await certificates.issue("expired", days: -1)
        func level(_ path: String) throws -> (status: Int32, found: (level: String, text: String, remedy: String)) {
            let result = try doctor([], ["--no-ask", "--certificate", path])
            return (result.status, try #require(finding("certificate", in: result.output), "\(result.output)"))
        }
        let first = try level(good.certificate)
        #expect(first.status == 0 && first.found.level == "ok" && first.found.text.contains("good for "))
        let second = try level(soon.certificate)
        #expect(second.status == 0 && second.found.level == "warn" && second.found.text.contains("expires on"))
        let third = try level(expired.certificate)
        #expect(third.status == 1 && third.found.level == "fail" && third.found.text.contains("expired on"))
        #expect(third.found.remedy.contains("renew it"))
        #expect(try level("/nonexistent.pem").found.text.contains("no such file"))
    }

    @Test("A running server is well; none, or one that lacks what it needs, is told with what to do")
    func server() throws {
        let lab = try ServedLab()
        let result = try doctor([], ["--server", "unix:" + lab.socket])
        for subject in ["kernel", "capabilities", "BTF", "server", "programs", "losses", "history", "disk"] {
            #expect(finding(subject, in: result.output)?.level == "ok", "\(subject): \(result.output)")
        }
        #expect(result.status == 0)
        let lines = try doctor([], ["--output", "json", "--server", "unix:" + lab.socket]).output.split(separator: "\n")
        for line in lines {
            let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
            #expect(["ok", "warn", "fail"].contains(object?["level"] as? String))
        }
        let nobody = try doctor([], ["--server", "unix:/nonexistent/apus.sock"])
        #expect(nobody.status == 1)
        #expect(finding("server", in: nobody.output)?.remedy.contains("start `apus serve`") == true)
    }
}
