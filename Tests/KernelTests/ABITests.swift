import DatapathABI
import Testing

@Suite("Layouts that kernel and user space share")
struct ABITests {
    @Test("Swift sees each structure in the size that the kernel's compiler gives it")
    func sizes() {
        #expect(MemoryLayout<apus_address>.size == 16)
        #expect(MemoryLayout<apus_event>.size == 128)
        #expect(MemoryLayout<apus_event_counters>.size == 16)
        #expect(MemoryLayout<apus_ipcache_key>.size == 20)
        #expect(MemoryLayout<apus_ipcache_value>.size == 4)
        #expect(MemoryLayout<apus_endpoint>.size == 16)
        #expect(MemoryLayout<apus_policy_key>.size == 16)
        #expect(MemoryLayout<apus_policy_value>.size == 8)
        #expect(MemoryLayout<apus_settings>.size == 56)
    }

    @Test("Swift sees the event's fields where the kernel writes them")
    func offsets() {
        #expect(MemoryLayout<apus_event>.offset(of: \.time_ns) == 8)
        #expect(MemoryLayout<apus_event>.offset(of: \.source) == 16)
        #expect(MemoryLayout<apus_event>.offset(of: \.source_port) == 48)
        #expect(MemoryLayout<apus_event>.offset(of: \.source_identity) == 56)
        #expect(MemoryLayout<apus_event>.offset(of: \.bytes) == 80)
        #expect(MemoryLayout<apus_event>.offset(of: \.location) == 96)
        #expect(MemoryLayout<apus_event>.offset(of: \.interface) == 104)
        #expect(MemoryLayout<apus_event>.offset(of: \.packet_bytes) == 124)
    }
}
