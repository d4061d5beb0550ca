// The file's schema: making it, recognising it, bringing an older one up to date, and agreeing with
// it on the catalog. The tables themselves are in schema/store.sql.
#pragma once

#include <ringfence/status.h>

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/siphash.h"
#include "store/rows.h"
#include "store/sqlite_db.h"

namespace ringfence {

inline constexpr int kStoreApplicationId = 0x52665373;  // "RfSs"
inline constexpr int kStoreSchemaVersion = 6;

/// schema/store.sql.
std::string_view StoreSql();
/// The oldest versions a program must know to read, and to write, a file as we make it.
inline constexpr int kMinReader = 1;
inline constexpr int kMinWriter = 5;

struct Meta {
  uint64_t revision = 0;
  int64_t policy_number = 0;
  int min_reader = 0;
  int min_writer = 0;
  SipHashKey cohort_key{};
  int64_t forgets = 0;
  int64_t forgets_purged = 0;
};
Result<Meta> ReadMeta(Connection& db);

/// Makes the schema in a file that holds nothing yet; leaves any other file alone. Two processes
/// may do so at once.
Status CreateIfEmpty(Connection& db, const RowFormat& format);

enum class SchemaUse { kRead, kWrite };
/// kSchema: not ours, older (names the way out), or newer than a program that knows `known_version`
/// can read or write (names the versions).
Status CheckSchema(Connection& db, SchemaUse use, int known_version = kStoreSchemaVersion);

/// A row of `entries` and its `entry_values`: where a stored entry of the catalog lies and what its
/// codes mean.
struct StoredEntry {
  std::string block, name, type;
  int64_t first_bit = 0, width_bits = 0, lowest = 0, highest = 0;
  bool symmetric = false;
  std::vector<std::string> members;  ///< in code order; none for an int

  friend bool operator==(const StoredEntry&, const StoredEntry&) = default;
};
std::vector<StoredEntry> EntriesOf(const RowFormat& format);
Result<std::vector<StoredEntry>> ReadEntries(Connection& db);
/// Names of those of the file that are not ours, in its order.
std::vector<std::string> NamesNotIn(std::span<const StoredEntry> ours,
                                    std::span<const StoredEntry> file);
/// What the file lacks of ours: entries, members at the end, a higher highest. kSchema: they
/// contradict each other, so that one of them would misread the other's rows.
Result<std::vector<StoredEntry>> MissingEntries(std::span<const StoredEntry> ours,
                                                std::span<const StoredEntry> file);
/// Adds what is missing, in a transaction of its own; nothing is written where nothing is.
Status UpdateEntries(Connection& db, const RowFormat& format);

/// One step of the schema: to `version` from the one before.
struct MigrationStep {
  int version = 0;
  int min_reader = 0;  ///< the lowest version a program must know to read, and to write, the file
  int min_writer = 0;
  const char* sql = "";
  Status (*fill)(Connection& db) = nullptr;  ///< what SQL cannot do, after it
};
/// The steps of schema/migrations, oldest first: they lead from version 1 to kStoreSchemaVersion.
std::vector<MigrationStep> Migrations();
/// Applies the steps the file lacks, each in its own transaction, so that what was done stays done.
/// The versions before and after. kSchema: the file is newer than the last step.
Result<std::pair<int, int>> MigrateFile(const std::string& path,
                                        std::span<const MigrationStep> steps);

}  // namespace ringfence
