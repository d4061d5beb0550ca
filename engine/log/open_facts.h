// Sealed facts for people. Takes a decision, its DETAILs and a facts key; gives values by name.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "facts/frame.h"
#include "log/crypto.h"
#include "log/entry.h"

namespace ringfence {

/// A decision's facts in clear.
struct OpenedFacts {
  FactsRecord record;
  FactWords unavailable{};  ///< masks of DETAILs
  FactWords collected{};
  FactWords host{};

  /// Whether a value was collected, and whether it could be read.
  enum class State : uint8_t { kNotCollected, kUnavailable, kValue };
  State StateOf(const Layout& layout, FactId id) const;
  FactCode Value(const Layout& layout, FactId id) const;
  bool FromHost(const Layout& layout, FactId id) const;
};

/// `details` are the DETAIL entries that stand before the decision. nullopt: the key is another
/// one.
std::optional<OpenedFacts> OpenFacts(CtrCipher* cipher, const Hash& facts_key,
                                     const Entry& decision, std::span<const Entry> details);

/// "callee.follows(caller)=true", those that were collected, in the catalog's order; those that
/// could not be read "=unavailable". `only`: of these.
std::vector<std::string> ListFacts(const Layout& layout, const OpenedFacts& facts,
                                   const FactSet* only = nullptr);

}  // namespace ringfence
