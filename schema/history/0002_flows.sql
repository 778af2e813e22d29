-- flows-<first sequence>.sqlite, format 2: the flows of one period. Times are nanoseconds since 1970-01-01 UTC.

-- The zone map: one small row a block, so that a query skips blocks without touching their columns.
CREATE TABLE blocks (
    first_sequence INTEGER PRIMARY KEY,
    last_sequence  INTEGER NOT NULL,
    min_time_ns    INTEGER NOT NULL,
    max_time_ns    INTEGER NOT NULL,
    flow_count     INTEGER NOT NULL,
    -- Dropped flows in it: 0 none; 1 some, which a block of drops holds, too, as soon as one reaches so far; 2 so many
    -- that they are kept here alone.
    drops          INTEGER NOT NULL,
    -- Which verdicts, endpoints, ports… occur: `BlockSets`.
    sets           BLOB NOT NULL
) STRICT;

CREATE INDEX blocks_full_of_drops ON blocks (first_sequence) WHERE drops = 2;

-- A block in four parts that are read alone: `id` is first_sequence * 4 + the part's number in `BlockGroup`.
CREATE TABLE block_columns (
    id   INTEGER PRIMARY KEY,
    data BLOB NOT NULL
) STRICT;

-- The dropped flows of a stretch of blocks once more: from `first_sequence` to `last_sequence`.
CREATE TABLE drop_blocks (
    first_sequence INTEGER PRIMARY KEY,
    last_sequence  INTEGER NOT NULL,
    min_time_ns    INTEGER NOT NULL,
    max_time_ns    INTEGER NOT NULL,
    flow_count     INTEGER NOT NULL,
    drops          INTEGER NOT NULL,
    sets           BLOB NOT NULL
) STRICT;

CREATE TABLE drop_block_columns (
    id   INTEGER PRIMARY KEY,
    data BLOB NOT NULL
) STRICT;

-- What was committed since the last full block: one row a commit. All of it becomes part of the next block.
CREATE TABLE tail (
    first_sequence INTEGER PRIMARY KEY,
    last_sequence  INTEGER NOT NULL,
    min_time_ns    INTEGER NOT NULL,
    max_time_ns    INTEGER NOT NULL,
    flow_count     INTEGER NOT NULL,
    drops          INTEGER NOT NULL,
    sets           BLOB NOT NULL,
    -- The four parts, one after the other.
    data           BLOB NOT NULL
) STRICT;

-- Known gaps.
CREATE TABLE losses (
    id            INTEGER PRIMARY KEY,
    place         TEXT NOT NULL,
    lost_count    INTEGER NOT NULL,
    first_time_ns INTEGER NOT NULL,
    last_time_ns  INTEGER NOT NULL
) STRICT;
