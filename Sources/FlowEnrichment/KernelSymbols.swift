internal import Foundation

/// Addresses of the running kernel's functions, to name the place where a packet was dropped.
///
/// Read once, from `/proc/kallsyms`; about 40 bytes a function. Without the right to see addresses (they read as zero
/// then) it is empty and places stay unnamed.
package struct KernelSymbols: Sendable {
    private let addresses: [UInt64]
    /// Where each name begins in `names`; one more than addresses.
    private let starts: [UInt32]
    private let names: [UInt8]

    package init(path: String = "/proc/kallsyms") {
        // Read to its end: a file of /proc does not know its size.
        let file = FileHandle(forReadingAtPath: path)
        let text = try? file?.readToEnd()
        self.init(lines: [UInt8](text ?? Data()))
    }

    /// - Parameter lines: `ffffffff81000000 T name [module]`, in any order.
    package init(lines: [UInt8]) {
        var found: [(address: UInt64, name: Range<Int>)] = []
        var start = 0
        while start < lines.count {
            let end = lines[start...].firstIndex(of: UInt8(ascii: "\n")) ?? lines.count
            if let symbol = Self.function(in: lines, start..<end) { found.append(symbol) }
            start = end + 1
        }
        found.sort { $0.address < $1.address }
        addresses = found.map(\.address)
        var names: [UInt8] = []
        starts =
            found.map { symbol in
                defer { names.append(contentsOf: lines[symbol.name]) }
                return UInt32(names.count)
            } + [UInt32(found.reduce(0) { $0 + $1.name.count })]
        self.names = names
    }

    /// The function that holds the address; nil if there is none before it.
    package func function(at address: UInt64) -> String? {
        var low = 0
        var high = addresses.count
        while low < high {
            let middle = (low + high) / 2
            if addresses[middle] <= address { low = middle + 1 } else { high = middle }
        }
        guard low > 0 else { return nil }
        return String(decoding: names[Int(starts[low - 1])..<Int(starts[low])], as: UTF8.self)
    }

    private static func function(in lines: [UInt8], _ line: Range<Int>) -> (address: UInt64, name: Range<Int>)? {
        guard line.count > 19 else { return nil }
        var address: UInt64 = 0
        for byte in lines[line.lowerBound..<line.lowerBound + 16] {
            guard let digit = Character(UnicodeScalar(byte)).hexDigitValue else { return nil }
            address = address << 4 | UInt64(digit)
        }
        let type = lines[line.lowerBound + 17] | 0x20
        let isFunction = type == UInt8(ascii: "t") || type == UInt8(ascii: "w")
        guard address > 0, isFunction else { return nil }
        let name = line.lowerBound + 19
        let end = lines[name..<line.upperBound].firstIndex { $0 == UInt8(ascii: "\t") || $0 == UInt8(ascii: " ") }
        return (address, name..<(end ?? line.upperBound))
    }
}
