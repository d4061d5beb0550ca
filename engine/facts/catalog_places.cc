// The blocks of a frame, section by section, and the facts of entries.
#include "facts/catalog_places.h"

#include <algorithm>

#include "facts/frame.h"

namespace ringfence {
namespace {

constexpr uint32_t kWordBits = 32;

struct BlockOfSection {
  int callee_word;  ///< or the only one
  int caller_word;  ///< -1: none
  uint32_t bits;
};
constexpr BlockOfSection kBlocks[kSectionCount] = {
    {kCalleeWord, kCallerWord, kUserWords* kWordBits - kStoreFlagBits},
    {kPairWord, kPairWord + 1, kWordBits},
    {kCallWord, -1, kCallWords* kWordBits},
    {kDerivedWord, -1, kDerivedWords* kWordBits},
};

const BlockOfSection& BlockOf(Section section) { return kBlocks[static_cast<size_t>(section)]; }

// What the standard catalog leaves to operators, for ever (schema/README.md). It keeps what is free
// beside it for itself.
constexpr BitRange kUserExtension[] = {{54, 63}, {117, 127}, {148, 155}};
constexpr BitRange kRelationsExtension[] = {{28, 31}};
constexpr BitRange kCallExtension[] = {{60, 63}};

constexpr uint8_t Swapped(uint8_t who) {
  return static_cast<uint8_t>((who & 4) | (who & 1) << 1 | (who & 2) >> 1);
}
static_assert(Swapped(static_cast<uint8_t>(Who::kCallee)) == static_cast<uint8_t>(Who::kCaller));

/// "callee.follows(caller)" -> "caller.follows(callee)". Entries may have a party's name in their
/// own.
std::string SwappedName(std::string name) {
  constexpr size_t kPartyBytes = 6;
  const bool of_callee = name.starts_with("callee.");
  if (!of_callee && !name.starts_with("caller.")) return name;
  name.replace(0, kPartyBytes, of_callee ? "caller" : "callee");
  if (name.ends_with(of_callee ? "(caller)" : "(callee)")) {
    name.replace(name.size() - kPartyBytes - 1, kPartyBytes, of_callee ? "callee" : "caller");
  }
  return name;
}

std::string NameOf(const CatalogEntry& entry, bool callee_side) {
  const std::string& name = entry.info.name;
  switch (entry.section) {
    case Section::kUser:
      return (callee_side ? "callee." : "caller.") + name;
    case Section::kRelations:
      return callee_side ? "callee." + name + "(caller)" : "caller." + name + "(callee)";
    case Section::kCall:
      return "call." + name;
    case Section::kDerived:
      break;
  }
  return name;
}

}  // namespace

std::span<const BitRange> ExtensionBits(Section section) {
  switch (section) {
    case Section::kUser:
      return kUserExtension;
    case Section::kRelations:
      return kRelationsExtension;
    case Section::kCall:
      return kCallExtension;
    case Section::kDerived:
      break;
  }
  return {};
}

std::string ExtensionBitsText(Section section) {
  std::string text;
  for (const BitRange& range : ExtensionBits(section)) {
    text += (text.empty() ? "" : " or ") + std::to_string(range.first) + " to " +
            std::to_string(range.last);
  }
  return text;
}

BlockMap::BlockMap(Section section, std::span<const FactInfo> base)
    : section_(section), extension_(!base.empty()), owners_(BlockOf(section).bits) {
  const BlockOfSection& block = BlockOf(section);
  const uint32_t begin = static_cast<uint32_t>(block.callee_word) * kWordBits;
  for (const FactInfo& fact : base) {
    if (fact.first_bit < begin || fact.first_bit >= begin + owners_.size()) continue;
    for (uint32_t bit = 0; bit < fact.width_bits; ++bit) {
      owners_[fact.first_bit - begin + bit] = fact.entry;
    }
  }
}

bool BlockMap::Kept(uint32_t bit) const {
  if (!extension_) return false;
  const std::span<const BitRange> ranges = ExtensionBits(section_);
  return std::none_of(ranges.begin(), ranges.end(), [&](const BitRange& range) {
    return bit >= range.first && bit <= range.last;
  });
}

void BlockMap::Place(const CatalogEntry& entry, CatalogErrors* errors) {
  const uint32_t width = entry.info.width_bits;
  const std::string what =
      "'" + entry.info.name + "' (" + std::to_string(width) + (width == 1 ? " bit)" : " bits)");
  if (entry.bit + width > owners_.size()) {
    errors->Add(entry.bit_span,
                what + " ends beyond the block of \"" + std::string(ToString(section_)) + "\"",
                "a place within " + std::to_string(owners_.size()) + " bits", Advice(width));
    return;
  }
  if (entry.bit / kWordBits != (entry.bit + width - 1) / kWordBits) {
    errors->Add(entry.bit_span, what + " lies across a word boundary", "all bits in one word of 32",
                Advice(width));
    return;
  }
  for (uint32_t bit = entry.bit; bit < entry.bit + width; ++bit) {
    if (owners_[bit].empty()) continue;
    errors->Add(entry.bit_span, what + " overlaps '" + owners_[bit] + "'", "bits of its own",
                Advice(width));
    return;
  }
  for (uint32_t bit = entry.bit; bit < entry.bit + width; ++bit) {
    if (!Kept(bit)) continue;
    errors->Add(
        entry.bit_span,
        what + " takes bit " + std::to_string(bit) + ", which is kept for the standard catalog",
        "bits of " + ExtensionBitsText(section_), Advice(width));
    return;
  }
  for (uint32_t bit = entry.bit; bit < entry.bit + width; ++bit) owners_[bit] = entry.info.name;
}

std::vector<BitRange> BlockMap::Free() const {
  std::vector<BitRange> free;
  for (uint32_t bit = 0; bit < owners_.size(); ++bit) {
    if (!owners_[bit].empty() || Kept(bit)) continue;
    if (!free.empty() && free.back().last + 1 == bit && bit % kWordBits != 0) {
      free.back().last = bit;
    } else {
      free.push_back({bit, bit});
    }
  }
  return free;
}

/// The first free place, judged by the entries read so far.
std::string BlockMap::Advice(uint32_t width) const {
  for (const BitRange& range : Free()) {
    if (range.last - range.first + 1 < width) continue;
    return "the entries before it leave bit " + std::to_string(range.first) + " free";
  }
  return "the entries before it leave no room of that width";
}

FactList::FactList(std::span<const FactInfo> base, CatalogErrors* errors)
    : errors_(*errors), facts_(base.begin(), base.end()) {
  for (const FactInfo& fact : facts_) by_name_.emplace(fact.name, Named{fact.id, 0});
}

void FactList::AddAll(const std::vector<CatalogEntry>& entries) {
  AddSide(entries, Section::kUser, true);
  AddSide(entries, Section::kUser, false);
  AddSide(entries, Section::kRelations, true);
  AddSide(entries, Section::kRelations, false);
  AddSide(entries, Section::kCall, true);
  AddSide(entries, Section::kDerived, true);
}

void FactList::AddSide(const std::vector<CatalogEntry>& entries, Section section,
                       bool callee_side) {
  for (const CatalogEntry& entry : entries) {
    if (entry.section == section) Add(entry, callee_side);
  }
}

std::vector<FactInfo> FactList::Finish() {
  for (FactInfo& fact : facts_) {
    const auto reverse = by_name_.find(SwappedName(fact.name));
    fact.reverse = reverse == by_name_.end() ? fact.id : reverse->second.id;
  }
  return std::move(facts_);
}

void FactList::Add(const CatalogEntry& entry, bool callee_side) {
  if (facts_.size() == kMaxFacts) {
    if (!full_) {
      errors_.Add(
          entry.name_span, "too many facts",
          "at most " + std::to_string(kMaxFacts) + ": an entry of users or relations is two");
    }
    full_ = true;
    return;
  }
  FactInfo fact = entry.info;
  fact.id = static_cast<FactId>(facts_.size());
  fact.name = NameOf(entry, callee_side);
  const auto [found, is_new] = by_name_.emplace(fact.name, Named{fact.id, entry.name_span.line});
  if (!is_new) {
    // Said once for the two sides of an entry.
    if (callee_side) {
      errors_.Add(entry.name_span, "the fact '" + fact.name + "' is there twice",
                  "a name of its own",
                  "the other is in line " + std::to_string(found->second.line));
    }
    return;
  }
  const BlockOfSection& block = BlockOf(entry.section);
  const int word = callee_side ? block.callee_word : block.caller_word;
  fact.first_bit = static_cast<uint16_t>(static_cast<uint32_t>(word) * kWordBits + entry.bit);
  if (!callee_side) {
    if (fact.group == Group::kCallee) fact.group = Group::kCaller;
    fact.known_to = Swapped(fact.known_to);
    fact.changeable_by = static_cast<Who>(Swapped(static_cast<uint8_t>(fact.changeable_by)));
  }
  facts_.push_back(std::move(fact));
}

}  // namespace ringfence
