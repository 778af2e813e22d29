package import FlowModel
package import Manifests

/// Names of addresses in the format of hosts(5): an address and its names in a line, `#` before comments.
package struct HostsFile: Sendable {
    /// Each address' names, sorted, in lower case, without a trailing dot.
    package private(set) var names: [IPAddress: [String]] = [:]
    /// What was refused, a line at a time; all other lines count.
    package private(set) var problems: [ManifestProblem] = []

    /// - Parameter file: how problems call it.
    package init(_ text: String, file: String) {
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            let words = line.prefix { $0 != "#" }.split(whereSeparator: \.isWhitespace)
            guard let first = words.first else { continue }
            do throws(Refusal) {
                try add(first, words.dropFirst())
            } catch {
                problems.append(ManifestProblem(file: "\(file):\(index + 1)", message: error.message))
            }
        }
        for address in names.keys { names[address]?.sort() }
    }

    private struct Refusal: Error { let message: String }

    private mutating func add(_ first: Substring, _ rest: ArraySlice<Substring>) throws(Refusal) {
        guard let address = IPAddress(first) else {
            throw Refusal(message: "\"\(first)\" is no address; accepted is an IPv4 or IPv6 address before its names")
        }
        guard !rest.isEmpty else { throw Refusal(message: "\(first) has no name; accepted is one name or more") }
        var accepted = names[address] ?? []
        for word in rest {
            let name = (word.last == "." ? word.dropLast() : word).lowercased()
            guard Self.isName(name) else {
                throw Refusal(
                    message: "\"\(word)\" is no name; accepted are labels of letters, digits, - and _ with dots between"
                )
            }
            if !accepted.contains(name) { accepted.append(name) }
        }
        names[address] = accepted
    }

    /// RFC 1123, section 2.1, and the underscore that service names have.
    private static func isName(_ name: String) -> Bool {
        guard (1...253).contains(name.utf8.count) else { return false }
        return name.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { label in
            (1...63).contains(label.utf8.count)
                && label.utf8.allSatisfy { byte in
                    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
                        || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                        || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
                }
        }
    }
}
