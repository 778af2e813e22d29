import FlowFilter
import FlowModel
import FlowWire
import Foundation
import HTTPTransport
import Testing

@testable import FlowAPI

@Suite("A document")
struct DocumentRouteTests {
    private static func served() -> Served {
        let served = Served(ringCapacity: 16)
        let pods = [("shop", "cart-1", "app=cart"), ("shop", "db-1", "app=db"), ("web", "front-1", "app=front")]
        let endpoints = pods.enumerated().map { index, pod in
            EndpointReport(
                Endpoint(
                    id: UInt32(index + 1), identity: Identity(rawValue: UInt32(300 + index)), namespace: pod.0,
                    podName: pod.1, labels: ["k8s:" + pod.2]), addresses: [])
        }
        let metadata = Metadata(
            namespaces: ["shop", "web"].map { NamespaceReport(cluster: "default", namespace: $0) },
            endpoints: endpoints,
            identities: [
                IdentityReport(.world, labels: ["reserved:world"], prefix: nil),
                IdentityReport(
                    Identity(rawValue: 302), labels: ["k8s:io.kubernetes.pod.namespace=web"], prefix: nil),
            ],
            policies: [
                PolicyReport(
                    kind: "NetworkPolicy", namespace: "shop", name: "deny", revision: 2, endpoints: ["shop/cart-1"]),
                PolicyReport(
                    kind: "CiliumClusterwideNetworkPolicy", namespace: "", name: "all", revision: 1, endpoints: []),
            ])
        served.know {
            $0.metadata = { metadata }
            $0.metadataState = { "7" }
        }
        return served
    }

    private func document(_ served: Served, _ path: String, _ query: [(String, String)] = []) throws -> [String: Any] {
        let text = try Document.text(served.api, path, query)
        let object = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
        return try #require(object)
    }

    private func pods(_ served: Served, _ query: [(String, String)]) throws -> [String] {
        let endpoints = try document(served, "/v1/endpoints", query)["endpoints"] as? [[String: Any]]
        return try #require(endpoints)
            .compactMap { $0["pod_name"] as? String }
    }

    @Test("of endpoints has those that the filters of flows choose")
    func endpoints() throws {
        let served = Self.served()
        #expect(try pods(served, []) == ["cart-1", "db-1", "front-1"])
        #expect(try pods(served, [("namespace", "shop")]) == ["cart-1", "db-1"])
        #expect(try pods(served, [("pod", "shop/c"), ("pod", "web/")]) == ["cart-1", "front-1"])
        #expect(try pods(served, [("label", "app in (cart,front)"), ("namespace", "shop")]) == ["cart-1"])
        #expect(try pods(served, [("not", ""), ("label", "app=cart")]) == ["db-1", "front-1"])
        let short = try document(served, "/v1/endpoints", [("limit", "2")])
        #expect((short["endpoints"] as? [Any])?.count == 2)
        #expect((short["truncated"] as? [String: Int])?["entries"] == 1)
    }

    @Test("of policies, identities and namespaces has what is in force")
    func others() throws {
        let served = Self.served()
        let policies = try document(served, "/v1/policies", [("namespace", "shop")])["policies"] as? [[String: Any]]
        #expect(policies?.count == 1 && policies?[0]["name"] as? String == "deny")
        #expect(policies?[0]["endpoints"] as? [String] == ["shop/cart-1"])
        #expect((try document(served, "/v1/policies")["policies"] as? [Any])?.count == 2)
        #expect((try document(served, "/v1/identities")["identities"] as? [Any])?.count == 2)
        #expect((try document(served, "/v1/namespaces")["namespaces"] as? [Any])?.count == 2)
    }

    @Test("shows a caller who is limited to namespaces nothing of others")
    func limited() async throws {
        let all = Self.served().api.sources.metadata()
        let seen = all.limited(to: ["web"])
        #expect(seen.namespaces.map(\.namespace) == ["web"])
        #expect(seen.endpoints.map(\.pod_name) == ["front-1"])
        #expect(seen.identities.count == 2)
        #expect(seen.policies.isEmpty)
        #expect(all.limited(to: []).endpoints.isEmpty)
        #expect(all.limited(to: ["shop"]).identities.map(\.identity) == [2])
    }

    @Test("that the client has in this state is not sent again")
    func conditional() throws {
        let served = Self.served()
        for path in ["/v1/endpoints", "/v1/identities", "/v1/namespaces", "/openapi.yaml"] {
            let tag = try #require(served.ask([], of: path).headers["etag"], "\(path)")
            for known in [tag, "\"x\", \(tag)", "*", String(tag.dropFirst(2))] {
                let again = served.ask([], of: path, ["if-none-match": known])
                #expect(again.status == 304 && again.text == "", "\(path) \(known)")
                #expect(again.headers["etag"] == tag)
            }
            #expect(served.ask([], of: path, ["if-none-match": "\"x\""]).status == 200)
        }
        let before = served.ask([], of: "/v1/endpoints").headers["etag"]
        served.know { $0.metadataState = { "8" } }
        #expect(served.ask([], of: "/v1/endpoints").headers["etag"] != before)
        #expect(served.ask([], of: "/v1/policies").headers["cache-control"] == "no-store")
        #expect(served.ask([], of: "/v1/status").headers["cache-control"] == "no-store")
    }

    @Test("refuses parameters that it does not have", arguments: FlowAPI.routes.keys.filter { $0.hasPrefix("/v1/") })
    func unknown(path: String) {
        let answer = Self.served().ask([("nonsense", "1")], of: path)
        #expect(answer.status == 400)
        #expect(answer.problem?["parameter"] as? String == "nonsense")
    }

    @Test("is there when the server is ready, and why it is not is told")
    func readiness() {
        let served = Self.served()
        #expect(served.ask([], of: "/readyz").status == 200)
        served.know { $0.obstacles = { ["capture is not running", "history is not running"] } }
        let answer = served.ask([], of: "/readyz")
        #expect(answer.status == 503)
        #expect(answer.problem?["detail"] as? String == "capture is not running; history is not running")
        #expect(served.ask([], of: "/healthz").status == 200)
    }

    @Test("says which methods its path takes; others are refused with them")
    func methods() {
        let served = Self.served()
        for (path, route) in FlowAPI.routes {
            let options = served.ask([], of: path, method: "OPTIONS")
            #expect(options.status == 204 && options.headers["allow"] == route.methods.joined(separator: ", "))
            let refused = served.ask([], of: path, method: "DELETE")
            #expect(refused.status == 405 && refused.headers["allow"] == options.headers["allow"])
        }
        #expect(served.ask([], of: "/").problem?["detail"] as? String ?? "" != "")
        #expect(served.ask([], of: "/").status == 404)
    }

    @Test("may be read by web pages of other origins only if these are named")
    func crossOrigin() {
        let served = Self.served()
        let page: HTTPFields = ["origin": "https://dash.example.org"]
        #expect(served.ask([], of: "/v1/status", page).headers["access-control-allow-origin"] == nil)
        served.know(["https://dash.example.org"]) { _ in }
        let answer = served.ask([], of: "/v1/status", page)
        #expect(answer.headers["access-control-allow-origin"] == "https://dash.example.org")
        #expect(answer.headers.all("vary").contains("origin"))
        let other = served.ask([], of: "/v1/status", ["origin": "https://elsewhere.example.org"])
        #expect(other.headers["access-control-allow-origin"] == nil)
        var preflight = page
        preflight.append("access-control-request-method", "POST")
        let allowed = served.ask([], of: "/v1/flows", method: "OPTIONS", preflight)
        #expect(allowed.headers["access-control-allow-methods"] == "GET, HEAD, POST, OPTIONS")
        served.know(["*"]) { _ in }
        #expect(served.ask([], of: "/v1/status", page).headers["access-control-allow-origin"] == "*")
    }

    @Test("that explains a connection has what the program says, and tells which parameter is missing or wrong")
    func explanation() throws {
        let served = Self.served()
        served.know {
            $0.explainPolicies = { from, to, port, namespaces in
                guard from != "x" else {
                    return .failure(FilterError(parameter: "from", value: from, problem: "unknown"))
                }
                let scope = namespaces.map { $0.sorted().joined() } ?? "all"
                return .success(
                    ExplanationReport(
                        source: from, destination: to, port: "\(port) \(scope)", egress: nil, ingress: nil))
            }
        }
        let query = [("from", "a"), ("to", "b"), ("port", "1/UDP")]
        let answer = served.ask(query, of: "/v1/policies/explain")
        #expect(answer.status == 200 && answer.headers["cache-control"] == "no-store")
        #expect(
            answer.text?.contains(#""port":"1/UDP all""#) == true
                && answer.text?.contains(#""verdict":"FORWARDED""#) == true)
        for name in ["from", "to", "port"] {
            let missing = served.ask(query.filter { $0.0 != name }, of: "/v1/policies/explain")
            #expect(missing.status == 400 && missing.text?.contains("\(name): is required") == true)
        }
        #expect(
            served.ask([("from", "x")] + query.dropFirst(), of: "/v1/policies/explain").text?.contains("unknown")
                == true)
        #expect(served.ask(query + [("port", "2")], of: "/v1/policies/explain").text?.contains("given twice") == true)
    }
}
