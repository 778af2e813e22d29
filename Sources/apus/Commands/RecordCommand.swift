import ArgumentParser
import BPFRuntime
import Datapath
import FlowHistory
import FlowModel
import Foundation
import SystemRuntime

struct RecordCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "record",
        abstract: "Write what the kernel tells to a file, for `apus replay`.",
        discussion: """
            The file holds events as they come from the kernel, before they are given names: 128 bytes each, and the names of
            this kernel's drop reasons and functions. No policy is applied meanwhile. An existing file is refused.
            """)

    @Argument(help: "The file to create.")
    var file: String

    @Option(help: ArgumentHelp("How long to record; until Ctrl-C if left out.", valueName: "time"))
    var duration: DurationArgument?

    @Option(
        help: ArgumentHelp(
            "An interface to watch: NAME for an uplink of the host, NAME=NAMESPACE/POD for the node's end of a pod's veth.",
            valueName: "name[=pod]"))
    var interface: [InterfaceArgument] = []

    @Option(help: "Name of this node; the host's name if left out.")
    var nodeName: String?

    @Flag(help: "Leave kernel drops out.")
    var noKernelDrops = false

    @OptionGroup var capture: CaptureOptions

    func validate() throws {
        if noKernelDrops && interface.isEmpty {
            throw ValidationError("--no-kernel-drops without --interface leaves nothing to record")
        }
    }

    func run() async throws {
        let stop = StopSignal()
        do {
            try KernelSupport.check()
            let recorder = try Recorder(path: file, settings(), interface.map { try $0.resolved() }) { stop.trigger() }
            StandardStream.error.say("recording to \(file)")
            let timer = Task { [duration] in
                guard let duration = duration?.duration else { return }
                try await Task.sleep(for: duration)
                stop.trigger()
            }
            await stop.wait()
            timer.cancel()
            let account = try recorder.stop()
            StandardStream.error.say("recorded \(account.recorded) events, lost \(account.lost)")
        } catch let failure as CommandFailure {
            throw failure
        } catch {
            throw CommandFailure.failed("\(error)")
        }
    }

    private func settings() throws -> ServerSettings {
        var settings = ServerSettings(
            history: .init(directory: ""), listen: [], nodeName: nodeName ?? ProcessInfo.processInfo.hostName)
        capture.apply(to: &settings)
        settings.datapath.kernelDrops = !noKernelDrops
        settings.nodeAddresses = try NetworkInterfaces.addresses().compactMap { IPAddress($0) }
        return settings
    }
}
