import FlowCatalog
import FlowModel
import FlowWire
import Testing

struct TextTests {
    private let fixture = WireFixture()

    @Test("Quotes, backslashes and control characters in names are escaped, other text stays as it is")
    func escaping() {
        var flow = fixture.drop
        flow.sourceEndpoint = fixture.catalog.endpoints.intern(
            Endpoint(identity: Identity(rawValue: 24601), podName: "a\"b\\c\n\r\t\u{0}\u{1b}é<>&\u{2028}/"))
        let line = fixture.json(flow)
        #expect(line.contains(#""pod_name":"a\"b\\c\n\r\t\u0000\u001bé<>&"# + "\u{2028}/\"}"))
        #expect(line.utf8.filter { $0 == 10 }.count == 1)
    }

    @Test(
        "A time's fraction has 0, 3, 6 or 9 digits, as few as are exact",
        arguments: [
            (0, "53Z"), (100_000_000, "53.100Z"), (1_000, "53.000001Z"), (1, "53.000000001Z"),
            (999_999_999, "53.999999999Z"), (120_000_000, "53.120Z"), (120_300_000, "53.120300Z"),
        ])
    func fractions(nanoseconds: UInt64, ending: String) {
        var flow = fixture.drop
        flow.timeNanoseconds = 1_773_480_413_000_000_000 + nanoseconds
        #expect(fixture.json(flow).hasPrefix(#"{"flow":{"time":"2026-03-14T09:26:\#(ending)","#))
    }

    @Test("One encoder writes flows of changing seconds and sequences as fresh encoders do")
    func keptState() {
        var encoder = FlowJSONEncoder(fixture.context)
        let moments: [UInt64] = [
            0, 5, 1_000_000_000, 1_000_000_005, 3, 1_709_251_199_999_000_000, 1_709_251_200_000_000_000,
        ]
        for (index, moment) in moments.enumerated() {
            var flow = fixture.trace
            flow.timeNanoseconds = moment
            flow.sequence = [0, 1, 255, 256, 65_536, 3, .max][index]
            var buffer: [UInt8] = []
            encoder.append(flow, to: &buffer)
            #expect(String(decoding: buffer, as: UTF8.self) == fixture.json(flow))
        }
    }

    @Test("Dates follow the calendar over leap days and centuries")
    func calendar() {
        let days: [(UInt64, String)] = [
            (0, "1970-01-01"), (951_782_400, "2000-02-29"), (951_868_800, "2000-03-01"), (1_709_164_800, "2024-02-29"),
            (1_767_225_599, "2025-12-31"), (4_107_542_400, "2100-03-01"), (4_107_456_000, "2100-02-28"),
        ]
        for (second, date) in days {
            #expect(CivilTime(nanoseconds: second * 1_000_000_000).dateAndTime.hasPrefix(date))
        }
    }

    @Test("A flow's uuid is of version 8, differs by sequence and store, and is the same in every answer")
    func uuid() {
        func uuid(_ sequence: UInt64, _ store: [UInt8]) -> String {
            var flow = fixture.drop
            flow.sequence = sequence
            let context = FlowJSONContext(catalog: fixture.catalog, nodeName: "n", version: "1", storeID: store)
            var encoder = FlowJSONEncoder(context)
            var buffer: [UInt8] = []
            encoder.append(flow, to: &buffer)
            return String(String(decoding: buffer, as: UTF8.self).split(separator: "\"")[9])
        }
        let store = [UInt8](repeating: 0xff, count: 8) + [UInt8](repeating: 0, count: 8)
        #expect(uuid(1, store) == "ffffffff-ffff-8fff-8000-000000000001")
        #expect(uuid(0x3fff_ffff_ffff_ffff, store) == "ffffffff-ffff-8fff-bfff-ffffffffffff")
        #expect(uuid(1, store) != uuid(257, store))
        #expect(uuid(1, store) != uuid(1, store.dropLast() + [1]))
    }

    @Test("Addresses are written as IPAddress describes itself")
    func addresses() {
        let texts = [
            "0.0.0.0", "255.255.255.255", "10.0.100.9", "::", "::1", "1::", "fe80::1:0:0:1", "2001:db8::1:0:0:1",
            "1:0:2:0:3:0:4:0", "0:1::", "abcd:ef01:2345:6789:abcd:ef01:2345:6789", "1:2:3:4:5:6:7::", "::2:3:4:5:6:7:8",
        ]
        for text in texts {
            var flow = fixture.drop
            flow.source = IPAddress(text)!
            #expect(fixture.json(flow).contains(#""IP":{"source":"\#(flow.source)","#))
        }
    }

    @Test(
        "ICMP summaries name type and code",
        arguments: [
            (8, 0, "ICMPv4 EchoRequest"), (8, 3, "ICMPv4 EchoRequest(Code: 3)"),
            (3, 0, "ICMPv4 DestinationUnreachable(Net)"),
            (3, 16, "ICMPv4 DestinationUnreachable(Code: 16)"), (77, 5, "ICMPv4 77(5)"),
            (11, 0, "ICMPv4 TimeExceeded(TTLExceeded)"),
        ])
    func icmp(type: UInt8, code: UInt8, summary: String) {
        var flow = fixture.drop
        flow.ipProtocol = .icmp
        (flow.icmpType, flow.icmpCode) = (type, code)
        #expect(FlowSummary.text(flow) == summary)
    }

    @Test("TCP flags stand in the summary's own order")
    func tcpFlags() {
        var flow = fixture.drop
        flow.tcpFlags = TCPFlags(rawValue: 0xff)
        #expect(FlowSummary.text(flow) == "TCP Flags: SYN, ACK, RST, FIN, PSH, URG, ECE, CWR")
    }

    @Test("Kernel reasons without a true counterpart are unknown to Hubble's clients")
    func nearestReasons() {
        #expect(NearestDropReason.ofKernelReason("NO_SOCKET").name == "SOCKET_LOOKUP_FAILED")
        #expect(NearestDropReason.ofKernelReason("IP_RPFILTER").name == "INVALID_SOURCE_IP")
        #expect(NearestDropReason.ofKernelReason("UNHANDLED_PROTO").name == "UNSUPPORTED_L3_PROTOCOL")
        for name in ["NETFILTER_DROP", "QDISC_DROP", "SOCKET_FILTER", "", "NO_SUCH_REASON"] {
            #expect(NearestDropReason.ofKernelReason(name) == .unknown)
        }
    }
}
