import Console
import FlowModel
import Testing

struct FormatTests {
    private let fixture = PrinterFixture()

    @Test("Compact puts the client of a reply on the left, and shows a drop without a direction")
    func compact() {
        let expected = """
            Mar 14 09:26:53.589: shop/cart-7c9d5f6b8d-x2x4q:41822 (ID:24601) <> data/ledger-0:5432 (ID:31415) \
            Policy denied DROPPED (TCP Flags: SYN)
            Mar 14 09:26:55.000: shop/cart-7c9d5f6b8d-x2x4q:52044 (ID:24601) <- 203.0.113.10:443 (world) \
            to-endpoint FORWARDED (TCP Flags: ACK, PSH)

            """
        #expect(fixture.text([fixture.drop, fixture.reply]) == expected)
        var request = fixture.reply
        request.attributes = [.ip, .layer4, .replyKnown]
        #expect(
            fixture.text([request]).contains("203.0.113.10:443 (world) -> shop/cart-7c9d5f6b8d-x2x4q:52044 (ID:24601)"))
    }

    @Test("Dict names each part on a line of its own, never swaps sides, and parts a flow from the one before")
    func dict() {
        let expected = """
              TIMESTAMP: Mar 14 09:26:55.000
                 SOURCE: 203.0.113.10:443
            DESTINATION: shop/cart-7c9d5f6b8d-x2x4q:52044
                   TYPE: to-endpoint
                VERDICT: FORWARDED
                SUMMARY: TCP Flags: ACK, PSH

            """
        #expect(fixture.text([fixture.reply], .dict) == expected)
        #expect(fixture.text([fixture.reply, fixture.reply], .dict) == expected + "------------\n" + expected)
    }

    @Test("A table's columns are as wide as their widest text and three spaces apart; it is shown at the end")
    func table() {
        let expected = """
            TIMESTAMP             SOURCE                             DESTINATION                        TYPE            VERDICT     SUMMARY
            Mar 14 09:26:53.589   shop/cart-7c9d5f6b8d-x2x4q:41822   data/ledger-0:5432                 Policy denied   DROPPED     TCP Flags: SYN
            Mar 14 09:26:55.000   203.0.113.10:443                   shop/cart-7c9d5f6b8d-x2x4q:52044   to-endpoint     FORWARDED   TCP Flags: ACK, PSH

            """
        #expect(fixture.text([fixture.drop, fixture.reply], .table, colour: true) == expected)
        var printer = FlowPrinter(format: .table, catalog: fixture.catalog)
        var buffer: [UInt8] = []
        printer.append(fixture.drop, to: &buffer)
        #expect(buffer.isEmpty)
    }

    @Test("json and jsonpb are the same lines")
    func json() {
        let line = fixture.text([fixture.drop], .json)
        #expect(line.hasPrefix(#"{"flow":{"time":"2026-03-14T09:26:53.589793238Z""#) && line.hasSuffix("}\n"))
        #expect(line.contains(#""node_name":"east/node-b""#))
        #expect(fixture.text([fixture.drop], .jsonpb) == line)
    }

    @Test("The node stands after the time, in its own line or in its own column")
    func node() {
        var options = PrinterOptions()
        options.showsNode = true
        #expect(fixture.text([fixture.drop], options: options).hasPrefix("Mar 14 09:26:53.589 [east/node-b]: shop/"))
        #expect(
            fixture.text([fixture.drop], .dict, options: options).contains("589\n       NODE: east/node-b\n     SOURCE")
        )
        #expect(
            fixture.text([fixture.drop], .table, options: options).hasPrefix(
                "TIMESTAMP             NODE          SOURCE "))
    }

    @Test("A gap is one line, with its interval if both ends are known, and does not widen a table")
    func lost() {
        var lost = LostEvent(
            place: .flowRing, count: 12, firstNanoseconds: 1_773_480_418_000_000_000,
            lastNanoseconds: 1_773_480_419_000_000_000)
        let line =
            "Mar 14 09:26:59.000 EVENTS LOST: HUBBLE_RING_BUFFER CPU(0) 12 "
            + "(first: Mar 14 09:26:58.000, last: Mar 14 09:26:59.000)\n"
        #expect(fixture.text([], lost: lost) == line)
        #expect(fixture.text([], .dict, lost: lost) == line)
        #expect(fixture.text([], .table, lost: lost).hasSuffix("   SUMMARY\n" + line))
        #expect(fixture.text([], .json, lost: lost).hasPrefix(#"{"lost_events":"#))
        lost.firstNanoseconds = 0
        #expect(fixture.text([], lost: lost) == "Mar 14 09:26:59.000 EVENTS LOST: HUBBLE_RING_BUFFER CPU(0) 12\n")
    }

    @Test("Times follow the layout that is asked for")
    func times() {
        let layouts: [(TimeLayout, String)] = [
            (.rfc3339, "2026-03-14T09:26:53Z"), (.rfc3339Milli, "2026-03-14T09:26:53.589Z"),
            (.rfc3339Micro, "2026-03-14T09:26:53.589793Z"), (.rfc3339Nano, "2026-03-14T09:26:53.589793238Z"),
        ]
        var options = PrinterOptions()
        for (layout, text) in layouts {
            options.time = layout
            #expect(fixture.text([fixture.drop], options: options).hasPrefix(text + ": "))
        }
        var flow = fixture.drop
        flow.timeNanoseconds = 1_772_323_200_000_000_000
        #expect(fixture.text([flow]).hasPrefix("Mar  1 00:00:00.000: "))
        flow.timeNanoseconds = 0
        #expect(fixture.text([flow]).hasPrefix("N/A: "))
    }
}
