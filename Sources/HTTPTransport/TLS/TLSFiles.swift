internal import FoundationEssentials

/// Where a server's certificate and key are, as PEM.
package struct TLSFiles: Hashable, Sendable {
    /// The server's certificate first, then those that lead to an authority's.
    package var certificateChain: String
    package var privateKey: String
    /// Authorities whose certificates clients must show; nil: clients show none.
    package var clientAuthorities: String?

    package init(certificateChain: String, privateKey: String, clientAuthorities: String? = nil) {
        self.certificateChain = certificateChain
        self.privateKey = privateKey
        self.clientAuthorities = clientAuthorities
    }
}

/// What the files held when they were read.
struct TLSFileContents: Equatable {
    let certificateChain: [UInt8]
    let privateKey: [UInt8]
    let clientAuthorities: [UInt8]?

    /// A chain is a few kB; authorities of a whole system are 200 kB.
    static let mostBytes = 1 << 20

    init(_ files: TLSFiles) throws(TLSError) {
        certificateChain = try Self.read(files.certificateChain)
        privateKey = try Self.read(files.privateKey)
        guard let path = files.clientAuthorities else {
            clientAuthorities = nil
            return
        }
        clientAuthorities = try Self.read(path)
    }

    static func read(_ path: String) throws(TLSError) -> [UInt8] {
        let attributes: [FileAttributeKey: Any]
        do { attributes = try FileManager.default.attributesOfItem(atPath: path) } catch {
            throw TLSError(file: path, problem: "there is no such file, or its directory cannot be read")
        }
        if let size = attributes[.size] as? UInt64, size > mostBytes {
            throw TLSError(file: path, problem: "has \(size) bytes; at most \(mostBytes) are read")
        }
        guard let data = FileManager.default.contents(atPath: path) else {
            throw TLSError(file: path, problem: "cannot be read: permission denied, or no file")
        }
        return Array(data)
    }
}

/// What is wrong with a file of certificates or keys.
package struct TLSError: Error, Hashable, CustomStringConvertible {
    package let file: String
    package let problem: String

    package var description: String { "\(file): \(problem)" }
}
