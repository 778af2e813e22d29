import FlowHistory
import FlowModel
import SQLiteRuntime

// The tables beside `flows`.
extension ListTable {
    static func all(_ store: FlowStore) -> [ListTable] {
        [endpoints(store.texts), services(store.texts), rules(store.texts), losses(store), partitions(store)]
    }

    private static func endpoints(_ texts: FlowTexts) -> ListTable {
        ListTable(
            "endpoints", firstNumber: 1,
            [
                VirtualColumn("id", .integer), VirtualColumn("endpoint_id", .integer),
                VirtualColumn("identity", .integer), VirtualColumn("cluster", .text), VirtualColumn("namespace", .text),
                VirtualColumn("pod", .text), VirtualColumn("workload", .text), VirtualColumn("workload_kind", .text),
                VirtualColumn("labels", .text), VirtualColumn("dns", .text),
            ]
        ) { () throws(VirtualTableError) in
            texts.endpoints.enumerated().dropFirst().map { index, endpoint in
                [
                    .integer(Int64(index)), endpoint.id == 0 ? .null : .integer(Int64(endpoint.id)),
                    endpoint.identity == .unknown ? .null : .integer(Int64(endpoint.identity.rawValue)),
                    SQLValue(known: endpoint.clusterName), SQLValue(known: endpoint.namespace),
                    SQLValue(known: endpoint.podName), SQLValue(known: endpoint.workloads.first?.name),
                    SQLValue(known: endpoint.workloads.first?.kind), SQLValue(known: texts.labels(UInt32(index))),
                    SQLValue(known: texts.domains(UInt32(index))),
                ]
            }
        }
    }

    private static func services(_ texts: FlowTexts) -> ListTable {
        ListTable(
            "services", firstNumber: 1,
            [VirtualColumn("id", .integer), VirtualColumn("name", .text), VirtualColumn("namespace", .text)]
        ) { () throws(VirtualTableError) in
            texts.services.enumerated().dropFirst().map { index, service in
                [.integer(Int64(index)), SQLValue(known: service.name), SQLValue(known: service.namespace)]
            }
        }
    }

    private static func rules(_ texts: FlowTexts) -> ListTable {
        ListTable(
            "rules", firstNumber: 1,
            [
                VirtualColumn("id", .integer), VirtualColumn("kind", .text), VirtualColumn("name", .text),
                VirtualColumn("namespace", .text), VirtualColumn("direction", .text),
                VirtualColumn("is_deny", .integer), VirtualColumn("position", .integer),
                VirtualColumn("labels", .text),
            ]
        ) { () throws(VirtualTableError) in
            texts.rules.enumerated().dropFirst().filter { $0.element.defaultDeny == nil }.map { index, rule in
                [
                    .integer(Int64(index)), SQLValue(known: rule.kind), SQLValue(known: rule.name),
                    SQLValue(known: rule.namespace),
                    rule.direction == .unknown ? .null : .text(rule.direction.name), .integer(rule.isDeny ? 1 : 0),
                    .integer(Int64(rule.index)), rule.labels.isEmpty ? .null : .text(rule.labels.jsonArray),
                ]
            }
        }
    }

    private static func losses(_ store: FlowStore) -> ListTable {
        ListTable(
            "losses",
            [VirtualColumn("place", .text), VirtualColumn("flows", .integer)] + interval("first") + interval("last")
        ) { () throws(VirtualTableError) in
            do throws(HistoryError) {
                return try store.losses().map { loss in
                    [.text(loss.place.rawValue), .integer(Int64(clamping: loss.count))]
                        + store.texts.moment(loss.firstNanoseconds) + store.texts.moment(loss.lastNanoseconds)
                }
            } catch {
                throw VirtualTableError("\(error)")
            }
        }
    }

    private static func partitions(_ store: FlowStore) -> ListTable {
        ListTable(
            "partitions",
            [VirtualColumn("first_sequence", .integer), VirtualColumn("last_sequence", .integer)]
                + interval("first") + interval("last")
                + [VirtualColumn("flows", .integer), VirtualColumn("bytes", .integer)]
        ) { () throws(VirtualTableError) in
            store.periods.map { period in
                [
                    .integer(Int64(clamping: period.sequences.lowerBound)),
                    .integer(Int64(clamping: period.sequences.upperBound)),
                ] + store.texts.moment(period.times.lowerBound) + store.texts.moment(period.times.upperBound)
                    + [.integer(Int64(clamping: period.flows)), .integer(Int64(clamping: period.bytes))]
            }
        }
    }

    /// A moment as text and as number.
    private static func interval(_ name: String) -> [VirtualColumn] {
        [
            VirtualColumn("\(name)_time", .text, textOrder: MomentOrder.name),
            VirtualColumn("\(name)_time_ns", .integer),
        ]
    }
}

extension SQLValue {
    /// NULL for nothing.
    fileprivate init(known text: String?) { self = text?.nonEmpty.map { .text($0) } ?? .null }
}

extension FlowTexts {
    fileprivate func moment(_ nanoseconds: UInt64) -> [SQLValue] {
        [.text(time(nanoseconds)), .integer(Int64(clamping: nanoseconds))]
    }
}
