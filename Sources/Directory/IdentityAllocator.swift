import FlowModel

/// Gives label sets, address prefixes and local endpoints their numbers, and remembers them.
package struct IdentityAllocator: Sendable {
    var identities = NumberTable(range: Identity.clusterRange, capacity: Self.identityCapacity)
    var prefixes = NumberTable(range: Identity.prefixRange, capacity: Self.prefixCapacity)
    var endpoints = NumberTable(range: 1...65_535, capacity: Self.endpointCapacity)
    /// Nil: numbers are remembered by this process only.
    package let path: String?

    /// Each remembered number costs about 1 kB, mostly its labels.
    package static let identityCapacity = Identity.clusterRange.count
    package static let prefixCapacity = 65_536
    package static let endpointCapacity = 65_535

    /// Numbers that are not remembered over a restart; they are mostly the same again, as they come from hashes.
    package init() { path = nil }

    /// - Parameter path: the file that holds the numbers. It is read now, if it exists, and replaced as a whole when
    ///   a number is given out.
    package init(path: String) throws(AllocatorError) {
        self.path = path
        guard let stored = try AllocatorFile.read(path) else { return }
        try restore(stored)
    }

    /// All that are in use from now on.
    mutating func assign(
        labelSets: Set<[String]>, prefixes prefixesInUse: Set<IPPrefix>, endpoints endpointsInUse: Set<[String]>
    ) -> [AllocatorError] {
        let results = [
            ("label sets", identities.assign(labelSets), identities.capacity),
            ("address prefixes", prefixes.assign(Set(prefixesInUse.map { [$0.description] })), prefixes.capacity),
            ("endpoints", endpoints.assign(endpointsInUse), endpoints.capacity),
        ]
        var errors = results.filter { !$0.1.refused.isEmpty }.map { what, result, capacity in
            AllocatorError.exhausted(what: what, capacity: capacity, refused: result.refused.count)
        }
        guard let path, results.contains(where: { $0.1.changed }) else { return errors }
        do throws(AllocatorError) { try AllocatorFile(self).write(path) } catch { errors.append(error) }
        return errors
    }

    func identity(ofLabels labels: [String]) -> Identity? { identities[labels].map(Identity.init) }
    func identity(of prefix: IPPrefix) -> Identity? { prefixes[[prefix.description]].map(Identity.init) }
    /// Node-local number of a pod.
    func endpoint(namespace: String, pod: String) -> UInt32? { endpoints[[namespace, pod]] }
}

package enum AllocatorError: Error, Hashable, CustomStringConvertible {
    case unreadable(path: String, reason: String)
    case unwritable(path: String, reason: String)
    /// More are in use than there are numbers; those that came last have none.
    case exhausted(what: String, capacity: Int, refused: Int)

    package var description: String {
        switch self {
        case .unreadable(let path, let reason):
            "\(path): is not a file of identity numbers: \(reason). Remove it to give out new numbers."
        case .unwritable(let path, let reason):
            "\(path): identity numbers cannot be written: \(reason). They may differ after a restart."
        case .exhausted(let what, let capacity, let refused):
            "more than \(capacity) \(what) are in use: \(refused) have no number and are left out"
        }
    }
}
