#pragma once
#include <sqlite3.h>

/// A virtual table and a cursor on it, as SQLite has them, and whose they are.
struct apus_table {
    sqlite3_vtab base;
    void *owner;
};
struct apus_cursor {
    sqlite3_vtab_cursor base;
    void *owner;
};
