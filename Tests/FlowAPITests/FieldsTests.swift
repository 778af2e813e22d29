import HTTPTransport
import NIOCore
import Testing

@Suite("The fields of an answer")
struct FieldsTests {
    @Test("fields names what a line holds, in one parameter or in several")
    func known() throws {
        let served = Served(ringCapacity: 64)
        served.make(1)
        let line = """
            {"flow":{"verdict":"FORWARDED","l4":{"TCP":{"destination_port":1,"flags":{}}}}}

            """
        for query in [[("fields", "verdict,l4.TCP")], [("fields", "l4.TCP"), ("fields", "verdict")]] {
            let answer = try served.follow([("last", "1")] + query)
            answer.drain()
            #expect(answer.text == line)
        }
    }

    @Test("A path that is no field is refused with the path, the part that is wrong and what there is")
    func unknown() throws {
        let served = Served(ringCapacity: 64)
        let answer = served.ask([("last", "1"), ("fields", "verdict,source.nickname")])
        guard case .full(400, _, let body) = answer else {
            Issue.record("answered with \(answer)")
            return
        }
        let text = String(buffer: body)
        #expect(text.contains(#""parameter":"fields""#))
        #expect(text.contains("source.nickname"))
        #expect(text.contains(#"\"nickname\" is no field"#))
        #expect(text.contains("pod_name"))
    }
}
