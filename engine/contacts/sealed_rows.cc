// Sealed rows to plain and back.
#include "contacts/sealed_rows.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "base/check.h"
#include "contacts/book.h"
#include "contacts/rotation.h"
#include "contacts/seal.h"

namespace ringfence {
namespace {

Status DoesNotOpen(const char* what, int64_t row_key) {
  return Status(StatusCode::kCorrupt, std::string(what) + " does not open under row key " +
                                          std::to_string(row_key) + ": the file was altered");
}

SealedPlace PlaceOfIdentifiers(int64_t account) {
  return {SealedThing::kIdentifiers, account, 0, 0};
}

SealedPlace PlaceOfPart(int64_t account, int64_t upload, int64_t sequence) {
  return {SealedThing::kPart, account, upload, sequence};
}

std::span<const uint8_t> BytesOf(const std::string& text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}

std::span<uint8_t> BytesOf(std::span<Token> tokens) {
  return {reinterpret_cast<uint8_t*>(tokens.data()), tokens.size() * sizeof(Token)};
}

}  // namespace

void TokenBuffer::Append(std::span<const Token> more) {
  CHECK(more.size() <= capacity() - size_);
  std::copy(more.begin(), more.end(), data() + size_);
  size_ += more.size();
}

std::span<Token> TokenBuffer::Extend(size_t count) {
  CHECK(count <= capacity() - size_);
  size_ += count;
  return tokens().last(count);
}

void TokenBuffer::MakeSet() {
  std::sort(data(), data() + size_);
  size_ = static_cast<size_t>(std::unique(data(), data() + size_) - data());
}

void TokenBuffer::AssignDifference(std::span<const Token> minuend,
                                   std::span<const Token> subtrahend) {
  CHECK(minuend.size() <= capacity());
  Token* end = std::set_difference(minuend.begin(), minuend.end(), subtrahend.begin(),
                                   subtrahend.end(), data());
  size_ = static_cast<size_t>(end - data());
}

void TokenBuffer::AssignUnion(std::span<const Token> one, std::span<const Token> other) {
  CHECK(one.size() + other.size() <= capacity());
  Token* end = std::set_union(one.begin(), one.end(), other.begin(), other.end(), data());
  size_ = static_cast<size_t>(end - data());
}

Result<const RowKey*> SealingKey(ContactTables& rows, const Keyring& keyring) {
  Result<std::vector<RowKeyRow>> known = rows.RowKeys();
  if (!known.ok()) return known.status();
  const int64_t newest = known->empty() ? 0 : known->back().number;
  const RowKey& ours = keyring.newest_row_key();
  if (ours.number < newest) {
    return Status(StatusCode::kStale, "rows are sealed under row key " + std::to_string(newest) +
                                          " now, which this process has not read: reload the keys");
  }
  // Another file's key of the same number must not seal a row that only that file opens.
  if (Status same = CheckKeys(rows, keyring); !same.ok()) return same;
  if (ours.number > newest) {
    if (Status put = rows.PutRowKey({ours.number, ours.check}); !put.ok()) return put;
  }
  return &ours;
}

Result<const RowKey*> OpeningKey(const Keyring& keyring, int64_t number) {
  const RowKey* key = keyring.FindRowKey(number);
  if (key != nullptr) return key;
  return Status(StatusCode::kStale, "a row is sealed under row key " + std::to_string(number) +
                                        ", which this process has not read: reload the keys");
}

Result<TokenBuffer> OpenBook(ContactTables& rows, const Keyring& keyring, const BookRow& book) {
  Result<const RowKey*> key = OpeningKey(keyring, book.row_key);
  if (!key.ok()) return key.status();
  Result<std::vector<std::string>> chunks = rows.Chunks(book.callee);
  if (!chunks.ok()) return chunks.status();
  size_t room = 0;
  for (const std::string& chunk : *chunks) room += chunk.size() / sizeof(Token);
  // The vector must not grow: it would leave tokens behind in memory nobody erases.
  std::vector<Token> opened;
  opened.reserve(room + 1);
  const EraseGuard erase(opened.data(), opened.capacity() * sizeof(Token));
  TokenBuffer tokens(room);
  for (size_t bucket = 0; bucket < chunks->size(); ++bucket) {
    opened.clear();
    if (!OpenChunk(**key, book.callee, book.generation, static_cast<uint32_t>(bucket),
                   BytesOf((*chunks)[bucket]), &opened)) {
      return DoesNotOpen("a book", book.row_key);
    }
    tokens.Append(opened);
  }
  if (chunks->size() != size_t{1} << book.bucket_bits) return DoesNotOpen("a book", book.row_key);
  return tokens;
}

Status PutSealedBook(ContactTables& rows, const RowKey& key, std::span<const Token> tokens,
                     BookRow book) {
  book.bucket_bits = BucketBits(tokens.size());
  book.row_key = key.number;
  return rows.PutBook(book, SealBook(key, book.callee, book.generation, book.bucket_bits, tokens));
}

PartRow SealPart(const RowKey& key, int64_t account, int64_t upload, int64_t sequence,
                 std::span<const Token> added, std::span<const Token> removed) {
  TokenBuffer tokens(added.size() + removed.size());
  tokens.Append(added);
  tokens.Append(removed);
  PartRow part;
  part.sequence = sequence;
  part.added = static_cast<int64_t>(added.size());
  part.removed = static_cast<int64_t>(removed.size());
  part.sealed = Seal(key, PlaceOfPart(account, upload, sequence), BytesOf(tokens.tokens()));
  return part;
}

Result<TokenBuffer> OpenPart(const RowKey& key, int64_t account, int64_t upload,
                             const PartRow& part) {
  constexpr auto kMost = static_cast<int64_t>(kMaxContactBatch);
  const bool possible =
      part.added >= 0 && part.removed >= 0 && part.added <= kMost && part.removed <= kMost;
  if (!possible) return DoesNotOpen("a part of an upload", key.number);
  const auto count = static_cast<size_t>(part.added + part.removed);
  TokenBuffer tokens(count);
  if (!Unseal(key, PlaceOfPart(account, upload, part.sequence), BytesOf(part.sealed),
              BytesOf(tokens.Extend(count)))) {
    return DoesNotOpen("a part of an upload", key.number);
  }
  return tokens;
}

Status OpenIdentifiers(ContactTables& rows, const Keyring& keyring, int64_t account,
                       OpenedList* opened) {
  Result<std::optional<IdentifiersRow>> row = rows.Identifiers(account);
  if (!row.ok()) return row.status();
  opened->list = IdentifierList{};
  if (!row->has_value()) return Status();
  Result<const RowKey*> key = OpeningKey(keyring, (*row)->row_key);
  if (!key.ok()) return key.status();
  SecretBuffer packed(kPackedListBytes);
  const std::span<uint8_t, kPackedListBytes> bytes(packed.data(), kPackedListBytes);
  const bool opens =
      Unseal(**key, PlaceOfIdentifiers(account), BytesOf((*row)->sealed), packed.bytes()) &&
      Unpack(bytes, &opened->list);
  return opens ? Status() : DoesNotOpen("a list of identifiers", (*row)->row_key);
}

Status PutSealedIdentifiers(ContactTables& rows, const RowKey& key, int64_t account,
                            const IdentifierList& list) {
  if (list.size == 0) return rows.DeleteIdentifiers(account);
  SecretBuffer packed(kPackedListBytes);
  Pack(list, std::span<uint8_t, kPackedListBytes>(packed.data(), kPackedListBytes));
  return rows.PutIdentifiers(
      {account, key.number, Seal(key, PlaceOfIdentifiers(account), packed.bytes())});
}

}  // namespace ringfence
