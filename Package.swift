// swift-tools-version: 6.2
import PackageDescription

// The way of a flow, read downwards: values, owners of what the world gives, what is shared, stages, the question,
// edges, program. Imports point down only.

/// Of code that protoc wrote.
let generated: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("ExistentialAny"),
    .treatAllWarnings(as: .error),
]

let strict = generated + [.strictMemorySafety()]

func target(_ name: String, _ dependencies: [Target.Dependency] = [], plugins: [Target.PluginUsage]? = nil) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: strict, plugins: plugins)
}

func tests(
    _ name: String, _ dependencies: [Target.Dependency], exclude: [String] = [], plugins: [Target.PluginUsage]? = nil
) -> Target {
    .testTarget(
        name: name, dependencies: dependencies, exclude: exclude, swiftSettings: strict, plugins: plugins)
}

let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let nioEmbedded = Target.Dependency.product(name: "NIOEmbedded", package: "swift-nio")
let nioHTTP1 = Target.Dependency.product(name: "NIOHTTP1", package: "swift-nio")
let nioSSL = Target.Dependency.product(name: "NIOSSL", package: "swift-nio-ssl")
let nioTLS = Target.Dependency.product(name: "NIOTLS", package: "swift-nio")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")
let swiftProtobuf = Target.Dependency.product(name: "SwiftProtobuf", package: "swift-protobuf")
let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")

let package = Package(
    name: "apus",
    products: [.executable(name: "apus", targets: ["apus"])],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
        .package(url: "https://github.com/apple/swift-protobuf", from: "1.39.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    ],
    targets: [
        // C
        .target(name: "DatapathABI", path: "bpf/abi", publicHeadersPath: "include"),
        .target(name: "CLinux"),
        .systemLibrary(name: "CBPF", pkgConfig: "libbpf", providers: [.apt(["libbpf-dev", "libelf-dev"])]),
        .systemLibrary(name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
        .systemLibrary(name: "CNghttp2", pkgConfig: "libnghttp2", providers: [.apt(["libnghttp2-dev"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),

        // Values
        target("FlowModel"),

        // Owners
        target("SystemRuntime", ["CLinux"]),
        target("BPFRuntime", ["CBPF", "CLinux", "SystemRuntime"]),
        target("SQLiteRuntime", ["CSQLite"]),
        target("HTTP2Session", ["CNghttp2"]),
        target("ZlibRuntime", ["CZlib"]),

        // Shared
        target("FlowCatalog", ["FlowModel"]),
        target("FlowRing", ["SystemRuntime"]),
        target("FlowFilter", ["FlowModel", "FlowCatalog"]),
        target("FlowWire", ["FlowModel", "FlowCatalog"]),
        .target(name: "HubbleMessages", dependencies: [swiftProtobuf], swiftSettings: generated),
        target("CiliumEvents", ["DatapathABI"]),
        target("Manifests", [yams]),
        target("HTTPTransport", ["HTTP2Session", "ZlibRuntime", nioCore, nioPosix, nioHTTP1, nioSSL, nioTLS]),

        // Stages
        target(
            "Datapath", ["BPFRuntime", "DatapathABI", "FlowModel", "SystemRuntime"], plugins: ["CompileBPF"]),
        target("FlowCapture", ["BPFRuntime", "CiliumEvents", "DatapathABI", "FlowRing", "SystemRuntime"]),
        target("Directory", ["FlowModel", "FlowCatalog", "Manifests", "SystemRuntime"]),
        target("Policy", ["FlowModel", "FlowCatalog", "Manifests"]),
        target(
            "FlowEnrichment",
            ["DatapathABI", "Directory", "FlowModel", "FlowCatalog", "FlowRing", "SystemRuntime"]),
        target(
            "FlowHistory", ["FlowModel", "FlowCatalog", "SQLiteRuntime"], plugins: ["EmbedSchema"]),
        target("FlowMetrics", ["FlowModel", "FlowCatalog", "FlowFilter", "FlowWire", "SystemRuntime"]),

        // The question
        target("HistorySQL", ["FlowModel", "FlowCatalog", "FlowFilter", "FlowWire", "FlowHistory", "SQLiteRuntime"]),
        target("FlowObserver", ["FlowModel", "FlowCatalog", "FlowRing", "FlowFilter", "FlowHistory", "SystemRuntime"]),

        // Edges
        target(
            "FlowAPI",
            [
                "FlowModel", "FlowCatalog", "FlowFilter", "FlowWire", "FlowObserver", "HTTPTransport", nioCore,
                "FlowHistory", "FlowMetrics", "HubbleMessages", "SystemRuntime", "ZlibRuntime", nioPosix,
                swiftProtobuf,
            ], plugins: ["EmbedSchema"]),
        target("Console", ["FlowModel", "FlowCatalog", "FlowWire", "SQLiteRuntime"]),

        // Program
        target("Lab", ["Manifests", "SystemRuntime", "FlowModel"]),
        .executableTarget(
            name: "apus",
            dependencies: [
                "BPFRuntime", "Datapath", "DatapathABI", "FlowModel", "FlowCatalog", "SystemRuntime", "FlowRing",
                "FlowFilter", "FlowWire", "Manifests",
                "FlowCapture", "Directory", "Policy", "FlowEnrichment", "FlowHistory", "FlowMetrics", "FlowObserver",
                "FlowAPI", "Console", "HistorySQL", "SQLiteRuntime", "Lab", "HTTPTransport", argumentParser, logging,
                yams,
                nioPosix,
            ],
            swiftSettings: strict),

        // Build tools
        .plugin(name: "CompileBPF", capability: .buildTool(), path: "Sources/CompileBPF"),
        .plugin(name: "EmbedSchema", capability: .buildTool(), path: "Sources/EmbedSchema"),

        // Benchmarks, and what they share with tests
        .target(name: "CAllocationCounter", path: "Tests/AllocationCounter"),
        .target(name: "CPacketFlood", path: "Tests/PacketFlood"),
        .target(name: "CRingBaseline", dependencies: ["CBPF"], path: "Tests/RingBaseline"),
        .target(name: "FaultVFS", dependencies: ["CSQLite"], path: "Tests/FaultVFS"),
        .target(
            name: "HistoryFaults", dependencies: ["FaultVFS", "FlowCatalog", "FlowHistory", "FlowModel"],
            path: "Tests/HistoryFaults", swiftSettings: strict),
        .executableTarget(
            name: "HistoryVictim", dependencies: ["FlowCatalog", "FlowHistory", "HistoryFaults"],
            path: "Tests/HistoryVictim", swiftSettings: strict),
        .target(name: "ClientTools", path: "Tests/ClientTools", exclude: ["crowd.py"], swiftSettings: strict),
        .target(
            name: "PolicyScenarios", dependencies: ["FlowModel", "Manifests", "Policy"],
            path: "Tests/PolicyScenarios", swiftSettings: strict),
        .target(
            name: "SyntheticTraffic",
            dependencies: ["DatapathABI", "Directory", "FlowCatalog", "FlowEnrichment", "FlowModel", "Manifests"],
            path: "Tests/SyntheticTraffic", swiftSettings: strict),
        .executableTarget(
            name: "Benchmarks",
            dependencies: [
                "BPFRuntime", "CAllocationCounter", "ClientTools", "Console", "CPacketFlood", "CRingBaseline",
                "Datapath",
                "DatapathABI", "Directory", "FlowAPI",
                "FlowCapture", "FlowCatalog", "FlowEnrichment", "FlowFilter", "FlowHistory", "FlowMetrics", "FlowModel",
                "FlowObserver", "FlowRing", "FlowWire", "HistorySQL", "HTTPTransport", "HubbleMessages", "Manifests",
                "Policy",
                "SQLiteRuntime", "SyntheticTraffic", "SystemRuntime", nioPosix, swiftProtobuf,
            ],
            path: "Tests/Benchmarks", swiftSettings: strict, plugins: ["CompileBPF"]),

        // Tests
        tests(
            "AllocationTests",
            [
                "CAllocationCounter", "FlowCatalog", "FlowFilter", "FlowModel", "FlowRing", "FlowWire", "DatapathABI",
                "FlowEnrichment", "FlowMetrics", "SyntheticTraffic",
            ]),
        tests("FlowModelTests", ["FlowModel", "FlowCatalog"]),
        tests("FlowRingTests", ["FlowRing", "SystemRuntime"]),
        tests("FlowFilterTests", ["FlowModel", "FlowCatalog", "FlowFilter", "SyntheticTraffic"]),
        tests(
            "FlowWireTests",
            ["FlowModel", "FlowCatalog", "FlowWire", "HubbleMessages", "SyntheticTraffic", swiftProtobuf]),
        tests("ConsoleTests", ["FlowModel", "FlowCatalog", "FlowWire", "Console", "SQLiteRuntime"]),
        tests("ManifestsTests", ["Manifests"]),
        tests("DirectoryTests", ["FlowModel", "FlowCatalog", "Manifests", "Directory"]),
        tests("PolicyTests", ["FlowModel", "FlowCatalog", "Manifests", "Policy", "PolicyScenarios"]),
        tests("FlowHistoryTests", ["FlowModel", "FlowCatalog", "FlowHistory", "SQLiteRuntime"]),
        tests(
            "HistorySQLTests",
            [
                "FlowCatalog", "FlowHistory", "FlowModel", "FlowWire", "HistorySQL", "SQLiteRuntime",
                "SyntheticTraffic",
            ]),
        tests(
            "FaultTests",
            [
                "FlowCatalog", "FlowFilter", "FlowHistory", "FlowMetrics", "FlowModel", "FlowObserver", "FlowRing",
                "HistoryFaults", "HistoryVictim", "SQLiteRuntime", "apus",
            ]),
        tests("LabTests", ["FlowModel", "Lab", "Manifests", "SystemRuntime"]),
        tests(
            "HTTPTransportTests", ["ClientTools", "HTTPTransport", "HTTP2Session", nioCore, nioPosix],
            exclude: ["abuse.py"]),
        tests(
            "KernelTests",
            [
                "BPFRuntime", "Datapath", "DatapathABI", "FlowCapture", "FlowCatalog", "FlowModel", "FlowRing", "Lab",
                "Policy", "PolicyScenarios", "SystemRuntime",
            ]),
        tests(
            "CiliumEventsTests",
            [
                "BPFRuntime", "CBPF", "CiliumEvents", "DatapathABI", "Directory", "FlowCapture", "FlowCatalog",
                "FlowEnrichment", "FlowModel", "FlowRing", "FlowWire", "Manifests", "SystemRuntime",
            ],
            plugins: ["CompileBPF"]),
        tests(
            "FlowObserverTests",
            ["FlowModel", "FlowCatalog", "FlowFilter", "FlowHistory", "FlowObserver", "FlowRing", "SystemRuntime"]),
        tests(
            "FlowAPITests",
            [
                "ClientTools", "FlowAPI", "FlowCatalog", "FlowFilter", "FlowHistory", "FlowMetrics", "FlowModel",
                "FlowObserver",
                "FlowRing", "FlowWire", "HTTPTransport", "HubbleMessages", "SQLiteRuntime", "SyntheticTraffic",
                "ZlibRuntime",
                nioCore,
                nioEmbedded,
                nioPosix, yams,
            ],
            exclude: ["Clients/clients.py", "GRPC/client.py", "GRPC/stubs.py"]),
        tests(
            "FlowEnrichmentTests",
            ["DatapathABI", "Directory", "FlowModel", "FlowCatalog", "FlowEnrichment", "FlowRing", "Manifests"]),
        tests("FlowCaptureTests", ["DatapathABI", "FlowCapture", "FlowRing", "SystemRuntime"]),
        tests(
            "FlowMetricsTests",
            ["FlowCatalog", "FlowFilter", "FlowMetrics", "FlowModel", "FlowRing", "FlowWire", "SyntheticTraffic"]),
        tests(
            "EndToEndTests",
            [
                "BPFRuntime", "CAllocationCounter", "ClientTools", "CPacketFlood", "DatapathABI", "FlowAPI",
                "FlowCatalog",
                "FlowEnrichment", "FlowFilter", "FlowMetrics",
                "FlowModel", "FlowRing", "FlowWire", "Lab", "Manifests", "SyntheticTraffic", "SystemRuntime", "apus",
                logging,
            ],
            exclude: ["Golden", "schemathesis.toml", "sse_client.py", "udp_sender.py"], plugins: ["CompileBPF"]),
    ]
)
