// Reading a log for people and programs: the entries under its checkpoints, those a filter lets
// through. Takes a folder nobody trusts, and keys where facts are to be opened; gives entries.
#pragma once

#include <ringfence/log.h>
#include <ringfence/status.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "facts/frame.h"
#include "log/entry.h"
#include "log/facts_keys.h"
#include "log/files.h"
#include "log/folder.h"
#include "log/keys.h"
#include "log/note.h"
#include "log/open_facts.h"
#include "log/policy_names.h"

namespace ringfence {

/// The newest checkpoint of a month, its signature checked by the month's log.vkey.
struct PublishedCheckpoint {
  std::string note;
  Checkpoint checkpoint;
};
/// kNotFound: none was published yet. kCorrupt: it is not signed by the month's key.
Result<PublishedCheckpoint> ReadPublished(MonthReader* month, const std::string& origin);

/// An entry as it is read, before anything is made of it.
struct RawEntry {
  std::string_view month;
  uint64_t index = 0;
  Entry entry;
  std::span<const uint8_t, kEntryBytes> bytes;
  std::span<const Entry> details;  ///< of a decision
};

struct ReadRequest {
  LogFiles* files = nullptr;
  std::string log;
  std::string month;         ///< empty: any
  uint64_t first_index = 0;  ///< of each month
  uint64_t from_ns = 0;
  uint64_t to_ns = UINT64_MAX;    ///< exclusive
  std::optional<uint8_t> effect;  ///< decisions of that effect only
  std::optional<EntryKind> kind;  ///< none: any but DETAIL
  std::optional<bool> shadow;     ///< of decisions and DETAILs: with that flag, or without
  LogProgress progress;
};
/// Entries under checkpoints, in order. `sink` returns false to stop; `names` is of the entry's
/// month and lives as long as the call. kCorrupt: an entry that is to be shown is damaged, or a
/// month's checkpoint is not signed.
Status ReadEntries(
    const ReadRequest& request,
    const std::function<Result<bool>(const RawEntry& entry, PolicyNamesCache* names)>& sink);

/// What an entry is in words. Sealed facts are opened where `keys` has one that fits.
class EntryTeller {
 public:
  /// The catalog's facts give the names; `keys` may be null, and outlives it otherwise.
  EntryTeller(const Catalog& catalog, FactsKeyRing* keys) : layout_(catalog), keys_(keys) {}
  LogEntry Tell(const RawEntry& raw, const PolicyNames& names);

 private:
  Layout layout_;
  FactsKeyRing* keys_;
  TreeHasher hasher_;
  CtrCipher cipher_;
};

/// Fields of the kinds that are no decision; a DETAIL says what it holds.
std::vector<LogField> FieldsOf(const Entry& entry);
/// The kind of that name; nullopt: none.
std::optional<EntryKind> KindOf(std::string_view name);

}  // namespace ringfence
