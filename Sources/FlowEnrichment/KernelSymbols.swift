internal import SystemRuntime

/// Addresses of the running kernel's functions, to name the place where a packet was dropped.
///
/// About 34 bytes a function, 2 MB in all. Without the right to see addresses (they read as zero then) it is empty, and
/// places stay unnamed.
package struct KernelSymbols: Sendable {
    /// Rising.
    private var addresses: [UInt64] = []
    /// Where each name begins in `names`; one more than addresses.
    private var starts: [UInt32] = [0]
    private var names: [UInt8] = []

    /// The running kernel's; none if it does not tell.
    package static func running() -> KernelSymbols {
        var symbols = KernelSymbols()
        try? KernelFile.forEachLine(of: "/proc/kallsyms") { symbols.append($0) }
        symbols.sortIfNeeded()
        return symbols
    }

    private init() {}

    /// - Parameter lines: `ffffffff81000000 T name [module]`, in any order.
    package init(lines: [UInt8]) {
        for line in lines.split(separator: UInt8(ascii: "\n")) { append(line) }
        sortIfNeeded()
    }

    /// Of another kernel: the functions that hold single addresses, all that is known of it.
    package init(functions: [UInt64: String]) {
        let found = functions.sorted { $0.key < $1.key }
        addresses = found.map(\.key)
        names = found.flatMap { Array($0.value.utf8) }
        starts = found.reduce(into: [0]) { $0.append($0[$0.count - 1] + UInt32($1.value.utf8.count)) }
    }

    /// The function that holds the address; nil if there is none before it.
    package func function(at address: UInt64) -> String? {
        var low = 0
        var high = addresses.count
        while low < high {
            let middle = (low + high) / 2
            if addresses[middle] <= address { low = middle + 1 } else { high = middle }
        }
        return low == 0 ? nil : String(decoding: names[range(low - 1)], as: UTF8.self)
    }

    private func range(_ index: Int) -> Range<Int> { Int(starts[index])..<Int(starts[index + 1]) }

    private mutating func append(_ line: ArraySlice<UInt8>) {
        var fields = line.makeIterator()
        var address: UInt64 = 0
        for _ in 0..<16 {
            guard let byte = fields.next(), let digit = Self.digit(byte) else { return }
            address = address << 4 | digit
        }
        guard address > 0, fields.next() != nil, let type = fields.next(), fields.next() != nil else { return }
        guard type | 0x20 == UInt8(ascii: "t") || type | 0x20 == UInt8(ascii: "w") else { return }
        guard !line.dropFirst(Self.nameOffset).starts(with: Self.padding) else { return }
        while let byte = fields.next(), byte != UInt8(ascii: "\t"), byte != UInt8(ascii: " ") { names.append(byte) }
        addresses.append(address)
        starts.append(UInt32(names.count))
    }

    /// Of the name in a line.
    private static let nameOffset = 19
    /// What the kernel calls the room that it leaves before each function (x86, from 6.3); no code runs there.
    private static let padding = "__pfx_".utf8

    private static func digit(_ byte: UInt8) -> UInt64? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt64(byte - UInt8(ascii: "0"))
        case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt64(byte - UInt8(ascii: "a") + 10)
        default: nil
        }
    }

    private mutating func sortIfNeeded() {
        guard zip(addresses, addresses.dropFirst()).contains(where: { $0 > $1 }) else { return }
        let unsorted = self
        let order = addresses.indices.sorted { unsorted.addresses[$0] < unsorted.addresses[$1] }
        addresses = order.map { unsorted.addresses[$0] }
        names.removeAll()
        starts = [0]
        for index in order {
            names += unsorted.names[unsorted.range(index)]
            starts.append(UInt32(names.count))
        }
    }
}
