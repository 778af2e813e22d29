/// What one load of manifests may cost at most. A text node takes about 100 bytes.
package enum ManifestLimits {
    /// Size of one file; 16 MiB hold about 10,000 pods.
    package static let fileBytes = 16 << 20
    /// Nodes of one document after aliases have been replaced by what they stand for (100 MB).
    package static let nodesPerDocument = 1_000_000
    /// Levels of maps and lists within each other. Kubernetes' own objects stay below 20.
    package static let nesting = 64
    /// Levels of folders below the one that was named.
    package static let folderDepth = 16
}
