// What is asked: caller, callee, attributes of the call, carried facts.
#pragma once

#include <ringfence/catalog.h>

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace ringfence {

/// A user as a question names one: by external id, or by the handle a Reader resolved earlier.
///
/// An id is 1-255 bytes of valid UTF-8 without control bytes, compared byte by byte, never folded.
/// A handle saves the look-up of the id; it stays valid for the life of the store (a forgotten
/// user's handle is never given to another) and means nothing in another store.
struct Party {
  std::string_view id;
  int64_t handle = 0;  ///< > 0: use it instead of id

  constexpr Party() = default;
  constexpr Party(std::string_view external_id) : id(external_id) {}  // NOLINT: implicit on purpose
  constexpr Party(const char* external_id) : id(external_id) {}       // NOLINT
  Party(const std::string& external_id) : id(external_id) {}          // NOLINT
  static constexpr Party Handle(int64_t handle) {
    Party party;
    party.handle = handle;
    return party;
  }
  constexpr bool empty() const { return id.empty() && handle == 0; }
};

/// May `caller` ring `callee`, now, and how?
///
/// The spans and views must live until the call that takes the question returns.
struct Question {
  Party caller;
  Party callee;
  /// The caller has no account (a PSTN or anonymous call): `caller` must be empty.
  bool caller_without_account = false;
  /// Attributes of the call and carried facts, at most kMaxQuestionFacts, each fact at most once. A
  /// carried fact replaces the stored one; a group carried whole is not read.
  std::span<const Fact> facts;
  /// The lowest revision of the store this question accepts; 0: any. A store that is older answers
  /// with kStale.
  uint64_t at_least = 0;
};

}  // namespace ringfence
