internal import FlowCatalog
internal import FlowModel

/// `drop`: what has the verdict DROPPED.
struct Drops: FlowCounting {
    init(_ settings: MetricSettings, _ catalog: FlowCatalog) {}

    static func layouts(_ settings: MetricSettings) -> [TableLayout] {
        let family = MetricFamily("hubble_drop_total", .counter, "Dropped flows by Hubble's reason and protocol.")
        let reasons = (0..<UInt16(1 << FlowWord.reason.width)).map { DropReason(rawValue: $0).name ?? "\($0)" }
        return [TableLayout(family, [ProtocolLabel.label, .listed("reason", FlowWord.reason, reasons)])]
    }

    private static let labels = FlowWord.protocolLabel.mask | FlowWord.reason.mask

    var fields: FlowFields { FlowFields(always: Self.labels | FlowWord.verdict.mask) }

    mutating func collect(_ batch: Span<Tally>, into keys: inout KeyBatch) {
        let labels = Self.labels
        keys.collect(batch) { $0.word.has(.dropped) ? $0.word.only(labels) : KeyBatch.none }
    }
}

/// `kernel-drop`: what the kernel itself dropped, by its own reason.
struct KernelDrops: FlowCounting {
    private(set) var texts = [LabelTexts("reason", limit: 4_095)]
    /// Number of the text by index in the catalog's names, + 1; 0: not asked yet.
    private var numbers: [UInt32] = []
    private let names: CatalogTable<String>

    init(_ settings: MetricSettings, _ catalog: FlowCatalog) { names = catalog.names }

    static func layouts(_ settings: MetricSettings) -> [TableLayout] {
        let family = MetricFamily(
            "apus_kernel_drop_total", .counter, "Drops by the kernel itself, by the running kernel's own reason.")
        return [TableLayout(family, [OwnLabel("reason", shift: 0, bits: 12, .texts(0))])]
    }

    var fields: FlowFields {
        FlowFields(always: FlowWord.kernelDrop.mask | FlowWord.verdict.mask, details: FlowDetail.cause)
    }

    mutating func collect(_ batch: Span<Tally>, into keys: inout KeyBatch) {
        keys.collect(batch) { tally in
            tally.word.isDenied && tally.word.isKernelDrop ? number(tally.detail.cause) : KeyBatch.none
        }
    }

    @inline(never)
    private mutating func number(_ name: UInt32) -> UInt64 {
        numbers.remembered(name) { names[name].map { texts[0].number($0) } }
    }
}

extension [UInt32] {
    /// What was found for an index of the catalog, each asked for once. Kept as one more.
    ///
    /// - Parameter find: nil: the catalog does not have the index yet, and is asked again; 0 stands for it meanwhile.
    mutating func remembered(_ index: UInt32, _ find: () -> UInt64?) -> UInt64 {
        let place = Int(index)
        if place < count, self[place] != 0 { return UInt64(self[place] - 1) }
        guard let number = find() else { return 0 }
        if place >= count { append(contentsOf: repeatElement(0, count: place + 1 - count)) }
        self[place] = UInt32(number) + 1
        return number
    }
}
