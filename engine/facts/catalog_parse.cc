// A catalog file as a whole: its lists, the places of their bits, names that must be and must not
// be there. Takes text; gives facts in the order of their ids.
#include <ringfence/limits.h>

#include <algorithm>

#include "facts/catalog_fields.h"
#include "facts/catalog_places.h"
#include "facts/frame.h"

namespace ringfence {
namespace {

using Type = JsonValue::Type;

constexpr std::string_view kTopKeys[] = {"catalog", "user",    "relations",
                                         "call",    "derived", "constraints"};

void CheckTop(const JsonValue& root, CatalogErrors* errors) {
  const std::vector<std::string_view> keys(std::begin(kTopKeys), std::end(kTopKeys));
  for (const JsonValue::Member& member : root.members) {
    if (std::find(keys.begin(), keys.end(), member.key) != keys.end()) continue;
    errors->Add(member.key_span, "unknown key " + QuotedText(member.key) + " of a catalog",
                "one of catalog, user, relations, call, derived, constraints",
                DidYouMean(member.key, keys));
  }
  const JsonValue* version = root.Find("catalog");
  if (version == nullptr) {
    errors->Add(BraceOf(root), "the catalog has no \"catalog\"", "its version, 1");
  } else if (version->type != Type::kInt || version->integer != kCatalogVersion) {
    errors->Add(version->span, "this version of the catalog's format is not known", "1");
  }
}

void ReadSection(const JsonValue& root, Section section, std::vector<CatalogEntry>* entries,
                 CatalogErrors* errors) {
  const std::string key(ToString(section));
  const JsonValue* list = root.Find(key);
  if (list == nullptr || list->type != Type::kArray) {
    errors->Add(list == nullptr ? BraceOf(root) : list->span,
                list == nullptr ? "the catalog has no \"" + key + "\""
                                : "\"" + key + "\" is " + std::string(ToString(list->type)),
                "an array of entries");
    return;
  }
  BlockMap block(section, {});
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
  for (const Required& needed : kRequired) {
    const auto is_it = [&](const FactInfo& fact) {
      const bool range = fact.type != FactType::kInt || (fact.lowest == 0 && fact.highest == 9999);
      return fact.name == needed.name && fact.kind == needed.kind && fact.type == needed.type &&
             fact.group == needed.group && fact.absent_code == 0 && range &&
             (needed.bit < 0 || fact.first_bit == needed.bit);
    };
    if (std::any_of(facts.begin(), facts.end(), is_it)) continue;
    errors->Add(BraceOf(root),
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
  FactList list({}, &errors);
  list.AddAll(entries);
  ParsedCatalog catalog;
  catalog.facts = list.Finish();
  catalog.constraints = ReadConstraints(root, {}, false, &errors);
  // Only of a catalog that is right otherwise: a fact may be missing for its own error.
  if (!diagnostics->HasErrors()) CheckRequired(root, catalog.facts, &errors);
  if (diagnostics->HasErrors()) return std::nullopt;
  return catalog;
}

}  // namespace ringfence
