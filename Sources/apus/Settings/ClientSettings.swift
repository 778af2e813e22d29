import Foundation
import Manifests
import SystemRuntime
import Yams

/// Settings of the commands that ask a server, in their order: a flag, then the environment, then a file, then the default.
///
/// The file is YAML, `apus/config.yaml` in the XDG configuration home (`$XDG_CONFIG_HOME`, or `~/.config`).
enum ClientSettings {
    /// What can be set; the name is that of the flag.
    enum Key: String, CaseIterable {
        case server
        case tlsCA = "tls-ca"
        case tlsCert = "tls-cert"
        case tlsKey = "tls-key"
        case tlsServerName = "tls-server-name"
        case tokenFile = "token-file"
        case dialTimeout = "dial-timeout"
        case requestTimeout = "request-timeout"
        case color

        /// `APUS_TLS_CA`
        var variable: String { "APUS_" + rawValue.uppercased().replacing("-", with: "_") }

        var defaultValue: String? {
            switch self {
            case .server: "localhost:4245"
            case .dialTimeout: "5s"
            case .requestTimeout: "12s"
            case .color: "auto"
            default: nil
            }
        }

        var meaning: String {
            switch self {
            case .server: "the server to ask"
            case .tlsCA: "who may have signed its certificate"
            case .tlsCert: "a certificate to show to it"
            case .tlsKey: "its private key"
            case .tlsServerName: "the name that its certificate must have"
            case .tokenFile: "a file that holds a token"
            case .dialTimeout: "how long a connection may take"
            case .requestTimeout: "how long an answer that is no stream may take"
            case .color: "when to use colours: auto, always, never"
            }
        }
    }

    struct Value {
        let text: String
        /// `APUS_SERVER`, the file's path, `default`.
        let origin: String
    }

    static var path: String {
        let environment = ProcessInfo.processInfo.environment
        let home = environment["XDG_CONFIG_HOME"].flatMap { $0.isEmpty ? nil : $0 } ?? (NSHomeDirectory() + "/.config")
        return home + "/apus/config.yaml"
    }

    /// Of the environment, the file, or by default; nil: there is none.
    static func value(_ key: Key) throws(CommandFailure) -> Value? {
        if let text = ProcessInfo.processInfo.environment[key.variable], !text.isEmpty {
            return Value(text: text, origin: key.variable)
        }
        if let text = try read()[key.rawValue] { return Value(text: text, origin: path) }
        return key.defaultValue.map { Value(text: $0, origin: "default") }
    }

    /// What the file sets.
    static func read() throws(CommandFailure) -> [String: String] {
        guard FileManager.default.fileExists(atPath: path) else { return [:] }
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
            throw .failed("\(path) cannot be read")
        }
        let loaded: Any?
        do { loaded = try Yams.load(yaml: text) } catch { throw .usage("\(path) is no YAML: \(error)") }
        guard loaded == nil || loaded is [String: Any] else {
            throw .usage("\(path): not a list of settings and values")
        }
        var settings: [String: String] = [:]
        for (name, value) in loaded as? [String: Any] ?? [:] {
            settings[try key(name).rawValue] = "\(value)"
        }
        return settings
    }

    static func write(_ settings: [String: String]) throws(CommandFailure) {
        let lines = settings.sorted { $0.key < $1.key }.map {
            "\($0.key): \"\($0.value.replacing("\"", with: "\\\""))\"\n"
        }
        let directory = URL(filePath: path).deletingLastPathComponent()
        do {
            try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
            try lines.joined().write(toFile: path, atomically: true, encoding: .utf8)
        } catch {
            throw .failed("\(path) cannot be written: \(error.localizedDescription)")
        }
    }

    static func key(_ name: String) throws(CommandFailure) -> Key {
        if let key = Key(rawValue: name) { return key }
        throw .usage(
            "\"\(name)\" is no setting; accepted: \(Key.allCases.map(\.rawValue).joined(separator: ", "))")
    }
}
