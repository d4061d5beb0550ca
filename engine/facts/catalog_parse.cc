// A catalog file as a whole: its lists, the places of their bits, names that must be and must not
// be there. Takes text; gives facts in the order of their ids.
#include <ringfence/limits.h>

#include <algorithm>
#include <map>

#include "facts/catalog_fields.h"
#include "facts/frame.h"

namespace ringfence {
namespace {

using Type = JsonValue::Type;

constexpr uint32_t kWordBits = 32;

struct BlockOfSection {
  int callee_word;  ///< or the only one
  int caller_word;  ///< -1: none
  uint32_t bits;
};
constexpr BlockOfSection kBlocks[kSectionCount] = {
    {kCalleeWord, kCallerWord, kUserWords* kWordBits},
    {kPairWord, kPairWord + 1, kWordBits},
    {kCallWord, -1, kCallWords* kWordBits},
    {kDerivedWord, -1, kDerivedWords* kWordBits},
};

const BlockOfSection& BlockOf(Section section) { return kBlocks[static_cast<size_t>(section)]; }

/// Which bits of one section's block are whose.
class BlockMap {
 public:
  explicit BlockMap(Section section) : section_(section), owners_(BlockOf(section).bits) {}

  void Place(const CatalogEntry& entry, CatalogErrors* errors) {
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
      errors->Add(entry.bit_span, what + " lies across a word boundary",
                  "all bits in one word of 32", Advice(width));
      return;
    }
    for (uint32_t bit = entry.bit; bit < entry.bit + width; ++bit) {
      if (owners_[bit].empty()) continue;
      errors->Add(entry.bit_span, what + " overlaps '" + owners_[bit] + "'", "bits of its own",
                  Advice(width));
      return;
    }
    for (uint32_t bit = entry.bit; bit < entry.bit + width; ++bit) owners_[bit] = entry.info.name;
  }

 private:
  /// The first free place, judged by the entries read so far.
  std::string Advice(uint32_t width) const {
    for (uint32_t bit = 0; bit + width <= owners_.size(); ++bit) {
      if (bit / kWordBits != (bit + width - 1) / kWordBits) continue;
      const auto begin = owners_.begin() + bit;
      const auto free = [](const std::string& owner) { return owner.empty(); };
      if (!std::all_of(begin, begin + width, free)) continue;
      return "the entries before it leave bit " + std::to_string(bit) + " free";
    }
    return "the entries before it leave no room of that width";
  }

  Section section_;
  std::vector<std::string> owners_;
};

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

/// Entries to facts: callee's side of all users' entries, caller's side, relations likewise, call
/// attributes, derived facts.
class FactList {
 public:
  explicit FactList(CatalogErrors* errors) : errors_(*errors) {}

  void AddSide(const std::vector<CatalogEntry>& entries, Section section, bool callee_side) {
    for (const CatalogEntry& entry : entries) {
      if (entry.section == section) Add(entry, callee_side);
    }
  }

  std::vector<FactInfo> Finish() {
    for (FactInfo& fact : facts_) {
      const auto reverse = by_name_.find(SwappedName(fact.name));
      fact.reverse = reverse == by_name_.end() ? fact.id : reverse->second.id;
    }
    return std::move(facts_);
  }

 private:
  struct Named {
    FactId id;
    uint32_t line;
  };

  void Add(const CatalogEntry& entry, bool callee_side) {
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

  static std::string NameOf(const CatalogEntry& entry, bool callee_side) {
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

  CatalogErrors& errors_;
  std::vector<FactInfo> facts_;
  std::map<std::string, Named> by_name_;
  bool full_ = false;
};

constexpr std::string_view kTopKeys[] = {"catalog", "user", "relations", "call", "derived"};

void CheckTop(const JsonValue& root, CatalogErrors* errors) {
  const std::vector<std::string_view> keys(std::begin(kTopKeys), std::end(kTopKeys));
  for (const JsonValue::Member& member : root.members) {
    if (std::find(keys.begin(), keys.end(), member.key) != keys.end()) continue;
    errors->Add(member.key_span, "unknown key " + QuotedText(member.key) + " of a catalog",
                "one of catalog, user, relations, call, derived", DidYouMean(member.key, keys));
  }
  const JsonValue* version = root.Find("catalog");
  SourceSpan brace = root.span;
  brace.length = 1;
  if (version == nullptr) {
    errors->Add(brace, "the catalog has no \"catalog\"", "its version, 1");
  } else if (version->type != Type::kInt || version->integer != kCatalogVersion) {
    errors->Add(version->span, "this version of the catalog's format is not known", "1");
  }
}

void ReadSection(const JsonValue& root, Section section, std::vector<CatalogEntry>* entries,
                 CatalogErrors* errors) {
  const std::string key(ToString(section));
  const JsonValue* list = root.Find(key);
  if (list == nullptr || list->type != Type::kArray) {
    SourceSpan place = list == nullptr ? root.span : list->span;
    if (list == nullptr) place.length = 1;
    errors->Add(place,
                list == nullptr ? "the catalog has no \"" + key + "\""
                                : "\"" + key + "\" is " + std::string(ToString(list->type)),
                "an array of entries");
    return;
  }
  BlockMap block(section);
  for (const JsonValue& item : list->items) {
    std::optional<CatalogEntry> entry = ReadCatalogEntry(item, section, errors);
    if (!entry) continue;
    block.Place(*entry, errors);
    entries->push_back(std::move(*entry));
  }
}

/// Facts that the engine itself fills or reads; no catalog can do without them.
void CheckRequired(const JsonValue& root, const std::vector<FactInfo>& facts,
                   CatalogErrors* errors) {
  struct Required {
    std::string_view name;
    FactKind kind;
    FactType type;
    Group group;
    int bit;  ///< in the frame; -1: any
    std::string_view expected;
  };
  static constexpr Required kRequired[] = {
      {"callee.known", FactKind::kDerived, FactType::kBool, Group::kCallee, kCalleeWord * 32,
       "an entry 'known' of \"user\": kind derived, type bool, absent false, bit 0"},
      {"call.same_account", FactKind::kCall, FactType::kBool, Group::kCall, -1,
       "an entry 'same_account' of \"call\": type bool, absent false"},
      {"callee.cohort", FactKind::kDerived, FactType::kInt, Group::kCohort, -1,
       "an entry 'callee.cohort' of \"derived\": type int, group cohort, range [0, 9999]"},
      {"caller.cohort", FactKind::kDerived, FactType::kInt, Group::kCohort, -1,
       "an entry 'caller.cohort' of \"derived\": type int, group cohort, range [0, 9999]"},
  };
  SourceSpan brace = root.span;
  brace.length = 1;
  for (const Required& needed : kRequired) {
    const auto is_it = [&](const FactInfo& fact) {
      const bool range = fact.type != FactType::kInt || (fact.lowest == 0 && fact.highest == 9999);
      return fact.name == needed.name && fact.kind == needed.kind && fact.type == needed.type &&
             fact.group == needed.group && fact.absent_code == 0 && range &&
             (needed.bit < 0 || fact.first_bit == needed.bit);
    };
    if (std::any_of(facts.begin(), facts.end(), is_it)) continue;
    errors->Add(brace,
                "the catalog has no '" + std::string(needed.name) + "' as the engine needs it",
                std::string(needed.expected));
  }
}

}  // namespace

std::optional<ParsedCatalog> ParseCatalog(std::string_view text, std::string_view file,
                                          Diagnostics* diagnostics) {
  JsonValue root;
  if (!ParseJson(text, file, *diagnostics, &root)) return std::nullopt;
  CatalogErrors errors{text, file, *diagnostics};
  if (root.type != Type::kObject) {
    errors.Add(root.span, "the catalog is " + std::string(ToString(root.type)), "an object");
    return std::nullopt;
  }
  CheckTop(root, &errors);
  std::vector<CatalogEntry> entries;
  for (int i = 0; i < kSectionCount; ++i) {
    ReadSection(root, static_cast<Section>(i), &entries, &errors);
  }
  FactList list(&errors);
  list.AddSide(entries, Section::kUser, true);
  list.AddSide(entries, Section::kUser, false);
  list.AddSide(entries, Section::kRelations, true);
  list.AddSide(entries, Section::kRelations, false);
  list.AddSide(entries, Section::kCall, true);
  list.AddSide(entries, Section::kDerived, true);
  ParsedCatalog catalog;
  catalog.facts = list.Finish();
  // Only of a catalog that is right otherwise: a fact may be missing for its own error.
  if (!diagnostics->HasErrors()) CheckRequired(root, catalog.facts, &errors);
  if (diagnostics->HasErrors()) return std::nullopt;
  return catalog;
}

}  // namespace ringfence
