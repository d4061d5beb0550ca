// Sealed rows to plain and back, whichever row key they are under: books, parts, identifiers.
// Takes rows and keys; gives tokens and lists in memory that is erased.
#pragma once

#include <ringfence/limits.h>
#include <ringfence/status.h>

#include <cstddef>
#include <cstdint>
#include <span>

#include "contacts/identifier_list.h"
#include "contacts/keyring.h"
#include "contacts/oprf/secret.h"
#include "contacts/tables.h"

namespace ringfence {

/// Tokens in locked memory, erased with it. Room for a number that is known before.
class TokenBuffer {
 public:
  explicit TokenBuffer(size_t capacity) : bytes_(capacity * sizeof(Token)) {}
  size_t size() const { return size_; }
  std::span<Token> tokens() { return {data(), size_}; }
  std::span<const Token> tokens() const {
    return {reinterpret_cast<const Token*>(bytes_.data()), size_};
  }
  /// `more` fits.
  void Append(std::span<const Token> more);
  /// `count` zero tokens more, to be filled.
  std::span<Token> Extend(size_t count);
  /// Sorts and drops what is there twice.
  void MakeSet();
  /// To be: `minuend` without `subtrahend`, both sets.
  void AssignDifference(std::span<const Token> minuend, std::span<const Token> subtrahend);
  void AssignUnion(std::span<const Token> one, std::span<const Token> other);
  template <class Drop>
  void RemoveIf(const Drop& drop);

 private:
  Token* data() { return reinterpret_cast<Token*>(bytes_.data()); }
  size_t capacity() const { return bytes_.size() / sizeof(Token); }

  SecretBuffer bytes_;
  size_t size_ = 0;
};

template <class Drop>
void TokenBuffer::RemoveIf(const Drop& drop) {
  size_t kept = 0;
  for (size_t i = 0; i < size_; ++i) {
    if (!drop(data()[i])) data()[kept++] = data()[i];
  }
  size_ = kept;
}

/// A list that is erased when it goes.
struct OpenedList {
  OpenedList() = default;
  OpenedList(const OpenedList&) = delete;
  OpenedList& operator=(const OpenedList&) = delete;
  ~OpenedList() { Erase(&list, sizeof(list)); }
  IdentifierList list;
};

/// The key new rows are sealed with: the newest. A store that knows none so new is told. kStale
/// when the store knows a newer one: rows under an older key would be lost with it.
Result<const RowKey*> SealingKey(ContactTables& rows, const Keyring& keyring);
/// The key of a row. kStale when the keyring does not have it.
Result<const RowKey*> OpeningKey(const Keyring& keyring, int64_t number);

/// All tokens of a book, in no order. kCorrupt when a chunk does not open.
Result<TokenBuffer> OpenBook(ContactTables& rows, const Keyring& keyring, const BookRow& book);
/// Seals `tokens` as the chunks of `book`, whose columns about that are set here, and puts both.
Status PutSealedBook(ContactTables& rows, const RowKey& key, std::span<const Token> tokens,
                     BookRow book);

PartRow SealPart(const RowKey& key, int64_t account, int64_t upload, int64_t sequence,
                 std::span<const Token> added, std::span<const Token> removed);
/// Tokens added, then tokens removed. kCorrupt.
Result<TokenBuffer> OpenPart(const RowKey& key, int64_t account, int64_t upload,
                             const PartRow& part);

/// Empty where the account has none. kCorrupt, kStale.
Status OpenIdentifiers(ContactTables& rows, const Keyring& keyring, int64_t account,
                       OpenedList* opened);
/// Deletes the row of an empty list.
Status PutSealedIdentifiers(ContactTables& rows, const RowKey& key, int64_t account,
                            const IdentifierList& list);

}  // namespace ringfence
