internal import FoundationEssentials
internal import NIOSSL
internal import Synchronization

/// What new connections are served with. Usable from any thread; running connections keep what they began with.
package final class TLSCredentials: Sendable {
    private struct State {
        var contents: TLSFileContents
        var material: TLSMaterial
        /// Told already.
        var refusal: TLSError?
    }

    package enum Reload: Equatable, Sendable {
        case unchanged
        case renewed
        /// What was in force stays so. Told once, until the problem is another one.
        case refused(TLSError)
    }

    package let files: TLSFiles
    private let state: Mutex<State>

    /// Reads the files.
    ///
    /// - Parameter now: seconds since 1970.
    package init(_ files: TLSFiles, now: Int64) throws(TLSError) {
        self.files = files
        let contents = try TLSFileContents(files)
        state = Mutex(State(contents: contents, material: try TLSMaterial(contents, of: files, now: now)))
    }

    /// Reads the files again and puts in force what has changed. Blocks on the disk.
    ///
    /// - Parameter now: seconds since 1970.
    package func reload(now: Int64) -> Reload {
        let last = state.withLock { $0.contents }
        do throws(TLSError) {
            let contents = try TLSFileContents(files)
            guard contents != last else {
                state.withLock { $0.refusal = nil }
                return .unchanged
            }
            let material = try TLSMaterial(contents, of: files, now: now)
            state.withLock { $0 = State(contents: contents, material: material) }
            return .renewed
        } catch {
            return state.withLock { state in
                guard state.refusal != error else { return .unchanged }
                state.refusal = error
                return .refused(error)
            }
        }
    }

    /// The files in force.
    package var certificates: [TLSCertificateFile] { state.withLock { $0.material.certificates } }

    var context: NIOSSLContext { state.withLock { $0.material.context } }

    /// What a person should look at: a key that others can read, certificates near their end.
    ///
    /// - Parameter now: seconds since 1970.
    package func warnings(now: Int64) -> [String] {
        let key = FileAccess.isReadableByOthers(files.privateKey)
        return (key ? ["\(files.privateKey): a private key that others can read; chmod 600 it"] : [])
            + certificates.compactMap { $0.warning(now: now) }
    }
}

/// Of files that hold secrets.
package enum FileAccess {
    /// Users beyond owner and group may read it.
    package static func isReadableByOthers(_ path: String) -> Bool {
        let attributes = try? FileManager.default.attributesOfItem(atPath: path)
        // Of a link, the attributes would be the link's own.
        guard attributes?[.type] as? FileAttributeType != .typeSymbolicLink else {
            let target = URL(filePath: path).resolvingSymlinksInPath().path
            return target != path && isReadableByOthers(target)
        }
        guard let mode = attributes?[.posixPermissions] as? Int else { return false }
        return mode & 0o004 != 0
    }
}
