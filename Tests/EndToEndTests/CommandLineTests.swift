import Foundation
import Testing

/// What the command line says when it cannot do what it was asked.
@Suite struct CommandLineTests {
    private func run(_ arguments: String...) throws -> (status: Int32, errors: String) {
        let child = try Child(Apus.path, arguments)
        let status = child.waitForEnd()
        return (status, child.errors)
    }

    @Test("A filter value that means nothing is refused with what is accepted, and exit code 2")
    func badFilter() throws {
        let result = try run("observe", "--verdict", "SUNK")
        #expect(result.status == 2)
        #expect(result.errors.contains("--verdict \"SUNK\""))
        #expect(result.errors.contains("FORWARDED, DROPPED"))
    }

    @Test("A filter that does not exist is refused with the nearest one that does")
    func unknownFilter() throws {
        let result = try run("observe", "--verdit", "DROPPED")
        #expect(result.status == 2)
        #expect(result.errors.contains("Did you mean '--verdict'?"))
    }

    @Test("Without a server the answer says where nothing listens, and exit code 1")
    func noServer() throws {
        for command in ["observe", "status"] {
            let result = try run(command, "--server", "unix:/nonexistent/apus.sock")
            #expect(result.status == 1)
            #expect(result.errors.contains("/nonexistent/apus.sock"))
        }
    }

    @Test("A directory without a store is named")
    func noStore() throws {
        let directory = try TemporaryDirectory()
        let result = try run("observe", "--data-dir", directory.path)
        #expect(result.status == 1)
        #expect(result.errors.contains(directory.path))
    }

    @Test("A statement over a store that is not there fails, and a wrong option is refused")
    func sql() throws {
        let directory = try TemporaryDirectory()
        let result = try run("sql", "--data-dir", directory.path, "SELECT 1")
        #expect(result.status == 1)
        #expect(result.errors.contains(directory.path))
        #expect(try run("sql", "--output", "xml", "SELECT 1").status == 2)
        #expect(try run("sql", "--max-rows", "0", "SELECT 1").status == 2)
        #expect(try run("sql", "--timeout", "soon", "SELECT 1").status == 2)
    }

    @Test("Addresses that others could reach are refused")
    func publicAddress() throws {
        for command in ["serve", "demo"] {
            let result = try run(command, "--listen", "0.0.0.0:4245")
            #expect(result.status == 2)
            #expect(result.errors.contains("loopback"))
        }
    }

    @Test("Beyond loopback, what is missing is named, until TLS and credentials are there")
    func exposedAddress() throws {
        func errors(_ arguments: String...) throws -> String {
            let child = try Child(Apus.path, ["serve", "--listen", "0.0.0.0:4245"] + arguments)
            #expect(child.waitForEnd() == 2)
            return child.errors
        }
        let both = "set --tls-cert and --tls-key, and --tokens or --tls-client-ca; or --insecure"
        #expect(try errors().contains(both))
        #expect(try errors("--tokens", "t").contains("set --tls-cert and --tls-key; or --insecure"))
        #expect(try errors("--tls-cert", "c", "--tls-key", "k").contains("set --tokens or --tls-client-ca; or"))
        #expect(try errors("--insecure", "--tls-cert", "c").contains("--tls-cert and --tls-key go together"))
        #expect(try errors("--insecure", "--tls-client-ca", "c").contains("set --tls-cert and --tls-key"))
        #expect(try errors("--insecure", "--unix-socket-mode", "0999").contains("--unix-socket-mode"))
    }

    @Test("A token is not sent where it could be read on its way, nor anything over TLS to a unix socket")
    func clientOptions() throws {
        let token = try run("status", "--server", "192.0.2.1:1", "--token-file", "t")
        #expect(token.status == 2)
        #expect(token.errors.contains("use https://"))
        let socket = try run("status", "--server", "unix:/s", "--tls-ca", "c")
        #expect(socket.status == 2)
        #expect(socket.errors.contains("no TLS on unix sockets"))
        #expect(try run("status", "--server", "https://unix:/s").status == 2)
    }

    @Test(
        "Without capabilities one line names those that are missing",
        .enabled(if: getuid() == 0, "only root can drop them"))
    func noCapabilities() throws {
        let directory = try TemporaryDirectory()
        for command in [["demo"], ["serve", "--data-dir", directory.path]] {
            let child = try Child(
                try #require(Tool.path("setpriv")), ["--bounding-set=-all", "--inh-caps=-all", Apus.path] + command)
            #expect(child.waitForEnd() == 1)
            #expect(child.errors.split(separator: "\n").count == 1, "\(child.errors)")
            #expect(child.errors.contains("CAP_BPF"))
        }
    }
}
