// Catalog extensions: an operator's own entries behind those of a catalog, and whether a new
// version of such a file keeps what an older one promised.
#include <ringfence/limits.h>

#include <algorithm>
#include <iterator>

#include "base/names.h"
#include "facts/catalog_fields.h"
#include "facts/catalog_places.h"

namespace ringfence {
namespace {

using Type = JsonValue::Type;

constexpr std::string_view kKeys[] = {"extension", "version", "catalog",    "user",
                                      "relations", "call",    "constraints"};
constexpr std::string_view kKeysText =
    "one of extension, version, catalog, user, relations, call, constraints";
constexpr int64_t kMaxVersion = 1000000;
constexpr std::string_view kStays = "what is out of use stays, and its \"doc\" says so";

class ExtensionReader {
 public:
  ExtensionReader(const JsonValue& root, std::span<const FactInfo> base, CatalogErrors* errors)
      : root_(root), base_(base), errors_(*errors) {}

  ExtensionFile Read() {
    CheckKeys();
    ReadHead();
    for (const Section section : {Section::kUser, Section::kRelations, Section::kCall}) {
      ReadSection(section);
    }
    const bool lists = std::any_of(file_.lists.begin(), file_.lists.end(),
                                   [](const SourceSpan& span) { return span.line != 0; });
    if (file_.entries.empty() && !errors_.out.HasErrors()) {
      Error(BraceOf(root_), "the extension adds nothing",
            lists ? "an entry in one of its lists" : "a list \"user\", \"relations\" or \"call\"");
    }
    return std::move(file_);
  }

 private:
  void Error(SourceSpan span, std::string message, std::string expected, std::string hint = {}) {
    errors_.Add(span, std::move(message), std::move(expected), std::move(hint));
  }

  void CheckKeys() {
    const std::vector<std::string_view> keys(std::begin(kKeys), std::end(kKeys));
    for (const JsonValue::Member& member : root_.members) {
      if (std::find(keys.begin(), keys.end(), member.key) != keys.end()) continue;
      if (member.key == kSchemaKey) {
        if (member.value.type == Type::kString) continue;
        Error(member.value.span, "\"$schema\" is " + std::string(ToString(member.value.type)),
              "where the JSON Schema is");
        continue;
      }
      const bool derived = member.key == "derived";
      Error(member.key_span,
            derived ? "an extension has no derived facts: nothing would fill them"
                    : "unknown key " + QuotedText(member.key) + " of an extension",
            std::string(kKeysText), derived ? "" : DidYouMean(member.key, keys));
    }
  }

  const JsonValue* Get(std::string_view key, Type type, const std::string& expected) {
    const JsonValue* value = root_.Find(key);
    const std::string quoted = "\"" + std::string(key) + "\"";
    if (value == nullptr) {
      Error(BraceOf(root_), "the extension has no " + quoted, expected);
    } else if (value->type != type) {
      Error(value->span, quoted + " is " + std::string(ToString(value->type)), expected);
      return nullptr;
    }
    return value;
  }

  void ReadHead() {
    if (const JsonValue* name = Get("extension", Type::kString, "its name")) {
      file_.name_span = name->span;
      file_.name = name->string;
      if (!IsNameLike(name->string) || name->string.size() > kMaxNameBytes) {
        Error(name->span, QuotedText(name->string) + " is no name of an extension",
              "small letters, digits, _ and -, at most " + std::to_string(kMaxNameBytes));
      }
    }
    if (const JsonValue* version = Get("version", Type::kInt, "1, and more with each change")) {
      file_.version_span = version->span;
      file_.version = static_cast<int>(std::clamp<int64_t>(version->integer, 0, kMaxVersion));
      if (version->integer < 1 || version->integer > kMaxVersion) {
        Error(version->span, "a version is not " + std::to_string(version->integer),
              "an integer from 1 to " + std::to_string(kMaxVersion));
      }
    }
    const JsonValue* catalog =
        Get("catalog", Type::kInt, "the version of the catalog it extends, 1");
    if (catalog != nullptr && catalog->integer != kCatalogVersion) {
      Error(catalog->span, "catalog " + std::to_string(catalog->integer) + " is not the one here",
            "1");
    }
  }

  void ReadSection(Section section) {
    const std::string key(ToString(section));
    const JsonValue* list = root_.Find(key);
    if (list == nullptr) return;
    file_.lists[static_cast<size_t>(section)] = BraceOf(*list);
    if (list->type != Type::kArray) {
      Error(list->span, "\"" + key + "\" is " + std::string(ToString(list->type)),
            "an array of entries");
      return;
    }
    BlockMap block(section, base_);
    for (const JsonValue& item : list->items) {
      std::optional<CatalogEntry> entry = ReadCatalogEntry(item, section, &errors_);
      if (!entry || !CheckName(*entry) || !CheckKind(*entry)) continue;
      block.Place(*entry, &errors_);
      file_.entries.push_back(std::move(*entry));
    }
  }

  bool CheckName(const CatalogEntry& entry) {
    const std::string& name = entry.info.entry;
    const auto is_it = [&](const FactInfo& fact) { return fact.entry == name; };
    if (std::any_of(base_.begin(), base_.end(), is_it)) {
      Error(entry.name_span,
            "the catalog has '" + name + "' already: an extension cannot change it",
            "a new name that begins with " + std::string(kExtensionPrefix));
      return false;
    }
    if (name.starts_with(kExtensionPrefix) && name.size() > kExtensionPrefix.size()) return true;
    Error(entry.name_span, "'" + name + "' could be a name of a later standard catalog",
          "a name that begins with " + std::string(kExtensionPrefix),
          name == kExtensionPrefix ? "" : "'" + std::string(kExtensionPrefix) + name + "'");
    return false;
  }

  bool CheckKind(const CatalogEntry& entry) {
    if (entry.info.kind != FactKind::kDerived) return true;
    Error(entry.name_span, "'" + entry.info.name + "' is derived, and nothing would fill it",
          "a setting or an attribute");
    return false;
  }

  const JsonValue& root_;
  std::span<const FactInfo> base_;
  CatalogErrors& errors_;
  ExtensionFile file_;
};

std::string_view KindName(const FactInfo& info) {
  switch (info.kind) {
    case FactKind::kSetting:
      return "setting";
    case FactKind::kAttribute:
      return "attribute";
    case FactKind::kRelation:
      return info.symmetric ? "symmetric" : info.type == FactType::kEnum ? "choice" : "flag";
    case FactKind::kCall:
    case FactKind::kDerived:
      break;
  }
  return "call attribute";
}

std::string TypeName(const FactInfo& info) {
  switch (info.type) {
    case FactType::kBool:
      return "bool";
    case FactType::kEnum:
      return "enum";
    case FactType::kInt:
      break;
  }
  return "int from " + std::to_string(info.lowest) + " to " + std::to_string(info.highest) +
         (info.unit.empty() ? "" : " " + info.unit);
}

std::string Joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : ", ") + word;
  return text;
}

/// Compares the entries of one list of two versions.
class Comparison {
 public:
  Comparison(const ExtensionFile& old, const ExtensionFile& now, Section section,
             CatalogErrors* errors)
      : section_(section), list_(now.lists[static_cast<size_t>(section)]), errors_(*errors) {
    was_ = "version " + std::to_string(old.version);
    Take(old, &old_);
    Take(now, &now_);
  }

  void Run() {
    size_t furthest = 0;  // one past the last place where an old entry was found
    for (const CatalogEntry* old : old_) {
      const size_t at = Find(now_, old->info.name);
      if (at == now_.size()) {
        Gone(*old);
        continue;
      }
      if (at < furthest) {
        errors_.Add(now_[at]->name_span, "'" + old->info.name + "' is not in its old order",
                    "the entries of " + was_ + " in their order");
      }
      furthest = std::max(furthest, at + 1);
      Compare(*old, *now_[at]);
    }
    for (size_t at = 0; at < furthest; ++at) {
      if (Find(old_, now_[at]->info.name) != old_.size()) continue;
      if (std::find(renamed_.begin(), renamed_.end(), now_[at]) != renamed_.end()) continue;
      errors_.Add(now_[at]->name_span,
                  "'" + now_[at]->info.name + "' is new and stands before older entries",
                  "a place after the entries of " + was_);
    }
  }

 private:
  using List = std::vector<const CatalogEntry*>;

  void Take(const ExtensionFile& file, List* list) const {
    for (const CatalogEntry& entry : file.entries) {
      if (entry.section == section_) list->push_back(&entry);
    }
  }
  static size_t Find(const List& list, const std::string& name) {
    const auto is_it = [&](const CatalogEntry* entry) { return entry->info.name == name; };
    return static_cast<size_t>(std::find_if(list.begin(), list.end(), is_it) - list.begin());
  }

  void Gone(const CatalogEntry& old) {
    // What lies where it lay is most likely its new name.
    const auto lies_there = [&](const CatalogEntry* entry) {
      return entry->bit == old.bit && Find(old_, entry->info.name) == old_.size();
    };
    const auto renamed = std::find_if(now_.begin(), now_.end(), lies_there);
    if (renamed != now_.end()) {
      renamed_.push_back(*renamed);
      errors_.Add(
          (*renamed)->name_span,
          "'" + (*renamed)->info.name + "' lies where '" + old.info.name + "' lay in " + was_,
          "'" + old.info.name + "': a name is for ever", std::string(kStays));
      return;
    }
    errors_.Add(list_,
                "'" + old.info.name + "' of " + was_ + " is not in \"" +
                    std::string(ToString(section_)) + "\"",
                "every entry of " + was_, std::string(kStays));
  }

  void Compare(const CatalogEntry& old, const CatalogEntry& now) {
    const FactInfo &a = old.info, &b = now.info;
    const auto changed = [&](SourceSpan span, std::string_view what, std::string expected) {
      errors_.Add(span, "the " + std::string(what) + " of '" + a.name + "' is not that of " + was_,
                  std::move(expected), "give a new entry a name and bits of its own");
    };
    if (old.bit != now.bit) changed(now.bit_span, "place", "bit " + std::to_string(old.bit));
    if (KindName(a) != KindName(b)) changed(now.name_span, "kind", std::string(KindName(a)));
    if (TypeName(a) != TypeName(b)) {
      changed(now.name_span, "type", TypeName(a));
      return;  // widths and members follow from it
    }
    if (a.width_bits != b.width_bits) {
      changed(now.bit_span, "width",
              std::to_string(a.width_bits) + (a.width_bits == 1 ? " bit" : " bits"));
    }
    const bool continued = b.members.size() >= a.members.size() &&
                           std::equal(a.members.begin(), a.members.end(), b.members.begin());
    if (!continued) {
      errors_.Add(now.name_span, "the members of '" + a.name + "' do not begin as in " + was_,
                  Joined(a.members), "new members come after them");
    }
  }

  Section section_;
  SourceSpan list_;
  CatalogErrors& errors_;
  std::string was_;
  List old_, now_;
  List renamed_;  ///< reported as such
};

}  // namespace

std::optional<ExtensionFile> ReadExtension(const ParsedCatalog& base, std::string_view text,
                                           std::string_view file, Diagnostics* diagnostics) {
  JsonValue root;
  if (!ParseJson(text, file, *diagnostics, &root)) return std::nullopt;
  CatalogErrors errors{text, file, *diagnostics};
  if (root.type != Type::kObject) {
    errors.Add(root.span, "the extension is " + std::string(ToString(root.type)), "an object");
    return std::nullopt;
  }
  ExtensionFile extension = ExtensionReader(root, base.facts, &errors).Read();
  FactList list(base.facts, &errors);
  list.AddAll(extension.entries);
  extension.facts = list.Finish();
  extension.constraints = ReadConstraints(root, base.constraints, true, &errors);
  if (diagnostics->HasErrors()) return std::nullopt;
  return extension;
}

void CompareExtensions(const ExtensionFile& old, const ExtensionFile& now, CatalogErrors* errors) {
  const std::string was = "version " + std::to_string(old.version);
  if (old.name != now.name) {
    errors->Add(now.name_span, "this extension is not the older one's next version",
                "'" + old.name + "'");
  }
  for (int i = 0; i < kSectionCount; ++i) {
    Comparison(old, now, static_cast<Section>(i), errors).Run();
  }
  const bool same = CanonicalCatalog({kCatalogVersion, old.facts}) ==
                    CanonicalCatalog({kCatalogVersion, now.facts});
  if (now.version < old.version) {
    errors->Add(now.version_span, "this is older than " + was,
                std::to_string(old.version + 1) + " or more");
  } else if (now.version == old.version && !same) {
    errors->Add(now.version_span, "another file is " + was + " already",
                std::to_string(old.version + 1) + " or more");
  }
}

}  // namespace ringfence
