/// A pattern as a tree.
indirect enum PatternNode: Sendable {
    case scalars(ScalarSet)
    case lineStart
    case lineEnd
    case sequence([PatternNode])
    case alternatives([PatternNode])
    /// `maximum` nil: any number.
    case repeated(PatternNode, minimum: Int, maximum: Int?)
}
