import FlowCatalog
import FlowModel

/// The sets that each index of a catalog table leaves standing. Conditions are asked once for each index that is met.
///
/// Two bytes an index: distinct answers are few, and are kept once.
struct CatalogAnswers<Element: Hashable & Sendable>: Sendable {
    private struct Condition: Sendable {
        let set: SetWord
        let side: Side
        let isMet: @Sendable (Element) -> Bool
    }

    private let table: CatalogTable<Element>
    private var conditions: [Condition] = []
    /// Position in `words` for each index; 0: not asked yet.
    private var answers: [UInt16] = []
    /// The first stands for "not asked".
    private var words = [SidedWord()]

    init(_ table: CatalogTable<Element>) { self.table = table }

    /// Several restrictions of one set must all hold.
    mutating func restrict(_ set: SetWord, _ side: Side, to isMet: @escaping @Sendable (Element) -> Bool) {
        conditions.append(Condition(set: set, side: side, isMet: isMet))
    }

    mutating func restrict<Pattern>(
        _ set: SetWord, to patterns: Sided<Pattern>, _ matches: @escaping @Sendable (Pattern, Element) -> Bool
    ) {
        for side in Side.allCases where !patterns[side].isEmpty {
            let accepted = patterns[side]
            restrict(set, side) { element in accepted.contains { matches($0, element) } }
        }
    }

    @inline(__always)
    private mutating func word(_ index: UInt32) -> SidedWord {
        let position = Int(index)
        if position < answers.count {
            let answer = Int(answers[position])
            if answer != 0 { return words[answer] }
        }
        return ask(index)
    }

    /// An index that the table does not have yet meets no condition, and is asked again.
    @inline(never)
    private mutating func ask(_ index: UInt32) -> SidedWord {
        let element = table[index]
        var word = SidedWord()
        for condition in conditions where element.map(condition.isMet) != true {
            word.refuse(condition.set, condition.side)
        }
        if element != nil { remember(word, at: Int(index)) }
        return word
    }

    private mutating func remember(_ word: SidedWord, at position: Int) {
        let answer = words.dropFirst().firstIndex(of: word) ?? words.count
        if answer > Int(UInt16.max) { return }
        if answer == words.count { words.append(word) }
        if position >= answers.count {
            answers.append(contentsOf: repeatElement(0, count: max(table.count, position + 1) - answers.count))
        }
        answers[position] = UInt16(answer)
    }

    @inline(__always)
    mutating func narrow(
        _ candidates: inout Candidates, _ flows: Span<Flow>, by source: (borrowing Flow) -> UInt32,
        _ destination: (borrowing Flow) -> UInt32
    ) {
        if conditions.isEmpty { return }
        candidates.narrow(flows) { flow in SidedWord.joined(word(source(flow)), word(destination(flow))) }
    }

    /// For a field that has no sides: its conditions are the source's.
    @inline(__always)
    mutating func narrow(_ candidates: inout Candidates, _ flows: Span<Flow>, by index: (borrowing Flow) -> UInt32) {
        if conditions.isEmpty { return }
        candidates.narrow(flows) { flow in word(index(flow)).source }
    }
}
