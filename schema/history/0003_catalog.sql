-- history.sqlite, format 3: what is known once for the whole store. Times are nanoseconds since 1970-01-01 UTC.
-- `checksum` is of the table's name and of all other columns of its row, in their order: `RowChecksum`.

CREATE TABLE meta (
    key      TEXT PRIMARY KEY,
    value    TEXT NOT NULL,
    checksum INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- The flow catalog. `id` is the index that flows hold, from 1; rows are added before the flows that use them, and deleted
-- when no partition's sets have them any more. Deleted ids are in `meta`, as `pruned_endpoints` = '1-40 42 50-60' and so
-- on; one that is missing and not told there is damage. None is given again.
CREATE TABLE endpoints (
    id           INTEGER PRIMARY KEY,
    endpoint_id  INTEGER NOT NULL,
    identity     INTEGER NOT NULL,
    cluster_name TEXT NOT NULL,
    namespace    TEXT NOT NULL,
    pod_name     TEXT NOT NULL,
    labels       TEXT NOT NULL,  -- JSON: ["source:key=value", …]
    workloads    TEXT NOT NULL,  -- JSON: [["name", "kind"], …]
    dns_names    TEXT NOT NULL,  -- JSON: ["name", …], of an address outside of the cluster
    checksum     INTEGER NOT NULL
) STRICT;

CREATE TABLE services (
    id        INTEGER PRIMARY KEY,
    name      TEXT NOT NULL,
    namespace TEXT NOT NULL,
    checksum  INTEGER NOT NULL
) STRICT;

CREATE TABLE rules (
    id        INTEGER PRIMARY KEY,
    kind      TEXT NOT NULL,
    name      TEXT NOT NULL,
    namespace TEXT NOT NULL,
    direction INTEGER NOT NULL,
    is_deny   INTEGER NOT NULL,
    position  INTEGER NOT NULL,
    labels    TEXT NOT NULL,
    checksum  INTEGER NOT NULL
) STRICT;

CREATE TABLE names (
    id       INTEGER PRIMARY KEY,
    name     TEXT NOT NULL,
    checksum INTEGER NOT NULL
) STRICT;

-- What a query needs to pass over a whole partition unopened. Written when the partition is sealed; a file of flows
-- without a row here is opened and asked, and a row without its file means nothing.
CREATE TABLE partitions (
    first_sequence   INTEGER PRIMARY KEY,
    last_sequence    INTEGER NOT NULL,
    min_time_ns      INTEGER NOT NULL,
    max_time_ns      INTEGER NOT NULL,
    flow_count       INTEGER NOT NULL,
    block_count      INTEGER NOT NULL,
    -- Of its known gaps; NULL for none.
    loss_min_time_ns INTEGER,
    loss_max_time_ns INTEGER,
    sets             BLOB NOT NULL,
    checksum         INTEGER NOT NULL
) STRICT;
