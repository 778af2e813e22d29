-- flows-<first sequence>.sqlite, format 3: the flows of one period. Times are nanoseconds since 1970-01-01 UTC.
-- `checksum` is of the table's name and of all columns before it, in their order: `RowChecksum`.

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
    -- The last flow of the row before it (0: there is none), and the flows of all rows before it: who reads row by row
    -- misses one that damage hides.
    previous_last  INTEGER NOT NULL,
    flows_before   INTEGER NOT NULL,
    -- Which verdicts, endpoints, ports… occur: `BlockSets`.
    sets           BLOB NOT NULL,
    checksum       INTEGER NOT NULL
) STRICT;

-- A block in four parts that are read alone: `id` is first_sequence * 4 + the part's number in `BlockGroup`. Each has
-- its own checksum, and says whose part it is.
CREATE TABLE block_columns (
    id   INTEGER PRIMARY KEY,
    data BLOB NOT NULL
) STRICT;

-- The dropped flows of a stretch of blocks once more: from `first_sequence` to `last_sequence`. Where `drops` is 2, it
-- is one block that keeps its drops alone, in `block_columns`.
CREATE TABLE drop_blocks (
    first_sequence INTEGER PRIMARY KEY,
    last_sequence  INTEGER NOT NULL,
    min_time_ns    INTEGER NOT NULL,
    max_time_ns    INTEGER NOT NULL,
    flow_count     INTEGER NOT NULL,
    drops          INTEGER NOT NULL,
    previous_last  INTEGER NOT NULL,
    flows_before   INTEGER NOT NULL,
    sets           BLOB NOT NULL,
    checksum       INTEGER NOT NULL
) STRICT;

CREATE TABLE drop_block_columns (
    id   INTEGER PRIMARY KEY,
    data BLOB NOT NULL
) STRICT;

-- What was committed since the last full block: one row a commit. All of it becomes part of the next block. Its first
-- row follows the last one of `blocks`.
CREATE TABLE tail (
    first_sequence INTEGER PRIMARY KEY,
    last_sequence  INTEGER NOT NULL,
    min_time_ns    INTEGER NOT NULL,
    max_time_ns    INTEGER NOT NULL,
    flow_count     INTEGER NOT NULL,
    drops          INTEGER NOT NULL,
    previous_last  INTEGER NOT NULL,
    flows_before   INTEGER NOT NULL,
    sets           BLOB NOT NULL,
    checksum       INTEGER NOT NULL,
    -- The four parts, one after the other.
    data           BLOB NOT NULL
) STRICT;

-- Known gaps; `id` is from 1 without a gap.
CREATE TABLE losses (
    id            INTEGER PRIMARY KEY,
    place         TEXT NOT NULL,
    lost_count    INTEGER NOT NULL,
    first_time_ns INTEGER NOT NULL,
    last_time_ns  INTEGER NOT NULL,
    checksum      INTEGER NOT NULL
) STRICT;

-- What the tables hold: one row, written with each commit. It vouches for their last rows.
CREATE TABLE extent (
    id            INTEGER PRIMARY KEY,
    block_flows   INTEGER NOT NULL,
    block_last    INTEGER NOT NULL,
    -- Of the blocks and the tail together.
    flow_count    INTEGER NOT NULL,
    last_sequence INTEGER NOT NULL,
    drop_flows    INTEGER NOT NULL,
    drop_last     INTEGER NOT NULL,
    min_time_ns   INTEGER NOT NULL,
    max_time_ns   INTEGER NOT NULL,
    loss_count    INTEGER NOT NULL,
    -- How many rows the catalog's tables had: no flow here uses one beyond.
    endpoints     INTEGER NOT NULL,
    services      INTEGER NOT NULL,
    rules         INTEGER NOT NULL,
    names         INTEGER NOT NULL,
    checksum      INTEGER NOT NULL
) STRICT;
