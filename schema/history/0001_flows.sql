-- The history store, format 1. Times are nanoseconds since 1970-01-01 UTC.

CREATE TABLE meta (
    key   TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- The zone map: one small row a block, so that a query skips blocks without touching their payloads.
CREATE TABLE blocks (
    first_sequence INTEGER PRIMARY KEY,
    last_sequence  INTEGER NOT NULL,
    min_time_ns    INTEGER NOT NULL,
    max_time_ns    INTEGER NOT NULL,
    flow_count     INTEGER NOT NULL,
    -- Bit (raw value modulo 64) for each value that occurs.
    verdict_bits   INTEGER NOT NULL,
    kind_bits      INTEGER NOT NULL,
    payload_bytes  INTEGER NOT NULL
) STRICT;

CREATE TABLE block_payloads (
    first_sequence INTEGER PRIMARY KEY,
    payload        BLOB NOT NULL
) STRICT;

-- What was committed since the last full block: one row a commit. All of it becomes part of the next block.
CREATE TABLE tail (
    first_sequence INTEGER PRIMARY KEY,
    last_sequence  INTEGER NOT NULL,
    min_time_ns    INTEGER NOT NULL,
    max_time_ns    INTEGER NOT NULL,
    flow_count     INTEGER NOT NULL,
    verdict_bits   INTEGER NOT NULL,
    kind_bits      INTEGER NOT NULL,
    payload        BLOB NOT NULL
) STRICT;

-- The flow catalog. `id` is the index that flows hold; rows are only ever added.
CREATE TABLE endpoints (
    id           INTEGER PRIMARY KEY,
    endpoint_id  INTEGER NOT NULL,
    identity     INTEGER NOT NULL,
    cluster_name TEXT NOT NULL,
    namespace    TEXT NOT NULL,
    pod_name     TEXT NOT NULL,
    labels       TEXT NOT NULL,  -- JSON: ["source:key=value", …]
    workloads    TEXT NOT NULL   -- JSON: [["name", "kind"], …]
) STRICT;

CREATE TABLE services (
    id        INTEGER PRIMARY KEY,
    name      TEXT NOT NULL,
    namespace TEXT NOT NULL
) STRICT;

CREATE TABLE rules (
    id        INTEGER PRIMARY KEY,
    kind      TEXT NOT NULL,
    name      TEXT NOT NULL,
    namespace TEXT NOT NULL,
    direction INTEGER NOT NULL,
    is_deny   INTEGER NOT NULL,
    position  INTEGER NOT NULL,
    labels    TEXT NOT NULL
) STRICT;

CREATE TABLE names (
    id   INTEGER PRIMARY KEY,
    name TEXT NOT NULL
) STRICT;

-- Known gaps.
CREATE TABLE losses (
    id            INTEGER PRIMARY KEY,
    place         TEXT NOT NULL,
    lost_count    INTEGER NOT NULL,
    first_time_ns INTEGER NOT NULL,
    last_time_ns  INTEGER NOT NULL
) STRICT;

CREATE INDEX losses_by_time ON losses (last_time_ns);
