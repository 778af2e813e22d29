// swift-tools-version: 6.2
import PackageDescription

// The rings and their tests once more, and nothing else, so that `make test` can build them with ThreadSanitizer in
// seconds: a sanitizer belongs to a whole build, and the whole of Apus takes minutes. Sources are links to the real ones.
// A release build: in a debug build `Span` reads inside the standard library, where the sanitizer does not look.

let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .strictMemorySafety(),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("ExistentialAny"),
    .treatAllWarnings(as: .error),
]

let package = Package(
    name: "apus-thread-sanitizer",
    targets: [
        .target(name: "CLinux"),
        .target(name: "SystemRuntime", dependencies: ["CLinux"], swiftSettings: strict),
        .target(name: "FlowRing", dependencies: ["SystemRuntime"], swiftSettings: strict),
        // The model has one thread; there is nothing for the sanitizer to see.
        .testTarget(
            name: "FlowRingTests", dependencies: ["FlowRing", "SystemRuntime"], exclude: ["Model"],
            swiftSettings: strict),
        .testTarget(name: "ThreadSanitizerTests", dependencies: ["SystemRuntime"], swiftSettings: strict),
    ]
)
