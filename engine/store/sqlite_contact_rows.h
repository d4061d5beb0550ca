// The rows of contact sync as SQL lists them. Takes a statement on a row; gives the row, or says
// that it is not one this program has written. Every column is looked at: a file can be tampered
// with, and a wrong number must not become a wrong match.
#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

#include "contacts/match.h"
#include "contacts/tables.h"
#include "store/sqlite_db.h"

namespace ringfence {

/// A chunk's id is its callee's handle and, in the low 12 bits, its bucket.
inline constexpr int kChunkIdBits = 12;
static_assert(kChunkIdBits == 12, "0002_contacts.sql says so too");
inline constexpr int64_t kMaxAccount = (int64_t{1} << (63 - kChunkIdBits)) - 1;
inline int64_t ChunkId(int64_t callee, int64_t bucket) { return callee << kChunkIdBits | bucket; }

/// Reads column after column and remembers whether each was of its type and in its range.
class RowReader {
 public:
  explicit RowReader(const Statement& row) : row_(row) {}

  int64_t Int(int64_t lowest, int64_t highest = std::numeric_limits<int64_t>::max());
  /// A time, or a number of something there is no limit for.
  int64_t Count() { return Int(0); }
  int64_t Account() { return Int(1, kMaxAccount); }
  /// 1 to kMaxNameBytes printable ASCII characters.
  std::string Name();
  /// One of `names`; its position.
  size_t OneOf(std::span<const std::string_view> names);
  std::span<const uint8_t> Blob(size_t lowest_bytes, size_t highest_bytes);
  template <size_t kBytes>
  std::array<uint8_t, kBytes> Bytes() {
    std::array<uint8_t, kBytes> bytes{};
    const std::span<const uint8_t> blob = Blob(kBytes, kBytes);
    if (blob.size() == kBytes) std::copy(blob.begin(), blob.end(), bytes.begin());
    return bytes;
  }
  std::string Sealed(size_t lowest_bytes, size_t highest_bytes);

  /// Every column so far was what it must be.
  bool ok() const { return ok_; }

 private:
  const Statement& row_;
  int column_ = 0;
  bool ok_ = true;
};

/// "next", "current", ... as the column has them; in the order of EpochState.
std::span<const std::string_view> EpochStateNames();
/// "full", "delta"; in the order of SyncManifest::Mode.
std::span<const std::string_view> SyncModeNames();

// Columns of each table in the order the functions below read them.
inline constexpr std::string_view kEpochColumns =
    "epoch, public_key, state, created_at_s, retired_at_s";
inline constexpr std::string_view kKeyColumns = "number, check_value";
inline constexpr std::string_view kBookColumns =
    "callee, epoch, generation, bucket_bits, row_key, synced_at_s, expires_at_s, entries, norm,"
    " region, erased_at_s, duplicates, rejected";
inline constexpr std::string_view kUploadColumns =
    "id, account, mode, epoch, base_generation, norm, region, entries, digest, next_sequence,"
    " tokens, row_key, opened_at_s";
inline constexpr std::string_view kPartColumns = "upload, sequence, added, removed, sealed";
inline constexpr std::string_view kIdentifiersColumns = "account, row_key, sealed";
inline constexpr std::string_view kOwnerColumns = "tag, account, moved_at_s, erased_at_s";
inline constexpr std::string_view kQuotaColumns =
    "account, evaluations, evaluations_at, full_syncs, full_syncs_at, delta_syncs, delta_syncs_at,"
    " identifiers, identifiers_at, credit_at_s, credit_epoch";

// False: a column is out of its range, or columns contradict each other.
[[nodiscard]] bool ReadRow(const Statement& row, ContactEpoch* epoch);
[[nodiscard]] bool ReadRow(const Statement& row, RowKeyRow* key);
[[nodiscard]] bool ReadRow(const Statement& row, BookRow* book);
[[nodiscard]] bool ReadRow(const Statement& row, UploadRow* upload);
[[nodiscard]] bool ReadRow(const Statement& row, PartRow* part);
[[nodiscard]] bool ReadRow(const Statement& row, IdentifiersRow* identifiers);
[[nodiscard]] bool ReadRow(const Statement& row, OwnerRow* owner);
[[nodiscard]] bool ReadRow(const Statement& row, QuotaRow* quota);
// The next columns, without allocation.
/// All of a book but whose it is: epoch, generation, bucket_bits, row_key, synced_at_s,
/// expires_at_s.
void ReadHeader(RowReader* in, BookHeader* book);
inline constexpr int kBookHeaderColumnCount = 6;
/// A chunk's sealed bytes, good until the statement's next step; empty: not a chunk.
std::span<const uint8_t> ReadChunk(RowReader* in);
/// The row key and the sealed identifiers of an account; empty as above.
std::span<const uint8_t> ReadIdentifiers(RowReader* in, int64_t* row_key);

}  // namespace ringfence
