internal import Foundation

/// An authority and what it has signed, in a directory of its own, made by the `openssl` program.
package final class TestCertificates: Sendable {
    package let directory: String
    package var authority: String { directory + "/ca.pem" }

    package struct Issued: Sendable {
        package let certificate: String
        package let key: String
    }

    package struct NotMade: Error, CustomStringConvertible {
        package let description: String
    }

    package init() async throws {
        directory = FileManager.default.temporaryDirectory.appending(path: "apus-tls-\(UUID())").path
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        try await shell("openssl req -x509 \(Self.key("ca")) -days 30 -subj /CN=authority -out ca.pem")
    }

    deinit { try? FileManager.default.removeItem(atPath: directory) }

    private static func key(_ name: String) -> String {
        "-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout \(name).key"
    }

    /// Makes `name.pem` and `name.key`.
    @discardableResult
    package func issue(
        _ name: String, alternativeNames: String = "DNS:localhost,IP:127.0.0.1", days: Int = 30
    ) async throws -> Issued {
        try await shell(
            """
            openssl req \(Self.key(name)) -subj /CN=\(name) -addext 'subjectAltName=\(alternativeNames)' -out \(name).csr &&
            openssl x509 -req -in \(name).csr -CA ca.pem -CAkey ca.key -CAcreateserial -days \(days) \
                -copy_extensions copy -out \(name).pem && chmod 600 \(name).key
            """)
        return Issued(certificate: "\(directory)/\(name).pem", key: "\(directory)/\(name).key")
    }

    /// - Returns: the file's path.
    package func write(_ text: String, to name: String) throws -> String {
        let path = "\(directory)/\(name)"
        try text.write(toFile: path, atomically: true, encoding: .utf8)
        return path
    }

    /// Puts one certificate and its key where another one is.
    package func replace(_ name: String, with other: String) throws {
        for suffix in ["key", "pem"] {
            let bytes = try Data(contentsOf: URL(filePath: "\(directory)/\(other).\(suffix)"))
            try bytes.write(to: URL(filePath: "\(directory)/\(name).\(suffix)"))
        }
    }

    private func shell(_ script: String) async throws {
        let result = try await Tool.bash.run("-c", "cd '\(directory)' && { \(script); }")
        guard result.status == 0 else { throw NotMade(description: result.output) }
    }
}
