import CAllocationCounter
import FlowCatalog
import FlowModel
import FlowWire
import SyntheticTraffic
import Testing

@Suite struct ProtobufAllocationTests {
    @Test("Writing a flow as protobuf allocates nothing, whatever the mask and however wide the traffic")
    func encoder() {
        let cluster = SyntheticCluster(pods: 100)
        let directory = SyntheticDirectory(cluster)
        let flows = directory.flows(cluster, count: 4_096)
        let context = FlowJSONContext(
            catalog: directory.catalog, nodeName: "node", version: "0", storeID: Array(repeating: 1, count: 16))
        var bytes: [UInt8] = []
        bytes.reserveCapacity(1 << 23)
        let podNames: FlowFieldMask = [EndpointFieldMask.podName.asSource, EndpointFieldMask.podName.asDestination]
        for mask in [FlowFieldMask.all, [.time, .verdict, podNames], .summary] {
            var encoder = FlowProtobufEncoder(context, mask: mask)
            for index in flows.indices { encoder.append(flows[index], to: &bytes) }
            bytes.removeAll(keepingCapacity: true)
            let before = allocation_counter_thread()
            for index in flows.indices { encoder.append(flows[index], to: &bytes) }
            #expect(allocation_counter_thread() - before < UInt(flows.count) / 1_000)
            bytes.removeAll(keepingCapacity: true)
        }
    }
}
