import FlowFilter
import Testing

struct RegularExpressionTests {
    private static let occurrences: [(String, String, Bool)] = [
        ("cart", "my-cart-1", true), ("cart", "car", false), ("^cart$", "cart", true), ("^cart$", "a cart", false),
        ("c.rt", "cärt", true), ("c.rt", "c\nrt", false), ("a*", "", true), ("^a+$", "", false), ("^a+$", "aaa", true),
        ("^ab?c$", "ac", true), ("^ab?c$", "abbc", false), ("^(a|bc)+$", "abcbca", true), ("^(a|bc)+$", "ab", false),
        ("^(?:a|)b$", "b", true), ("^[a-c]+$", "abc", true), ("^[^a-c]+$", "abd", false), ("^[]x]$", "]", true),
        ("^[a-]$", "-", true), ("^\\d{2,3}$", "123", true), ("^\\d{2,3}$", "1234", false), ("^\\d{2}$", "1", false),
        ("^x{2,}$", "xxxx", true), ("\\.org$", "example.org", true), ("\\.org$", "exampleorg", false),
        ("(?i)^CaRt$", "cArT", true), ("^\\w+\\s\\S$", "ab_1 !", true), ("^[\\d_]+$", "1_2", true),
        ("a+?b", "aab", true),
        ("^(a*)*$", "aaaa", true), ("^$", "", true), ("^(a|b|cd)$", "cd", true), ("^[^\\d]$", "x", true),
        ("(?i)[^a]", "A", false),
    ]

    @Test("A pattern occurs where its meaning says", arguments: occurrences)
    func occurs(pattern: String, text: String, isMatch: Bool) throws {
        #expect(try RegularExpression(pattern).occurs(in: text) == isMatch)
    }

    @Test("A whole match reaches from the start to the end")
    func whole() throws {
        #expect(try RegularExpression("a|ab").matchesWhole("ab"))
        #expect(try !RegularExpression("a").matchesWhole("ab"))
        #expect(try !RegularExpression("b").matchesWhole("ab"))
    }

    private static let refused: [(String, Int, String)] = [
        ("a(b", 4, "missing )"), ("a)b", 2, ") without ("), ("*a", 1, "nothing to repeat"),
        ("a|*", 3, "nothing to repeat"),
        ("[a", 3, "missing ]"), ("[z-a]", 5, "not a range"), ("a\\", 3, "unexpected end"),
        ("\\1", 2, "unknown escape \\1"),
        ("(?=a)", 3, "only (?: and a leading (?i) are known"), ("a{x}", 3, "not a number of repetitions"),
        ("a{3,2}", 6, "not a number of repetitions up to 1000"), ("a{1", 4, "missing }"),
    ]

    @Test("What cannot be read is told with its place", arguments: refused)
    func errors(pattern: String, position: Int, problem: String) {
        let error = #expect(throws: PatternError.self) { try RegularExpression(pattern) }
        #expect(error?.position == position)
        #expect(error?.problem == problem)
    }

    @Test(
        "Too large a pattern is refused",
        arguments: [
            String(repeating: "a", count: 1_001), "(a{1000}){1000}", "((((){1000}){1000}){1000}){1000}",
            String(repeating: "(", count: 60) + String(repeating: ")", count: 60),
        ])
    func tooLarge(pattern: String) {
        #expect(throws: PatternError.self) { try RegularExpression(pattern) }
    }

    @Test("A pattern that makes backtracking engines explode ends", .timeLimit(.minutes(1)))
    func linear() throws {
        let text = String(repeating: "a", count: 2_000) + "!"
        #expect(try !RegularExpression("^(a+)+$").occurs(in: text))
        #expect(try !RegularExpression("^(a|a)*$").occurs(in: text))
    }
}
