import Foundation
import Lab
import Testing

@Suite("Commands that ask", .enabled(if: Apus.obstacle == nil, "\(Apus.obstacle ?? "")"))
struct ClientCommandTests {
    private func run(_ arguments: [String], home: String = "/nonexistent") throws -> (
        status: Int32, output: String, errors: String
    ) {
        let child = try Child(try #require(Tool.path("env")), ["XDG_CONFIG_HOME=\(home)", Apus.path] + arguments)
        let status = child.waitForEnd()
        return (status, child.output, child.errors)
    }

    @Test("list tells of nodes, namespaces, endpoints, identities and policies, in each form")
    func lists() throws {
        let lab = try ServedLab()
        func list(_ what: String, _ form: String = "table") throws -> String {
            let result = try run(["list", what, "--output", form, "--server", "unix:" + lab.socket])
            #expect(result.status == 0, "\(result.errors)")
            return result.output
        }
        #expect(try list("nodes").hasPrefix("NAME   STATUS      AGE"))
        #expect(try list("nodes", "wide").contains("VERSION"))
        #expect(try list("namespaces") == "NAMESPACE\ndefault\n")
        #expect(try list("namespaces", "csv") == "namespace,cluster\r\ndefault,default\r\n")
        #expect(try list("endpoints").split(separator: "\n").count == lab.lab.pods.count + 1)
        #expect(try list("endpoints", "wide").contains("k8s:"))
        #expect(try list("identities").contains("reserved:world"))
        #expect(try list("policies").contains("default/zero-trust"))
        #expect(try JSONSerialization.jsonObject(with: Data(list("nodes", "json").utf8)) is [String: Any])
        let status = try run(["status", "--server", "unix:" + lab.socket])
        #expect(status.output.hasPrefix("Healthcheck (via unix:"))
        #expect(
            try run(["status", "-o", "dict", "--server", "unix:" + lab.socket]).output.hasPrefix(
                "STATUS: ok\nNODE: lab"))
        #expect(try run(["status", "-o", "table", "--server", "unix:" + lab.socket]).output.hasPrefix("STATUS   NODE"))
    }

    @Test("top, graph, drops and why answer from the server, and drops and top from its store, too")
    func sums() throws {
        let directory = try TemporaryDirectory()
        let socket = "unix:" + directory.path + "/apus.sock"
        let demo = try Child(
            Apus.path,
            [
                "demo", "--duration", "60s", "--output", "json", "--listen", socket, "--data-dir",
                directory.path + "/store",
            ])
        try #require(demo.waitForErrors(containing: "dropped") != nil, "\(demo.errors)")
        func ask(_ arguments: String...) throws -> String {
            let result = try run(arguments + ["--server", socket])
            #expect(result.status == 0, "\(arguments): \(result.errors)")
            return result.output
        }
        for by in ["pod", "namespace", "workload", "service", "port", "identity"] {
            #expect(try ask("top", "--by", by).hasPrefix(by.uppercased()), "\(by)")
        }
        #expect(try ask("top", "--by", "namespace", "--output", "csv").contains("default,"))
        #expect(try ask("graph").contains("default/backend"))
        let dot = try ask("graph", "--output", "dot")
        #expect(dot.hasPrefix("digraph flows {\n") && dot.hasSuffix("}\n") && dot.contains(" -> "))
        #expect(try ask("graph", "--output", "mermaid").hasPrefix("flowchart LR\n"))
        let drops = try ask("drops", "--by", "reason,port", "--why")
        #expect(drops.contains("NO_SOCKET") && drops.contains("next: `ss -lntu`") && !drops.contains("SOURCE  "))
        #expect(try ask("drops", "--output", "csv").hasPrefix("flows,bytes,rate,reason,source,"))
        let why = try ask("why", "--where", "reason == POLICY_DENIED and direction == ingress")
        #expect(why.contains("and none of its rules lets this in; nearest:"), "\(why)")
        #expect(why.contains("apus policy explain --from"))
        let line = try ask("observe", "--output", "json", "--verdict", "DROPPED", "--last", "1")
        let uuid = try #require(line.firstRange(of: "\"uuid\":\"").map { line[$0.upperBound...].prefix(36) })
        #expect(try ask("why", String(uuid)).contains("DROPPED"))
        #expect(try run(["why", "x", "--server", socket]).status == 2)
        demo.kill(SIGTERM)
        #expect(demo.waitForEnd() == 0)
        #expect(try run(["drops", "--data-dir", directory.path + "/store"]).output.contains("TREND"))
        #expect(
            try run(["top", "--data-dir", directory.path + "/store", "--sort", "drops"]).output.contains("DROPS SHARE"))
    }

    @Test("A flag comes before the environment, that before the file, that before the default")
    func settings() throws {
        let home = try TemporaryDirectory()
        func config(_ arguments: String...) throws -> String {
            let result = try run(["config"] + arguments, home: home.path)
            #expect(result.status == 0, "\(result.errors)")
            return result.output
        }
        #expect(try config("get", "server") == "localhost:4245\n")
        _ = try config("set", "server", "unix:/nonexistent/file.sock")
        #expect(try config("get", "server") == "unix:/nonexistent/file.sock\n")
        #expect(try config("view").contains(home.path + "/apus/config.yaml"))
        #expect(try run(["status"], home: home.path).errors.contains("/nonexistent/file.sock"))
        let child = try Child(
            try #require(Tool.path("env")),
            ["XDG_CONFIG_HOME=\(home.path)", "APUS_SERVER=unix:/nonexistent/variable.sock", Apus.path, "status"])
        #expect(child.waitForEnd() == 1 && child.errors.contains("variable.sock"))
        let flag = try run(["status", "--server", "unix:/nonexistent/flag.sock"], home: home.path)
        #expect(flag.errors.contains("flag.sock"))
        _ = try config("reset", "server")
        #expect(try config("get", "server") == "localhost:4245\n")
        for wrong in [["set", "sever", "x"], ["set", "color", "blue"], ["set", "dial-timeout", "x"], ["get", "x"]] {
            let result = try run(["config"] + wrong, home: home.path)
            #expect(result.status == 2 && result.errors.contains("accepted"), "\(wrong)")
        }
        try "- a\n".write(toFile: home.path + "/apus/config.yaml", atomically: true, encoding: .utf8)
        #expect(try run(["status"], home: home.path).errors.contains("config.yaml"))
    }

    @Test("Completions, manual pages and a unit come from the commands themselves, and are well-formed")
    func installed() throws {
        let directory = try TemporaryDirectory()
        #expect(try run(["install-files", "--prefix", "/usr", "--destination", directory.path]).status == 0)
        let share = directory.path + "/usr/share"
        #expect(try Tool.run("bash", ["-n", share + "/bash-completion/completions/apus"]).status == 0)
        #expect(try run(["completion", "zsh"]).output.hasPrefix("#compdef apus"))
        #expect(try run(["completion", "fish"]).output.contains("print-policy-names"))
        let pages = try FileManager.default.contentsOfDirectory(atPath: share + "/man/man1")
        for page in ["apus.1", "apus-observe.1", "apus-doctor.1", "apus-policy-explain.1", "apus-config-set.1"] {
            #expect(pages.contains(page))
        }
        for page in pages {
            let text = try String(contentsOfFile: "\(share)/man/man1/\(page)", encoding: .utf8)
            #expect(text.hasPrefix(".TH ") && text.contains("\n.SH SYNOPSIS\n"), "\(page)")
        }
        let observe = try String(contentsOfFile: share + "/man/man1/apus-observe.1", encoding: .utf8)
        for flag in ["\\-\\-where", "\\-\\-from\\-pod", "\\-\\-input\\-file", "\\-\\-print\\-raw\\-filters"] {
            #expect(observe.contains(flag), "\(flag)")
        }
        let unit = try String(contentsOfFile: directory.path + "/usr/lib/systemd/system/apus.service", encoding: .utf8)
        #expect(unit.contains("ExecStart=/usr/bin/apus serve"))
    }
}
