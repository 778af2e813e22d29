import ClientTools
import Foundation
import Glibc
import HTTPTransport
import Testing

@Suite("A unix socket's file says who may connect")
struct UnixSocketTests {
    private let path = FileManager.default.temporaryDirectory.appending(path: "apus-\(UUID()).sock").path

    private func start(mode: UInt16 = HTTPServer.defaultSocketMode) async throws -> HTTPServer {
        try await HTTPServer.start(addresses: [.unix(path: path)], socketMode: mode, responder: TestResponder())
    }

    private var mode: UInt16? {
        (try? FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int).map(UInt16.init)
    }

    @Test(
        "It has the permissions that are asked for, whatever the umask is",
        arguments: [0o600, 0o660, 0o666] as [UInt16])
    func permissions(wanted: UInt16) async throws {
        let server = try await start(mode: wanted)
        #expect(mode == wanted)
        await server.shutdown(grace: .zero)
    }

    @Test("What a server that was killed left behind is replaced")
    func stale() async throws {
        let script = "import socket,sys; socket.socket(socket.AF_UNIX).bind(sys.argv[1])"
        _ = try await Tool(named: "python3").run("-c", script, path)
        #expect(FileManager.default.fileExists(atPath: path))
        let server = try await start()
        #expect(mode == 0o660)
        await server.shutdown(grace: .zero)
    }

    @Test("A file that is no socket is left alone and named")
    func noSocket() async throws {
        try "precious".write(toFile: path, atomically: true, encoding: .utf8)
        defer { try? FileManager.default.removeItem(atPath: path) }
        do throws(HTTPServerError) {
            let server = try await HTTPServer.start(addresses: [.unix(path: path)], responder: TestResponder())
            await server.shutdown(grace: .zero)
            Issue.record("it was replaced")
        } catch {
            #expect("\(error)" == "cannot listen on unix:\(path): the file there is no socket, and is left alone")
        }
        #expect(try String(contentsOfFile: path, encoding: .utf8) == "precious")
    }
}
