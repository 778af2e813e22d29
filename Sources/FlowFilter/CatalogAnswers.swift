import FlowCatalog

/// Remembers for each index of a catalog table whether its element meets a condition.
struct CatalogAnswers<Element: Hashable & Sendable> {
    private enum Answer: UInt8 { case notAsked, no, yes }

    private let table: CatalogTable<Element>
    private let condition: @Sendable (Element) -> Bool
    private var answers: [Answer] = []

    init(_ table: CatalogTable<Element>, _ condition: @escaping @Sendable (Element) -> Bool) {
        self.table = table
        self.condition = condition
    }

    mutating func meets(_ index: UInt32) -> Bool {
        let position = Int(index)
        if position < answers.count && answers[position] != .notAsked { return answers[position] == .yes }
        return ask(position)
    }

    /// An index that the table does not have is answered with no and not remembered.
    @inline(never)
    private mutating func ask(_ position: Int) -> Bool {
        guard let element = table[UInt32(position)] else { return false }
        if position >= answers.count {
            answers.append(contentsOf: repeatElement(.notAsked, count: max(table.count, position + 1) - answers.count))
        }
        let isMet = condition(element)
        answers[position] = isMet ? .yes : .no
        return isMet
    }
}
