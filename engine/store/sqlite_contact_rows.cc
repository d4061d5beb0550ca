// The rows of contact sync as SQL lists them, and what each column may hold.
#include "store/sqlite_contact_rows.h"

#include <algorithm>

#include "contacts/book.h"
#include "contacts/identifier_list.h"
#include "contacts/seal.h"

namespace ringfence {
namespace {

constexpr std::string_view kEpochStates[] = {"next", "current", "previous", "retired"};
constexpr std::string_view kSyncModes[] = {"full", "delta"};

constexpr size_t kTokenBytes = sizeof(Token);
constexpr size_t kMaxChunkBytes = kMaxChunkTokens * kTokenBytes + kSealBytes;
constexpr size_t kMaxPartBytes = kMaxContactBatch * kTokenBytes + kSealBytes;

bool IsPrintable(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c <= '~'; });
}

Bucket ReadBucket(RowReader* row) {
  Bucket bucket;
  bucket.used = row->Count();
  bucket.at_s = row->Count();
  return bucket;
}

}  // namespace

int64_t RowReader::Int(int64_t lowest, int64_t highest) {
  const int column = column_++;
  const bool is_int = row_.Type(column) == SQLITE_INTEGER;
  const int64_t value = row_.Int(column);
  if (!is_int || value < lowest || value > highest) {
    ok_ = false;
    return lowest;
  }
  return value;
}

std::string RowReader::Name() {
  const int column = column_++;
  const std::string_view text = row_.Text(column);
  if (text.empty() || text.size() > kMaxNameBytes || !IsPrintable(text)) {
    ok_ = false;
    return {};
  }
  return std::string(text);
}

size_t RowReader::OneOf(std::span<const std::string_view> names) {
  const auto found = std::find(names.begin(), names.end(), row_.Text(column_++));
  if (found != names.end()) return static_cast<size_t>(found - names.begin());
  ok_ = false;
  return 0;
}

std::span<const uint8_t> RowReader::Blob(size_t lowest_bytes, size_t highest_bytes) {
  const int column = column_++;
  const bool is_blob = row_.Type(column) == SQLITE_BLOB;
  const std::span<const uint8_t> blob = row_.Blob(column);
  if (is_blob && blob.size() >= lowest_bytes && blob.size() <= highest_bytes) return blob;
  ok_ = false;
  return {};
}

std::string RowReader::Sealed(size_t lowest_bytes, size_t highest_bytes) {
  const std::span<const uint8_t> blob = Blob(lowest_bytes, highest_bytes);
  return std::string(blob.begin(), blob.end());
}

std::span<const std::string_view> EpochStateNames() { return kEpochStates; }
std::span<const std::string_view> SyncModeNames() { return kSyncModes; }

bool ReadRow(const Statement& row, ContactEpoch* epoch) {
  RowReader in(row);
  epoch->number = in.Int(1);
  epoch->public_key = in.Bytes<sizeof(ContactElement)>();
  epoch->state = static_cast<EpochState>(in.OneOf(kEpochStates));
  epoch->created_at_s = in.Count();
  epoch->retired_at_s = in.Count();
  return in.ok();
}

bool ReadRow(const Statement& row, RowKeyRow* key) {
  RowReader in(row);
  key->number = in.Count();
  key->check = in.Bytes<sizeof(KeyCheck)>();
  return in.ok();
}

void ReadHeader(RowReader* in, BookHeader* book) {
  book->epoch = in->Int(1);
  book->generation = in->Int(1);
  book->bucket_bits = static_cast<int>(in->Int(0, kMaxBucketBits));
  book->row_key = in->Int(1);
  book->synced_at_s = in->Count();
  book->expires_at_s = in->Int(book->synced_at_s);
}

bool ReadRow(const Statement& row, BookRow* book) {
  RowReader in(row);
  BookHeader header;
  book->callee = in.Account();
  ReadHeader(&in, &header);
  book->epoch = header.epoch;
  book->generation = header.generation;
  book->bucket_bits = header.bucket_bits;
  book->row_key = header.row_key;
  book->synced_at_s = header.synced_at_s;
  book->expires_at_s = header.expires_at_s;
  book->entries = in.Int(0, int64_t{kMaxBookEntries});
  book->norm = in.Name();
  book->region = in.Name();
  book->erased_at_s = in.Int(book->expires_at_s);
  book->duplicates = in.Count();
  book->rejected = in.Count();
  return in.ok();
}

bool ReadRow(const Statement& row, UploadRow* upload) {
  RowReader in(row);
  upload->id = in.Int(1);
  upload->account = in.Account();
  upload->manifest.mode = static_cast<SyncManifest::Mode>(in.OneOf(kSyncModes));
  upload->manifest.epoch = in.Int(1);
  upload->manifest.base_generation = in.Count();
  upload->manifest.norm = in.Name();
  upload->manifest.region = in.Name();
  upload->manifest.entries = in.Int(0, int64_t{kMaxBookEntries});
  upload->manifest.digest = in.Bytes<sizeof(ContactDigest)>();
  upload->next_sequence = in.Count();
  upload->tokens = in.Count();
  upload->row_key = in.Int(1);
  upload->opened_at_s = in.Count();
  return in.ok();
}

bool ReadRow(const Statement& row, PartRow* part) {
  RowReader in(row);
  static_cast<void>(in.Int(1));  // the upload, which the caller has asked for
  part->sequence = in.Count();
  part->added = in.Int(0, int64_t{kMaxContactBatch});
  part->removed = in.Int(0, int64_t{kMaxContactBatch} - part->added);
  part->sealed = in.Sealed(kSealBytes, kMaxPartBytes);
  return in.ok();
}

bool ReadRow(const Statement& row, IdentifiersRow* identifiers) {
  RowReader in(row);
  identifiers->account = in.Account();
  identifiers->row_key = in.Int(1);
  identifiers->sealed = in.Sealed(kPackedListBytes + kSealBytes, kPackedListBytes + kSealBytes);
  return in.ok();
}

bool ReadRow(const Statement& row, OwnerRow* owner) {
  RowReader in(row);
  owner->tag = in.Bytes<sizeof(Tag)>();
  owner->account = in.Int(0, kMaxAccount);
  owner->moved_at_s = in.Count();
  owner->erased_at_s = in.Count();
  return in.ok();
}

bool ReadRow(const Statement& row, QuotaRow* quota) {
  RowReader in(row);
  quota->account = in.Account();
  quota->evaluations = ReadBucket(&in);
  quota->full_syncs = ReadBucket(&in);
  quota->delta_syncs = ReadBucket(&in);
  quota->identifiers = ReadBucket(&in);
  quota->credit_at_s = in.Count();
  quota->credit_epoch = in.Count();
  return in.ok();
}

std::span<const uint8_t> ReadChunk(RowReader* in) {
  const std::span<const uint8_t> sealed = in->Blob(kSealBytes, kMaxChunkBytes);
  const bool whole = (sealed.size() - kSealBytes) % kTokenBytes == 0;
  return in->ok() && whole ? sealed : std::span<const uint8_t>();
}

std::span<const uint8_t> ReadIdentifiers(RowReader* in, int64_t* row_key) {
  *row_key = in->Int(1);
  return in->Blob(kPackedListBytes + kSealBytes, kPackedListBytes + kSealBytes);
}

}  // namespace ringfence
