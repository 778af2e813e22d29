import FlowModel

// Members of JSON objects. Each is followed by a comma, the last of which `closeObject` takes for the object's end. A
// member that Hubble leaves out at zero is left out.

/// For what is rendered once.
extension [UInt8] {
    mutating func append(member name: String, literal value: String) { append(text: "\"\(name)\":\(value),") }

    mutating func append(member name: String, nonZero value: UInt64) {
        if value != 0 { append(member: name, literal: "\(value)") }
    }

    mutating func append(member name: String, nonEmpty value: String) {
        if value.isEmpty { return }
        append(text: "\"\(name)\":")
        append(jsonString: value)
        append(UInt8(ascii: ","))
    }

    mutating func append(member name: String, nonEmpty values: [String]) {
        if !values.isEmpty { append(member: name, array: values) { $0.append(jsonString: $1) } }
    }

    /// An enumeration's value by name; a number without a name as it is.
    mutating func append(member name: String, _ value: some RawRepresentable<UInt8>, _ names: [String]) {
        let number = Int(value.rawValue)
        append(member: name, literal: number < names.count ? "\"\(names[number])\"" : "\(number)")
    }

    mutating func append(workloads: [Workload]) {
        if workloads.isEmpty { return }
        append(member: "workloads", array: workloads) { json, workload in
            json.append(UInt8(ascii: "{"))
            json.append(member: "name", nonEmpty: workload.name)
            json.append(member: "kind", nonEmpty: workload.kind)
            json.closeObject()
        }
    }

    mutating func closeObject() { replaceComma("}") }

    mutating func append<Item>(
        member name: String, array elements: [Item], _ render: (inout [UInt8], Item) -> Void
    ) {
        append(text: "\"\(name)\":[")
        for element in elements {
            render(&self, element)
            append(UInt8(ascii: ","))
        }
        replaceComma("]")
        append(UInt8(ascii: ","))
    }

    private mutating func replaceComma(_ end: Unicode.Scalar) {
        if last == UInt8(ascii: ",") { removeLast() }
        append(UInt8(ascii: end))
    }

    /// With its quotes.
    package mutating func append(jsonString text: String) {
        append(UInt8(ascii: "\""))
        append(jsonEscaped: text)
        append(UInt8(ascii: "\""))
    }
}

/// For what differs from line to line.
extension ByteWriter {
    /// - Parameter key: with its quotes and the colon.
    @inline(__always)
    mutating func write(_ key: StaticString, nonZero value: some FixedWidthInteger & UnsignedInteger) {
        if value == 0 { return }
        write(key)
        write(decimal: UInt64(value))
        write(UInt8(ascii: ","))
    }

    @inline(__always)
    mutating func closeObject() {
        if last == UInt8(ascii: ",") { remove(1) }
        write("},")
    }
}
