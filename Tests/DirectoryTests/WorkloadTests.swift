import FlowModel
import Manifests
import Testing

@testable import Directory

@Suite struct WorkloadTests {
    @Test(
        "A pod's workload is what people know it by",
        arguments: [
            ("{kind: ReplicaSet, name: web-5d, controller: true}", "pod-template-hash: 5d", "Deployment/web"),
            ("{kind: ReplicaSet, name: web-5d, controller: true}", "", "ReplicaSet/web-5d"),
            ("{kind: ReplicaSet, name: web-5d, controller: true}", "pod-template-hash: 6e", "ReplicaSet/web-5d"),
            (
                "{kind: ReplicationController, name: web-1, controller: true}", "deploymentconfig: web",
                "DeploymentConfig/web"
            ),
            ("{kind: ReplicationController, name: web-1, controller: true}", "", "ReplicationController/web-1"),
            ("{kind: Job, name: backup-28912345, controller: true}", "", "CronJob/backup"),
            ("{kind: Job, name: backup-1234567, controller: true}", "", "Job/backup-1234567"),
            ("{kind: StatefulSet, name: db, controller: true}", "", "StatefulSet/db"),
            ("{kind: StatefulSet, name: db}", "", nil),
        ] as [(String, String, String?)])
    func derivation(owner: String, labels: String, expected: String?) throws {
        let text =
            "{apiVersion: v1, kind: Pod, metadata: {name: p, generateName: p-, labels: {\(labels)}, "
            + "ownerReferences: [\(owner)]}}"
        let document = try #require(manifests(text).documents.first)
        let workload = try PodObject(document).workload
        #expect(workload.map { "\($0.kind)/\($0.name)" } == expected)
    }

    @Test("A pod that was not generated has no workload")
    func bare() throws {
        let text =
            "{apiVersion: v1, kind: Pod, metadata: {name: p, "
            + "ownerReferences: [{kind: Node, name: n, controller: true}]}}"
        #expect(try PodObject(try #require(manifests(text).documents.first)).workload == nil)
    }
}
