import Console
import FlowModel
import Testing

struct ColourTests {
    private let fixture = PrinterFixture()

    @Test("Hosts are cyan, ports yellow, identities magenta, verdicts by what they mean")
    func colours() {
        let line = fixture.text([fixture.drop], colour: true)
        #expect(
            line.contains(
                "\u{1b}[36mdata/ledger-0\u{1b}[0m:\u{1b}[33m5432\u{1b}[0m \u{1b}[35m(ID:31415)\u{1b}[0m "
                    + "Policy denied \u{1b}[31mDROPPED\u{1b}[0m ("))
        #expect(fixture.text([fixture.reply], colour: true).contains("\u{1b}[32mFORWARDED\u{1b}[0m"))
        var audited = fixture.verdict
        audited.verdict = .audit
        #expect(fixture.text([audited], .dict, colour: true).contains("\u{1b}[33mAUDITED\u{1b}[0m"))
    }

    @Test("Without colour, and in tables, there is no escape sequence")
    func noColour() {
        for format in OutputFormat.allCases {
            #expect(!fixture.text([fixture.drop], format).contains("\u{1b}"))
        }
        #expect(!fixture.text([fixture.drop], .table, colour: true).contains("\u{1b}"))
    }

    @Test("auto colours a terminal unless NO_COLOR is set; always and never do as they say")
    func modes() {
        #expect(ColourMode.auto.isColoured(isTerminal: true, noColour: nil))
        #expect(ColourMode.auto.isColoured(isTerminal: true, noColour: ""))
        #expect(!ColourMode.auto.isColoured(isTerminal: true, noColour: "1"))
        #expect(!ColourMode.auto.isColoured(isTerminal: false, noColour: nil))
        #expect(ColourMode.always.isColoured(isTerminal: false, noColour: "1"))
        #expect(!ColourMode.never.isColoured(isTerminal: true, noColour: nil))
    }
}
