/// What an ICMP message is called.
package enum ICMPText {
    /// `EchoRequest`, `DestinationUnreachable(Port)`: as the summary has it, without the protocol.
    package static func message(type: UInt8, code: UInt8, isVersion6: Bool) -> String {
        let text = (isVersion6 ? ICMPNames.v6 : .v4).text(type: type, code: code)
        return String(text.drop { $0 != " " }.dropFirst())
    }
}
