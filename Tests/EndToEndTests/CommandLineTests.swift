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
        #expect(result.errors.contains("did you mean --verdict?"))
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
