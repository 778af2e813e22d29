/// A label of a metric's own: where its value stands in a series' key, and how it is written.
struct OwnLabel: Sendable {
    enum Values: Sendable {
        /// `name="value"` by number.
        case listed([[UInt8]])
        /// The number itself.
        case number
        /// As text, made when it is written.
        case written(@Sendable (UInt64) -> String)
        /// What the metric's texts hold at the number.
        case texts(Int)
    }

    let name: String
    let shift: UInt64
    let bits: UInt64
    let values: Values
    /// There may be any number of values: those beyond the limit are counted as one.
    let isUnbounded: Bool

    private let opening: [UInt8]

    init(_ name: String, shift: UInt64, bits: UInt64, _ values: Values, isUnbounded: Bool = false) {
        self.name = name
        self.shift = shift
        self.bits = bits
        self.values = values
        self.isUnbounded = isUnbounded
        opening = Array("\(name)=\"".utf8)
    }

    /// - Parameter values: by number.
    static func listed(_ name: String, shift: UInt64, bits: UInt64, _ values: [String]) -> OwnLabel {
        OwnLabel(name, shift: shift, bits: bits, .listed(values.map { LabelText.all([(name, $0)]) }))
    }

    /// Stands where flows' words have it.
    static func listed(_ name: String, _ field: FlowWord.Field, _ values: [String]) -> OwnLabel {
        listed(name, shift: field.shift, bits: field.width, values)
    }

    /// All of the label's bits: a value that stands for those beyond the limit.
    var mask: UInt64 { (1 << bits - 1) << shift }

    func write(_ own: UInt64, _ texts: [LabelTexts], to output: inout [UInt8]) {
        let number = own >> shift & (1 << bits - 1)
        if isUnbounded && number == 1 << bits - 1 { return output += LabelText.all([(name, LabelText.overflow)]) }
        switch values {
        case .listed(let listed): output += listed[min(Int(number), listed.count - 1)]
        case .number:
            output += opening
            output.append(decimal: number)
            output.append(UInt8(ascii: "\""))
        case .written(let text): output += LabelText.all([(name, text(number))])
        case .texts(let index): output += texts[index].fragments[Int(number)]
        }
    }
}

/// Values of a label that are not known beforehand, each by its number; bounded.
struct LabelTexts: Sendable {
    let name: String
    private let limit: Int
    /// `name="value"`. The first is of the empty value, the second stands for those beyond the limit.
    private(set) var fragments: [[UInt8]]
    private var numbers: [String: UInt64] = ["": 0]

    /// - Parameter limit: less than the numbers that the label's bits can hold.
    init(_ name: String, limit: Int) {
        self.name = name
        self.limit = limit
        fragments = ["", LabelText.overflow].map { LabelText.all([(name, $0)]) }
    }

    mutating func number(_ value: String) -> UInt64 {
        if let known = numbers[value] { return known }
        guard fragments.count < limit else { return 1 }
        numbers[value] = UInt64(fragments.count)
        fragments.append(LabelText.all([(name, value)]))
        return UInt64(fragments.count - 1)
    }

    var memoryBytes: Int { fragments.reduce(0) { $0 + 2 * $1.capacity + 64 } }
}
