// How facts reach a decision: the one interface a store, a host's own graph and a test implement.
#pragma once

#include <ringfence/catalog.h>
#include <ringfence/export.h>
#include <ringfence/question.h>

#include <cstdint>
#include <span>

namespace ringfence {

/// What became of reading one group.
enum class ReadState : uint8_t {
  kRead,         ///< the values are in the writer; a user it read has an account
  kUnavailable,  ///< could not be read; every fact of the group that is not carried is unavailable
  kAbsent,       ///< nothing is held for this user, pair or data: absent values throughout
  kNotMine,      ///< this source does not serve the group; the next source is asked
};

/// Where one group's values are put. Starts as if an account held nothing: `known` is true,
/// settings and attributes are unset, relations false, the rest has the catalog's absent values.
/// Facts that the question carries keep the carried values. What was put counts only if Read
/// returns kRead; a user whose `known` was then set to false is absent. Good until Read returns.
class RINGFENCE_API GroupWriter {
 public:
  virtual ~GroupWriter() = default;
  /// Sets one fact of the group being read. `code` as in FactCode; an out-of-range code makes the
  /// fact unavailable. Facts of other groups are ignored.
  virtual void Set(FactId id, FactCode code) = 0;
  /// The fact alone could not be read.
  virtual void SetUnavailable(FactId id) = 0;
  /// The group's packed bits, as the catalog lays them out (schema/README.md): words[0] is the
  /// first word of the group's block (callee or caller 5 words, pair 2, all derived groups the same
  /// 4), the catalog's bit 0 its least significant bit. Bits of other groups and of `known` are
  /// ignored, words that are missing count as never set. Replaces everything set before.
  virtual void SetPacked(std::span<const uint32_t> words) = 0;
};

/// A source of facts. One object serves one Reader, hence one thread; it must not throw.
class RINGFENCE_API FactSource {
 public:
  virtual ~FactSource() = default;
  /// Reads one group for a question. Called at most once per group and decision, and only when the
  /// policy needs a fact of the group that the question does not carry; and at most once more for
  /// each side's own list, where one tests facts of the group ("followed"). Never called for kCall.
  virtual ReadState Read(Group group, const Question& question, GroupWriter& out) noexcept = 0;
};

}  // namespace ringfence
