/// How large a filter may be. A condition costs some 100 bytes and, for each 64 of them, a passage over the flows.
package enum FilterLimits {
    /// Of allow and deny together.
    package static let conditions = 1_024
    /// Of one field of one condition.
    package static let values = 1_024
    /// Of one value, in UTF-8.
    package static let valueBytes = 4_096
    /// Of an expression, once it is written as alternatives, and the conditions of each of them: fewer than a word has bits.
    package static let alternatives = 60
    /// Of a query, filters or not.
    package static let parameters = 512
}
