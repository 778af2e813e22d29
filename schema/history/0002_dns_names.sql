-- Names that the address of an endpoint outside of the cluster is known by.
ALTER TABLE endpoints ADD COLUMN dns_names TEXT NOT NULL DEFAULT '[]';  -- JSON: ["name", …]
