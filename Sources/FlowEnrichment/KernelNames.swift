internal import DatapathABI
internal import FlowCatalog
internal import FlowModel

/// Names of what kernel drops speak of: reasons, functions, interfaces. Each is looked up once and then known by index.
struct KernelNames: Sendable {
    private let catalog: FlowCatalog
    private let reasonNames: [UInt32: String]
    private let symbols: KernelSymbols
    private var reasons = IndexCache(capacity: 1_024)
    private var functions = IndexCache(capacity: 1_024)
    private var interfaces = IndexCache(capacity: 4_096)
    private var hubbleReasons: [UInt32: DropReason] = [:]

    init(catalog: FlowCatalog, reasonNames: [UInt32: String], symbols: KernelSymbols) {
        self.catalog = catalog
        self.reasonNames = reasonNames
        self.symbols = symbols
        hubbleReasons = reasonNames.mapValues(NearestDropReason.ofKernelReason)
    }

    /// `NO_SOCKET`; the number of a reason that the kernel's type information does not name.
    mutating func reason(_ number: UInt32) -> UInt32 {
        let key = UInt64(number) + 1
        if let index = reasons.find(key) { return index }
        let index = catalog.names.intern(reasonNames[number] ?? "REASON_\(number)")
        reasons.insert(index, for: key)
        return index
    }

    func hubbleReason(_ number: UInt32) -> DropReason { hubbleReasons[number] ?? .unknown }

    mutating func function(_ address: UInt64) -> UInt32 {
        guard address != 0 else { return 0 }
        if let index = functions.find(address) { return index }
        let index = symbols.function(at: address).map(catalog.names.intern) ?? 0
        functions.insert(index, for: address)
        return index
    }

    mutating func interface(of event: apus_event) -> UInt32 {
        let isKernelDrop = UInt32(event.type) == APUS_EVENT_KERNEL_DROP.rawValue
        let key = (isKernelDrop ? UInt64(event.namespace_or_policy) << 32 : 0) | UInt64(event.ifindex)
        guard key != 0 else { return 0 }
        if let index = interfaces.find(key) { return index }
        let name = unsafe withUnsafeBytes(of: event.interface) { bytes in
            unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
        let index = catalog.names.intern(name)
        interfaces.insert(index, for: key)
        return index
    }

    /// Interfaces at which Apus' programs are attached, by number; their events carry no name.
    mutating func register(interfaces names: [UInt32: String]) {
        for (number, name) in names { interfaces.insert(catalog.names.intern(name), for: UInt64(number)) }
    }
}
