// How facts reach a decision: the one interface a store, a host's own graph and a test implement.
#pragma once

#include <cstdint>
#include <span>

#include <ringfence/catalog.h>
#include <ringfence/export.h>
#include <ringfence/question.h>

namespace ringfence {

/// What became of reading one group.
enum class ReadState : uint8_t {
  kRead,         ///< the values are in the writer (what was not set keeps its absent value)
  kUnavailable,  ///< could not be read; every fact of the group that is not carried is unavailable
  kAbsent,       ///< nothing is held for this user, pair or data: absent values throughout
  kNotMine,      ///< this source does not serve the group; the next source is asked
};

/// Where one group's values are put. Starts with the catalog's absent values.
class RINGFENCE_API GroupWriter {
 public:
  virtual ~GroupWriter() = default;
  /// Sets one fact of the group being read. `code` as in FactCode; an out-of-range code makes the
  /// fact unavailable. Facts of other groups are ignored.
  virtual void Set(FactId id, FactCode code) = 0;
  /// The fact alone could not be read.
  virtual void SetUnavailable(FactId id) = 0;
  /// The group's packed bits, least significant bit first from the group's first bit, as the catalog
  /// lays them out (see schema/README.md). Replaces everything set before. At most 160 bits are used.
  virtual void SetPacked(std::span<const uint32_t> words) = 0;
};

/// A source of facts. One object serves one Reader, hence one thread; it must not throw.
class RINGFENCE_API FactSource {
 public:
  virtual ~FactSource() = default;
  /// Reads one group for a question. Called at most once per group and decision, and only when the
  /// policy needs a fact of the group that the question does not carry. Never called for kCall.
  virtual ReadState Read(Group group, const Question& question, GroupWriter& out) noexcept = 0;
};

}  // namespace ringfence
