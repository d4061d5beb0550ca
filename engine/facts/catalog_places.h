// Where the entries of a catalog file lie, and which facts they stand for.
// Takes entries that are right by themselves; gives facts with ids and places, and an error for
// each entry that is in the way of another.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "facts/catalog_internal.h"

namespace ringfence {

/// Bits of a section's block, both included.
struct BitRange {
  uint32_t first;
  uint32_t last;
};
/// What catalog extensions may use: the standard catalog never will. Empty for derived facts.
std::span<const BitRange> ExtensionBits(Section section);
/// "54 to 63 or 117 to 127": the same for people.
std::string ExtensionBitsText(Section section);

/// Names of an extension's entries begin so; the standard catalog's never do.
inline constexpr std::string_view kExtensionPrefix = "x_";

/// Which bits of one section's block are whose.
class BlockMap {
 public:
  /// `base`: facts that are there already, and then only ExtensionBits are to be given away.
  BlockMap(Section section, std::span<const FactInfo> base);

  /// Gives the entry its bits, or says why it cannot have them.
  void Place(const CatalogEntry& entry, CatalogErrors* errors);
  /// Free places, from the lowest: each as long as it goes within a word.
  std::vector<BitRange> Free() const;

 private:
  bool Kept(uint32_t bit) const;
  std::string Advice(uint32_t width) const;

  Section section_;
  bool extension_;
  std::vector<std::string> owners_;
};

/// Entries to facts: callee's side of all users' entries, caller's side, relations likewise, call
/// attributes, derived facts.
class FactList {
 public:
  /// `base`: facts that come before, with their ids.
  FactList(std::span<const FactInfo> base, CatalogErrors* errors);

  void AddAll(const std::vector<CatalogEntry>& entries);
  std::vector<FactInfo> Finish();

 private:
  struct Named {
    FactId id;
    uint32_t line;
  };

  void AddSide(const std::vector<CatalogEntry>& entries, Section section, bool callee_side);
  void Add(const CatalogEntry& entry, bool callee_side);

  CatalogErrors& errors_;
  std::vector<FactInfo> facts_;
  std::map<std::string, Named> by_name_;
  bool full_ = false;
};

}  // namespace ringfence
