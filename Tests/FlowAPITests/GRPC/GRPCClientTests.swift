import ClientTools
import FlowModel
import Foundation
import Testing

@Suite("A client of Hubble's gRPC, Python's", .enabled(if: Tool.python.isInstalled, "make test-deps installs it"))
struct GRPCClientTests {
    /// Asks for `names` in one go; new flows are made, or the server stops, when the client is ready for it.
    private static func ask(_ names: String...) async throws -> [String: Any] {
        let server = try await LiveServer(flows: 1_999)
        let folder = URL(filePath: #filePath).deletingLastPathComponent()
        let schema = folder.appending(path: "../../../schema/proto").standardizedFileURL.path()
        let client = try Tool.python.start(
            [folder.appending(path: "client.py").path(), server.address, schema] + names)
        var output = ""
        var hasStopped = false
        while true {
            let text = await client.read()
            if text.isEmpty { break }
            output += text
            if text.contains("ready follow") { server.make(3) }
            if text.contains("ready drain") {
                await server.stop()
                hasStopped = true
            }
        }
        let result = await client.wait()
        #expect(result.status == 0, "\(output)")
        if !hasStopped { await server.stop() }
        var answers: [String: Any] = [:]
        for line in output.split(separator: "\n") where line.hasPrefix("{") {
            let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
            answers.merge(object ?? [:]) { $1 }
        }
        return answers
    }

    private static func text(_ answer: Any?) throws -> String {
        let data = try JSONSerialization.data(
            withJSONObject: try #require(answer), options: [.sortedKeys, .withoutEscapingSlashes])
        return String(decoding: data, as: UTF8.self)
    }

    @Test("gets the newest, the oldest, all, and those of a time, as the number says that goes with it")
    func ranges() async throws {
        let answers = try await Self.ask("last", "first", "all_flows", "range_of_time")
        #expect(try Self.text(answers["last"]) == "[1997,1998,1999]")
        #expect(try Self.text(answers["first"]) == "[1,2,3]")
        #expect(try Self.text(answers["all_flows"]) == "[1999,1999]")
        #expect(try Self.text(answers["range_of_time"]) == "[[10,11],[10,11,12,13,14,15,16,17,18,19,20]]")
    }

    @Test("gets what its filters choose, the flow of an identifier, and the fields of its mask")
    func filters() async throws {
        let answers = try await Self.ask("filters", "one_flow", "mask")
        #expect(try Self.text(answers["filters"]) == "[[3,6,7,8,9],[7,8,1007],[1995,1998],[],1999,[]]")
        let one = try Self.text(answers["one_flow"])
        #expect(one == "[[1990],[]]", "\(one)")
        let masked = try Self.text(answers["mask"])
        #expect(
            masked == #"[{"flow":{"l4":{"TCP":{"destinationPort":999,"flags":{}}},"verdict":"FORWARDED"}}]"#,
            "\(masked)")
    }

    @Test("is refused with a status that fits, and words that name the field, the value and what is accepted")
    func refusals() async throws {
        let answers = try await Self.ask("refusals")
        let refusals = try #require(answers["refusals"] as? [[String]])
        #expect(
            refusals.map { $0[0] } == [
                "INVALID_ARGUMENT", "INVALID_ARGUMENT", "INVALID_ARGUMENT", "INVALID_ARGUMENT", "INVALID_ARGUMENT",
                "UNIMPLEMENTED", "INVALID_ARGUMENT", "RESOURCE_EXHAUSTED",
            ])
        let parts = [
            "first cannot be specified with follow", #"whitelist[1].source_port[1] "x": not a port"#,
            "blacklist[0].http_path: is about layer 7", #"whitelist[0].source_fqdn[0] "a b""#, #"field_mask "nothing""#,
            "/observer.Observer/Nothing is no method", "no observer.GetFlowsRequest", "accepted are 4194304",
        ]
        for (refusal, part) in zip(refusals, parts) { #expect(refusal[1].contains(part), "\(refusal)") }
    }

    @Test("may compress, and gets the same, compressed; no message grows beyond the bound")
    func gzip() async throws {
        let answer = try Self.text(try await Self.ask("gzip")["gzip"])
        let refusal = #"["RESOURCE_EXHAUSTED","the message has more than 4194304 bytes when decompressed"]"#
        #expect(answer == #"[true,4096,\#(refusal),"UNIMPLEMENTED"]"#, "\(answer)")
    }

    @Test("follows from as far back as it says, and its deadline ends it")
    func live() async throws {
        let answers = try await Self.ask("follow", "deadline")
        #expect(try Self.text(answers["follow"]) == "[1998,1999,2000,2001,2002]")
        #expect(try Self.text(answers["deadline"]).hasPrefix(#"["DEADLINE_EXCEEDED""#))
    }

    @Test("is told of the server, its node, namespaces, peers and health")
    func others() async throws {
        let answers = try await Self.ask("status", "nodes", "peers", "healths")
        #expect(
            try Self.text(answers["status"])
                == #"[{"flowsRate":2.5,"maxFlows":"4096","numFlows":"1999","seenFlows":"1999","uptimeNs":"5","version":"apus v1.2.3"},"1.2.3"]"#
        )
        let nodes = try Self.text(answers["nodes"])
        #expect(nodes.contains(#""name":"node""#) && nodes.contains(#""state":"NODE_CONNECTED""#))
        #expect(
            nodes.contains(#"{"namespaces":[{"namespace":"shop"},{"namespace":"web"}]},["OK",""],["DEADLINE_EXCEEDED""#)
        )
        #expect(try Self.text(answers["peers"]) == #"["node",1,false]"#)
        #expect(try Self.text(answers["healths"]) == #"[1,1,"NOT_FOUND",["","hubble.server.Observer"]]"#)
    }

    @Test("finds all services and every file they need by reflection")
    func reflection() async throws {
        let answers = try await Self.ask("reflection")
        let reflection = try Self.text(answers["reflection"])
        for name in [
            "observer.Observer", "peer.Peer", "grpc.health.v1.Health", "grpc.reflection.v1.ServerReflection",
            "flow/flow.proto", "google/protobuf/any.proto", "google/protobuf/wrappers.proto",
        ] {
            #expect(reflection.contains("\"\(name)\""), "\(reflection)")
        }
        #expect(reflection.hasSuffix(#",5,1,["OK",""]]"#), "\(reflection)")
    }

    @Test("has a clean end of its streams when the server stops, and is told so by the health service before")
    func drain() async throws {
        let answers = try await Self.ask("drain")
        #expect(try Self.text(answers["drain"]) == #"[[1,1999,2],["OK",""],["OK",""]]"#)
    }
}
