// What a session needs to answer "is A in B's address book": statements, keys, and how the last
// answers came about. Takes rows of the session's snapshot; gives one code of a contact fact.
#pragma once

#include <ringfence/catalog.h>
#include <ringfence/fact_source.h>
#include <ringfence/status.h>

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "contacts/match.h"
#include "contacts/vault.h"
#include "store/sqlite_db.h"

namespace ringfence {

class SqliteSession;

class SessionContacts final : private ChunkSource {
 public:
  SessionContacts(SqliteSession* session, std::shared_ptr<const ContactVault> vault);
  ~SessionContacts() override;

  Status Prepare(Connection* db);
  /// The keys of a snapshot are those of its beginning: during a rotation the file has both keys,
  /// so they open whatever this snapshot holds.
  void BeginSnapshot();
  /// Something was written since the epochs were read.
  void ForgetEpochs() { epochs_.fill({}); }
  std::string Describe(Group group) const;

  /// Whether the caller is in the callee's book. kAbsent: there is no book. kUnavailable: a row or
  /// a key is missing, or damaged.
  ReadState Read(Group group, int64_t callee, int64_t caller, ContactFact* fact);
  void ForgetTrace(Group group) { TraceOf(group) = {}; }

 private:
  /// A few at a time are alive; which one is looked for by the number's low bits.
  struct KnownEpoch {
    int64_t number = 0;
    bool retired = false;
  };
  /// For people: how an answer came about.
  struct Trace {
    bool has_book = false;
    uint8_t kind = 0;
    int64_t generation = 0;
    int64_t epoch = 0;
  };

  struct Matcher;

  std::span<const uint8_t> Chunk(int64_t callee, uint32_t bucket) noexcept override;
  void PinKeys();
  bool HasKeys(int64_t identifiers_row_key) const;
  [[nodiscard]] bool ReadEpoch();
  [[nodiscard]] bool Match(Group group, int64_t caller, int64_t row_key,
                           std::span<const uint8_t> identifiers, ContactFact* fact);
  static size_t TraceIndex(Group group) { return group == Group::kContact ? 0 : 1; }
  Trace& TraceOf(Group group) { return traces_[TraceIndex(group)]; }

  SqliteSession* session_;
  std::shared_ptr<const ContactVault> vault_;
  std::shared_ptr<const Keyring> keyring_;
  uint64_t keyring_generation_ = 0;
  std::unique_ptr<Matcher> matcher_;
  Statement find_book_, find_chunk_, find_epoch_;
  BookHeader book_;
  std::array<KnownEpoch, 4> epochs_;
  std::array<Trace, 2> traces_;
};

}  // namespace ringfence
