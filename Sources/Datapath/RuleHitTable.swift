package import BPFRuntime
internal import DatapathABI
internal import Synchronization

/// How often each rule that is in force decided, out of the kernel's per-CPU counts. Any thread may read.
package final class RuleHitTable: Sendable {
    private struct Slots: Sendable {
        /// By rule: index into the kernel's array, and how many policies have the rule.
        var inUse: [UInt32: (slot: UInt16, policies: Int)] = [:]
        var free: [UInt16] = []
        var next: Int = 1
    }

    private let map: BPFMap
    private let slots = Mutex(Slots())

    init(_ map: consuming BPFMap) { self.map = map }

    /// - Returns: the rules' indices. A rule for which there is no room has none, and is counted among the others.
    func claim(_ rules: Set<UInt32>) throws(DatapathError) -> [UInt32: UInt16] {
        var claimed: [UInt32: UInt16] = [:]
        for rule in rules {
            let slot = slots.withLock { slots -> (number: UInt16, isNew: Bool)? in
                if let known = slots.inUse[rule] {
                    slots.inUse[rule] = (known.slot, known.policies + 1)
                    return (known.slot, false)
                }
                guard let slot = slots.free.popLast() ?? Self.next(&slots, map.capacity) else { return nil }
                slots.inUse[rule] = (slot, 1)
                return (slot, true)
            }
            guard let slot else { continue }
            claimed[rule] = slot.number
            if slot.isNew {
                do { try map.updatePerCPU(UInt32(slot.number), to: 0) } catch {
                    release(claimed.keys)
                    throw .bpf(error)
                }
            }
        }
        return claimed
    }

    private static func next(_ slots: inout Slots, _ capacity: Int) -> UInt16? {
        guard slots.next < min(capacity, Int(UInt16.max)) else { return nil }
        defer { slots.next += 1 }
        return UInt16(slots.next)
    }

    /// - Parameter rules: that were claimed.
    func release(_ rules: some Sequence<UInt32>) {
        slots.withLock { slots in
            for rule in rules {
                guard let known = slots.inUse[rule] else { continue }
                if known.policies > 1 {
                    slots.inUse[rule] = (known.slot, known.policies - 1)
                } else {
                    slots.inUse[rule] = nil
                    slots.free.append(known.slot)
                }
            }
        }
    }

    /// Packets that began a connection, or were dropped, by the rule that decided (its index in `FlowCatalog.rules`), since
    /// the rule is in force. One system call a rule.
    package func read() throws(BPFError) -> [UInt32: UInt64] {
        var counts: [UInt32: UInt64] = [:]
        let indices = slots.withLock { $0.inUse.mapValues(\.slot) }
        for (rule, slot) in indices {
            counts[rule] = try map.lookupPerCPU(UInt32(slot), as: UInt64.self).reduce(0, &+)
        }
        return counts
    }
}
