import Console
import SQLiteRuntime
import Testing

@Suite struct RowTests {
    private static let rows: [[SQLValue]] = [
        [.text("a \"b\", c"), .integer(-7), .null], [.text("\u{1b}[31m\n"), .real(0.5), .blob([0, 255])],
        [.text(""), .real(-.infinity), .text("x")],
    ]

    private func text(_ format: RowFormat, _ rows: [[SQLValue]] = rows) -> String {
        var printer = RowPrinter(format, columns: ["name", "a,b", "c\"d"])
        var bytes: [UInt8] = []
        for row in rows { printer.append(row, to: &bytes) }
        printer.end(&bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test("A table is aligned, has a dash for NULL and obeys no control characters")
    func table() {
        let lines = text(.table).split(separator: "\n")
        #expect(
            lines == [
                "name       a,b    c\"d", "a \"b\", c   -7     -", "^[[31m\\n   0.5    00ff", "           -inf   x",
            ])
    }

    @Test("CSV quotes what needs it, and an empty text is not NULL")
    func csv() {
        #expect(
            text(.csv)
                == "name,\"a,b\",\"c\"\"d\"\r\n\"a \"\"b\"\", c\",-7,\r\n\"\u{1b}[31m\n\",0.5,00ff\r\n\"\",-inf,x\r\n")
        #expect(text(.csv, []) == "name,\"a,b\",\"c\"\"d\"\r\n")
    }

    @Test("JSON is one array, also without rows; NDJSON an object a line")
    func json() {
        let objects = [
            #"{"name":"a \"b\", c","a,b":-7,"c\"d":null}"#, #"{"name":"\u001b[31m\n","a,b":0.5,"c\"d":"00ff"}"#,
            #"{"name":"","a,b":-1e999,"c\"d":"x"}"#,
        ]
        #expect(text(.json) == "[" + objects.joined(separator: ",\n ") + "]\n")
        #expect(text(.json, []) == "[]\n")
        #expect(text(.ndjson) == objects.map { $0 + "\n" }.joined())
        #expect(text(.ndjson, []) == "")
    }
}
