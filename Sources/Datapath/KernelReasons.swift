internal import BPFRuntime

/// The running kernel's drop reasons.
struct KernelReasons: Sendable {
    /// A bit per reason, 0…255.
    typealias Bits = (UInt64, UInt64, UInt64, UInt64)

    /// `NO_SOCKET` by its number.
    let namesByNumber: [UInt32: String]

    /// The kernel's spelling is `SKB_DROP_REASON_NO_SOCKET`, `SKB_CONSUMED`.
    init(enumerators: [String: UInt32]) {
        var names: [UInt32: String] = [:]
        for (name, number) in enumerators where !["MAX", "SUBSYS_MASK"].contains(Self.shortName(name)) {
            names[number] = Self.shortName(name)
        }
        namesByNumber = names
    }

    static func shortName(_ name: String) -> String {
        for prefix in ["SKB_DROP_REASON_", "SKB_"] where name.hasPrefix(prefix) {
            return String(name.dropFirst(prefix.count))
        }
        return name
    }

    /// One bit per reason, as the programs want it. Names of the default list that this kernel lacks mean nothing here.
    func bits(of names: [String]) throws(DatapathError) -> Bits {
        var words: [UInt64] = [0, 0, 0, 0]
        let numbers = Dictionary(namesByNumber.map { ($0.value, $0.key) }) { first, _ in first }
        for name in names {
            guard let number = numbers[Self.shortName(name)], number < 256 else {
                if DatapathSettings.everydayKernelReasons.contains(name) { continue }
                throw .setting(
                    name: "ignoredKernelReasons", value: name,
                    accepted: "this kernel's drop reasons: \(numbers.keys.sorted().joined(separator: ", "))")
            }
            words[Int(number / 64)] |= 1 << UInt64(number % 64)
        }
        return (words[0], words[1], words[2], words[3])
    }
}
