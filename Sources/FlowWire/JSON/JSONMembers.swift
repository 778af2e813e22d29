import FlowModel

// Members of JSON objects, for what is rendered once. A member that Hubble leaves out at zero is left out.
extension [UInt8] {
    /// `"name":`, after a comma unless it is the object's first.
    mutating func append(key name: String) {
        if last != UInt8(ascii: "{") { append(UInt8(ascii: ",")) }
        append(UInt8(ascii: "\""))
        append(text: name)
        append(text: "\":")
    }

    mutating func append(member name: String, literal value: String) {
        append(key: name)
        append(text: value)
    }

    mutating func append(member name: String, nonZero value: UInt64) {
        if value == 0 { return }
        append(key: name)
        append(decimal: value)
    }

    mutating func append(member name: String, nonEmpty value: String) {
        if value.isEmpty { return }
        append(key: name)
        append(jsonString: value)
    }

    mutating func append(member name: String, nonEmpty values: [String]) {
        if values.isEmpty { return }
        append(key: name)
        for (index, value) in values.enumerated() {
            append(UInt8(ascii: index == 0 ? "[" : ","))
            append(jsonString: value)
        }
        append(UInt8(ascii: "]"))
    }

    mutating func append(workloads: [Workload]) {
        append(key: "workloads")
        for (index, workload) in workloads.enumerated() {
            append(text: index == 0 ? "[{" : ",{")
            append(member: "name", nonEmpty: workload.name)
            append(member: "kind", nonEmpty: workload.kind)
            append(UInt8(ascii: "}"))
        }
        append(UInt8(ascii: "]"))
    }

    mutating func append(jsonString text: String) {
        append(UInt8(ascii: "\""))
        append(jsonEscaped: text)
        append(UInt8(ascii: "\""))
    }
}
