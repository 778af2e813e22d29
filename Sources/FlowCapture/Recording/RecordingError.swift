package import SystemRuntime

/// Why a recorded file, or its rest, cannot be read. What comes before `offset` is good.
package struct RecordingError: Error, Hashable, Sendable {
    package enum Problem: Hashable, Sendable {
        case notARecording
        /// Written by a newer Apus; this one reads formats up to `known`.
        case newerFormat(found: UInt16, known: UInt16)
        /// The events have another layout.
        case otherEvents(version: UInt16, bytes: UInt16, known: UInt16)
        /// The events' integers have the other byte order.
        case otherByteOrder
        /// The file ends in the middle.
        case breaksOff(in: String)
        case damaged(String)
        /// Packets that begin with something that this program does not read.
        case unknownLinkType(UInt16, known: [UInt16])
        case system(SystemError)
    }

    package let path: String
    /// Where in the file, in bytes, what could not be read begins.
    package let offset: UInt64
    package let problem: Problem
}

extension RecordingError: CustomStringConvertible {
    package var description: String {
        switch problem {
        case .notARecording: "\(path) is neither a recording of Apus nor a capture of packets (pcap, pcapng)"
        case .newerFormat(let found, let known):
            "\(path) has format \(found), written by a newer Apus; this one reads up to format \(known)"
        case .otherEvents(let version, let bytes, let known):
            "\(path) holds events of version \(version) with \(bytes) bytes; this Apus reads version \(known) only"
        case .otherByteOrder: "\(path) was recorded on a machine of the other byte order"
        case .breaksOff(let place): "\(path) breaks off at byte \(offset), in \(place); all before it is good"
        case .damaged(let reason): "\(path) is damaged at byte \(offset): \(reason); all before it is good"
        case .unknownLinkType(let number, let known):
            "\(path) has packets of link type \(number) at byte \(offset); those that are read are \(known.map(String.init).joined(separator: ", "))"
        case .system(let error): "\(error)"
        }
    }
}
