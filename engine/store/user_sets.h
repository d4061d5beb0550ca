// Sets of users a session can list: all, those related to somebody, those with a row about
// somebody, those who have a value that is indexed. Takes a set; gives handles in ascending order.
#pragma once

#include <ringfence/catalog.h>
#include <ringfence/status.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "derived/rows.h"
#include "facts/frame.h"

namespace ringfence {

struct UserSet {
  enum class Kind : uint8_t {
    kAll,
    kRelated,    ///< a relation stands between them and `user`, in either direction
    kRowsOf,     ///< second keys of the rows `row` whose first key is `user`
    kRowsAbout,  ///< first keys of the rows `row` whose second key is `user`
    kIndexed,    ///< IndexedEntries()[index]
  };
  Kind kind = Kind::kAll;
  int64_t user = 0;
  RowKind row = RowKind::kPairCalls;
  size_t index = 0;
};

/// Lists one set, in the snapshot of the session that made it and no longer than it.
class UserCursor {
 public:
  virtual ~UserCursor() = default;
  /// The next handle; 0 at the end.
  virtual Status Next(int64_t* handle) = 0;
};

/// A setting or attribute whose row has a place in a partial index (schema/store.sql) while it has
/// `code`, or one that no version of the catalog gives a meaning: who reads that reads nothing.
struct IndexedEntry {
  const char* entry;  ///< of the catalog
  const char* value;  ///< for people
  const char* index;
  const char* where;  ///< word for word the index's
  uint16_t first_bit;
  uint8_t width_bits;
  FactCode code;
};
std::span<const IndexedEntry> IndexedEntries();
/// Position of the one that is no entry but UserFlag::kHasList.
size_t HasListIndex();

/// The entry's fact on the callee's side; none where the catalog has it elsewhere or otherwise, so
/// that the index says nothing about it.
std::optional<FactId> FactOf(const IndexedEntry& entry, const Layout& layout);

}  // namespace ringfence
