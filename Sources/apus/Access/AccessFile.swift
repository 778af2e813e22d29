import FlowAPI
import Foundation
import Manifests

/// The file of tokens and of clients' certificates: who may ask for what.
///
/// ```yaml
/// tokens:
/// - name: grafana                # for people
///   sha256: 3f2a…                # of the token; `apus token new` prints both
///   roles: [flows, metadata]     # flows, metadata, metrics, admin
///   namespaces: [shop]           # left out: all
/// certificates:
/// - name: dns:prometheus.svc     # dns:, uri: or cn: and a name of the certificate; the first entry that fits counts
///   roles: [metrics]
/// ```
struct AccessFile {
    let path: String

    /// Much more than `AccessRules.mostEntries` need.
    private static let mostBytes = 4 << 20

    func read() throws -> AccessRules { try parse(try text()) }

    func text() throws -> String {
        let size = (try? FileManager.default.attributesOfItem(atPath: path)[.size] as? UInt64) ?? 0
        guard size <= Self.mostBytes else {
            throw CommandFailure.failed("\(path): has \(size) bytes; at most \(Self.mostBytes) are read")
        }
        guard let data = FileManager.default.contents(atPath: path) else {
            throw CommandFailure.failed("\(path): cannot be read")
        }
        guard let text = String(data: data, encoding: .utf8) else {
            throw CommandFailure.failed("\(path): is not UTF-8")
        }
        return text
    }

    /// Throws what is wrong and where.
    func parse(_ text: String) throws -> AccessRules {
        do throws(FieldProblem) {
            guard let root = try ManifestNode.parse(text) else {
                return AccessRules(tokens: [], certificates: [])
            }
            try root.allowOnly(["tokens", "certificates"])
            return AccessRules(
                tokens: try entries(root, "tokens", Self.token),
                certificates: try entries(root, "certificates", Self.certificate))
        } catch {
            throw CommandFailure.failed("\(path):\(error.place.line):\(error.place.column): \(error.message)")
        }
    }

    private func entries<Entry: AccessEntry>(
        _ root: ManifestNode, _ field: String, _ read: (ManifestNode) throws(FieldProblem) -> Entry
    ) throws(FieldProblem) -> [Entry] {
        guard let list = try root.field(field) else { return [] }
        let nodes = try list.list()
        guard nodes.count <= AccessRules.mostEntries else {
            throw list.problem("has \(nodes.count) entries; at most \(AccessRules.mostEntries) are accepted")
        }
        var (entries, seen): ([Entry], Set<String>) = ([], [])
        for node in nodes {
            let entry = try read(node)
            for mark in entry.marks where !seen.insert(mark).inserted {
                throw node.problem("\(mark) stands here twice")
            }
            entries.append(entry)
        }
        return entries
    }

    private static func token(_ node: ManifestNode) throws(FieldProblem) -> AccessRules.Token {
        try node.allowOnly(["name", "sha256", "roles", "namespaces"])
        let digits = try required(node, "sha256")
        guard let digest = TokenDigest(hexadecimal: try digits.text()) else {
            throw digits.problem("sha256 must be 64 hexadecimal digits, as `apus token new` prints them")
        }
        return AccessRules.Token(name: try name(node), digest: digest, caller: try caller(node))
    }

    private static func certificate(_ node: ManifestNode) throws(FieldProblem) -> AccessRules.Certificate {
        try node.allowOnly(["name", "roles", "namespaces"])
        let name = try name(node)
        guard ["dns:", "uri:", "cn:"].contains(where: { name.hasPrefix($0) && name.count > $0.count }) else {
            throw node.problem("\"\(name)\": accepted are dns:NAME, uri:NAME and cn:NAME")
        }
        return AccessRules.Certificate(name: name, caller: try caller(node))
    }

    private static func required(_ node: ManifestNode, _ field: String) throws(FieldProblem) -> ManifestNode {
        guard let value = try node.field(field) else { throw node.problem("\(field) is required") }
        return value
    }

    private static func name(_ node: ManifestNode) throws(FieldProblem) -> String {
        let value = try required(node, "name")
        let name = try value.text()
        guard !name.isEmpty else { throw value.problem("name must not be empty") }
        return name
    }

    private static func caller(_ node: ManifestNode) throws(FieldProblem) -> Caller {
        var roles: Roles = []
        for item in try texts(try required(node, "roles"), "role") {
            guard let named = Roles.named.first(where: { $0.name == item.text }) else {
                let accepted = Roles.named.map(\.name).joined(separator: ", ")
                throw item.node.problem("\"\(item.text)\" is no role; accepted are \(accepted)")
            }
            roles.formUnion(named.roles)
        }
        // Present but null would otherwise read as "all of them".
        guard try node.members().contains(where: { $0.key == "namespaces" }) else { return Caller(roles: roles) }
        let namespaces = try texts(try required(node, "namespaces"), "namespace")
        return Caller(roles: roles, namespaces: Set(namespaces.map(\.text)))
    }

    private static func texts(
        _ node: ManifestNode, _ noun: String
    ) throws(FieldProblem) -> [(node: ManifestNode, text: String)] {
        var texts: [(node: ManifestNode, text: String)] = []
        for item in try node.list() {
            let text = try item.text()
            guard !text.isEmpty else { throw item.problem("a \(noun) must not be empty") }
            texts.append((item, text))
        }
        guard !texts.isEmpty else { throw node.problem("lists no \(noun): it would allow nothing") }
        return texts
    }
}

/// An entry of a list, and what may be there once.
private protocol AccessEntry {
    var marks: [String] { get }
}

extension AccessRules.Token: AccessEntry {
    fileprivate var marks: [String] { ["the name \"\(name)\"", "the sha256 \(digest.hexadecimal)"] }
}

extension AccessRules.Certificate: AccessEntry {
    fileprivate var marks: [String] { ["the name \"\(name)\""] }
}
