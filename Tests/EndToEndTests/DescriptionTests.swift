import Foundation
import SystemRuntime
import Testing

/// Schemathesis, with what `Tests/requirements.txt` lists.
private let schemathesis = FileManager.default.currentDirectoryPath + "/.build/python/bin/st"

@Suite(
    .enabled(if: Apus.obstacle == nil, Comment(rawValue: Apus.obstacle ?? "")),
    .enabled(if: FileManager.default.isExecutableFile(atPath: schemathesis), "make test-deps installs it"))
struct DescriptionTests {
    @Test("A real server answers what its description says, whatever it is asked, and nothing with a 5xx")
    func conformance() throws {
        let directory = try TemporaryDirectory()
        let server = try Child(
            Apus.path,
            ["serve", "--data-dir", directory.path + "/store", "--listen", "127.0.0.1:0", "--interface", "lo"])
        let said = try #require(server.waitForErrors(containing: "listening on"), "\(server.errors)")
        let address = try #require(said.split(separator: "listening on ").last?.prefix { !$0.isWhitespace })
        let settings = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "schemathesis.toml")
        // It leaves files where it runs.
        let tool = URL(filePath: schemathesis).path()
        let client = try Child(
            try #require(Tool.path("env")),
            [
                "--chdir=" + directory.path, tool,
                "--config-file", settings.path(), "run", "http://\(address)/openapi.yaml", "--max-examples", "10",
                "--phases", "coverage,fuzzing", "--generation-database", "none", "--seed", "1", "--workers", "2",
                "--request-timeout", "20", "--suppress-health-check", "all", "--no-color", "--checks",
                "not_a_server_error,status_code_conformance,content_type_conformance,response_headers_conformance,"
                    + "response_schema_conformance,unsupported_method",
            ])
        #expect(client.waitForEnd() == 0, "\(client.output.suffix(6_000)) \(client.errors.suffix(2_000))")
        #expect(client.output.contains("Selected: 16/16") && client.output.contains("Tested: 16"))
        server.kill(SIGTERM)
        #expect(server.waitForEnd() == 0, "\(server.errors)")
    }
}
