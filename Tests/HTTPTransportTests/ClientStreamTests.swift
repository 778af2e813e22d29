import ClientTools
import Foundation
import HTTPTransport
import Synchronization
import Testing

@Suite("The command line's client reads line by line", .timeLimit(.minutes(1)))
struct ClientStreamTests {
    @Test("lines arrive one by one, whatever the chunks")
    func lines() async throws {
        try await withServer { server, _, _ in
            let lines = try await HTTPClientStream.request(server.addresses[0], target: "/count") { response in
                #expect(response.status == 200)
                var lines: [String] = []
                for try await line in response.lines { lines.append(line) }
                return lines
            }
            #expect(lines == (1...100_000).map(String.init))
        }
    }

    @Test("a live line arrives at once, and leaving closes the stream")
    func live() async throws {
        try await withServer { server, _, responder in
            let line = try await HTTPClientStream.request(server.addresses[0], target: "/live") { response in
                #expect(response.headers["Content-Type"] == "text/plain")
                responder.live.push("now")
                var lines = response.lines
                return try await lines.next()
            }
            #expect(line == "now")
            #expect(try await eventually { responder.live.cancelled == 1 })
        }
    }

    @Test("a reader that pauses stops the server from producing")
    func backPressure() async throws {
        try await withServer { server, _, responder in
            try await HTTPClientStream.request(server.addresses[0], target: "/endless") { response in
                try await Task.sleep(for: .milliseconds(200))
                let produced = responder.endlessBytes.load(ordering: .relaxed)
                try await Task.sleep(for: .milliseconds(200))
                #expect(responder.endlessBytes.load(ordering: .relaxed) == produced)
                #expect(produced < 32 << 20)
            }
        }
    }

    @Test("a cancelled task leaves the stream")
    func cancelled() async throws {
        try await withServer { server, _, responder in
            let task = Task {
                try await HTTPClientStream.request(server.addresses[0], target: "/live") { response in
                    for try await _ in response.lines {}
                }
            }
            let hasStarted = try await eventually { responder.live.hasReader }
            task.cancel()
            _ = await task.result
            let hasLeft = try await eventually { responder.live.cancelled == 1 }
            #expect(hasStarted && hasLeft)
        }
    }

    @Test("a body is sent, and query items survive the way")
    func bodyAndQuery() async throws {
        try await withServer { server, _, _ in
            let echo = try await HTTPClientStream.request(
                server.addresses[0], method: "POST", target: "/echo", body: Array("{}".utf8)
            ) { response in (response.headers["x-method"], try await response.text()) }
            #expect(echo == ("POST", "{}\n"))
            let items = [HTTPQueryItem(name: "label", value: "a=b&c +%ü"), HTTPQueryItem(name: "pod", value: "x/y")]
            let target = HTTPClientStream.target(path: "/query", queryItems: items)
            let answer = try await HTTPClientStream.request(server.addresses[0], target: target) { try await $0.text() }
            #expect(answer == "label=[a=b&c +%ü]\npod=[x/y]\n")
        }
    }

    @Test("an incomplete answer is an error")
    func incomplete() async throws {
        try await withServer { server, _, _ in
            await #expect(throws: HTTPClientError.incomplete) {
                try await HTTPClientStream.request(server.addresses[0], target: "/broken") { try await $0.text() }
            }
        }
    }

    @Test("where nothing listens, the error says so and what to look at")
    func nothingListens() async throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "apus-\(UUID()).sock").path
        for address in [
            HTTPAddress.tcp(host: "127.0.0.1", port: 1), .tcp(host: "localhost", port: 1), .unix(path: path),
        ] {
            let error = await #expect(throws: HTTPClientError.self) {
                try await HTTPClientStream.request(address, target: "/") { _ in }
            }
            #expect(error?.description == "nothing listens on \(address): is `apus serve` running?")
        }
    }
}

@Suite("Starting and stopping", .timeLimit(.minutes(1)))
struct LifecycleTests {
    @Test("a taken port is refused with the reason, and nothing is left listening")
    func takenPort() async throws {
        try await withServer { server, _, _ in
            let path = FileManager.default.temporaryDirectory.appending(path: "apus-\(UUID()).sock").path
            let error = await #expect(throws: HTTPServerError.self) {
                _ = try await HTTPServer.start(
                    addresses: [.unix(path: path), server.addresses[0]], responder: TestResponder())
            }
            #expect(error?.description == "cannot listen on \(server.addresses[0]): another program listens there")
            #expect(!FileManager.default.fileExists(atPath: path))
        }
    }

    @Test(
        "a stopping server ends its streams cleanly", .enabled(if: Tool.curl.isInstalled, "curl is not installed"),
        arguments: ["--http1.1", "--http2-prior-knowledge"])
    func cleanEnd(version: String) async throws {
        try await withServer { server, port, responder in
            let curl = try Tool.curl.start(["-sSN", version, "http://127.0.0.1:\(port)/live"])
            #expect(try await eventually { responder.live.hasReader })
            responder.live.push("last")
            await server.shutdown(grace: .seconds(5))
            let result = await curl.wait()
            #expect(result.output == "last\n" && result.status == 0)
            #expect(responder.live.cancelled == 0)
        }
    }

    @Test(
        "a client that does not read is cut off after the grace",
        .enabled(if: Tool.curl.isInstalled, "curl is not installed"),
        arguments: ["--http1.1", "--http2-prior-knowledge"])
    func grace(version: String) async throws {
        try await withServer { server, port, responder in
            let stalled = try Tool.curl.start(["-sSN", version, "http://127.0.0.1:\(port)/endless"])
            defer { stalled.kill() }
            #expect(try await eventually { server.counts.requests == 1 })
            try await Task.sleep(for: .milliseconds(100))
            let start = ContinuousClock.now
            await server.shutdown(grace: .milliseconds(200))
            #expect(ContinuousClock.now - start < .seconds(2))
            #expect(responder.endlessCancelled.load(ordering: .relaxed) <= 1)
        }
    }
}

@Suite("Addresses are read and written")
struct AddressTests {
    @Test(
        "each form reads back as it is written",
        arguments: ["127.0.0.1:4245", "[::1]:4245", "localhost:0", "unix:/run/apus/apus.sock"])
    func roundTrip(text: String) throws {
        #expect(try HTTPAddress(parsing: text).description == text)
    }

    @Test(
        "what is no address is refused", arguments: ["", "4245", "::1:4245", "a:b", ":1", "a:70000", "unix:", "[::1]"])
    func refused(text: String) {
        #expect(throws: HTTPAddressError.self) { try HTTPAddress(parsing: text) }
    }
}
