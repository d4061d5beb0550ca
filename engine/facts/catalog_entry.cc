// One entry of a catalog file: what its values may be, and how they go together.
#include <algorithm>
#include <bit>

#include "base/utf8.h"
#include "facts/catalog_fields.h"
#include "facts/catalog_sentences.h"

namespace ringfence {
namespace {

using Type = JsonValue::Type;

// Words that a condition could not read as a name (CEL, langdef.md, "Syntax").
constexpr std::string_view kReserved[] = {
    "as",       "break",  "const",  "continue", "else", "false", "for",
    "function", "if",     "import", "in",       "let",  "loop",  "package",
    "null",     "return", "true",   "var",      "void", "while", "namespace"};
// Words that mean something else where a value is written.
constexpr std::string_view kNoMembers[] = {"unset", "unavailable", "corrupt", "true", "false"};

constexpr uint64_t kMaxCodes = uint64_t{1} << 31;  // a code, shifted by unset, stays a FactCode
template <size_t kCount>
bool Contains(const std::string_view (&list)[kCount], std::string_view text) {
  return std::find(std::begin(list), std::end(list), text) != std::end(list);
}

bool IsName(std::string_view text, bool digit_first) {
  const auto letter = [](char c) { return c >= 'a' && c <= 'z'; };
  const auto digit = [](char c) { return c >= '0' && c <= '9'; };
  if (text.empty() || text.size() > kMaxNameBytes) return false;
  if (!letter(text[0]) && !(digit_first && digit(text[0]))) return false;
  return std::all_of(text.begin(), text.end(),
                     [&](char c) { return letter(c) || digit(c) || c == '_'; });
}

class EntryReader : private EntryFields {
 public:
  EntryReader(const JsonValue& json, Section section, CatalogErrors* errors)
      : EntryFields(json, section, errors) {}

  std::optional<CatalogEntry> Read() {
    const size_t before = errors_.out.errors();
    if (json_.type != Type::kObject) {
      Error(json_.span, "an entry is " + std::string(ToString(json_.type)), "an object");
      return std::nullopt;
    }
    CheckKeys();
    ReadName();
    ReadKind();
    ReadType();
    if (type_known_) {
      ReadValues();
      ReadSentences();
    }
    ReadPlace();
    ReadPeople();
    entry_.info.probe = ReadFlag("probe");
    entry_.info.enumerable = ReadFlag("enumerable");
    entry_.info.replay = ReadFlag("replay");
    ReadDoc();
    if (errors_.out.errors() != before) return std::nullopt;
    return std::move(entry_);
  }

 private:
  void ReadName();
  bool SplitDerivedName(std::string_view name);
  void ReadKind();
  void ReadUserKind(const JsonValue& kind);
  void ReadRelationKind(const JsonValue& kind);
  void ReadType();
  void ReadMembers();
  void ReadRange();
  void ReadValues();
  void CheckAbsent();
  void ReadSentences();
  void ReadPlace();
  void ReadPeople();
  void ReadChangeableTo();
  void ReadDoc();

  std::optional<FactCode> ReadValue(const JsonValue& value);
  std::string ValuesExpected() const;
  std::span<const Word> WhoWords(bool for_change) const;

  bool IsRelation() const { return entry_.section == Section::kRelations; }

  bool type_known_ = false;
};

void EntryReader::ReadName() {
  const JsonValue* name = Get("name", Type::kString);
  if (entry_.section == Section::kDerived) {
    const JsonValue* entry = Get("entry", Type::kString);
    if (name == nullptr) return;
    entry_.name_span = name->span;
    if (!SplitDerivedName(name->string)) {
      Error(name->span, QuotedText(name->string) + " is no name of a derived fact",
            "callee.NAME, caller.NAME, callee.NAME(caller) or caller.NAME(callee)");
    } else if (entry != nullptr && entry->string != entry_.info.entry) {
      Error(entry->span, "the entry of " + Label() + " is " + QuotedText(entry->string),
            "'" + entry_.info.entry + "'");
    }
    return;
  }
  if (name == nullptr) return;
  entry_.name_span = name->span;
  if (!IsName(name->string, false)) {
    Error(name->span, QuotedText(name->string) + " is no name of an entry",
          "small letters, digits and _, a letter first, at most " + std::to_string(kMaxNameBytes) +
              " of them");
  } else if (Contains(kReserved, name->string)) {
    Error(name->span, QuotedText(name->string) + " is a reserved word of conditions",
          "another name");
  } else {
    entry_.info.name = name->string;
    entry_.info.entry = name->string;
  }
}

bool EntryReader::SplitDerivedName(std::string_view name) {
  const bool of_callee = name.starts_with("callee.");
  if (!of_callee && !name.starts_with("caller.")) return false;
  constexpr size_t kPartyBytes = 7;
  std::string_view entry = name.substr(kPartyBytes);
  const std::string_view other = of_callee ? "(caller)" : "(callee)";
  if (entry.ends_with(other)) entry.remove_suffix(other.size());
  if (!IsName(entry, false) || Contains(kReserved, entry)) return false;
  entry_.info.name = name;
  entry_.info.entry = entry;
  return true;
}

void EntryReader::ReadKind() {
  FactInfo& info = entry_.info;
  entry_.mirrored = entry_.section == Section::kUser || IsRelation();
  if (entry_.mirrored) {
    info.kind = IsRelation() ? FactKind::kRelation : FactKind::kSetting;  // if it cannot be read
    info.group = IsRelation() ? Group::kPair : Group::kCallee;
    const JsonValue* kind = Get("kind", Type::kString);
    if (kind == nullptr) return;
    return IsRelation() ? ReadRelationKind(*kind) : ReadUserKind(*kind);
  }
  if (entry_.section == Section::kCall) {
    info.kind = FactKind::kCall;
    info.group = Group::kCall;
    return;
  }
  static constexpr Word kGroups[] = {{"cohort", static_cast<int>(Group::kCohort)},
                                     {"contact", static_cast<int>(Group::kContact)},
                                     {"caller_contact", static_cast<int>(Group::kCallerContact)},
                                     {"list", static_cast<int>(Group::kList)},
                                     {"grant", static_cast<int>(Group::kGrant)},
                                     {"attempts", static_cast<int>(Group::kAttempts)},
                                     {"time", static_cast<int>(Group::kTime)}};
  info.kind = FactKind::kDerived;
  const JsonValue* group = Get("group", Type::kString);
  if (group == nullptr) return;
  const std::optional<int> value = ReadWord(*group, "group", kGroups);
  if (value) info.group = static_cast<Group>(*value);
}

void EntryReader::ReadUserKind(const JsonValue& kind) {
  static constexpr Word kKinds[] = {{"setting", static_cast<int>(FactKind::kSetting)},
                                    {"attribute", static_cast<int>(FactKind::kAttribute)},
                                    {"derived", static_cast<int>(FactKind::kDerived)}};
  const std::optional<int> value = ReadWord(kind, "kind", kKinds);
  if (!value) return;
  entry_.info.kind = static_cast<FactKind>(*value);
  entry_.info.can_be_unset = entry_.info.kind != FactKind::kDerived;
  if (!entry_.info.can_be_unset) Forbid("default", "no default: a derived fact is never unset");
}

void EntryReader::ReadRelationKind(const JsonValue& kind) {
  static constexpr Word kKinds[] = {{"flag", 0}, {"choice", 1}, {"symmetric", 2}};
  const std::optional<int> value = ReadWord(kind, "kind", kKinds);
  if (!value) return;
  entry_.info.symmetric = *value == 2;
  if (*value == 1) {
    entry_.info.type = FactType::kEnum;
    ReadMembers();
  } else {
    Forbid("members", "none: only a choice has members");
    type_known_ = true;
  }
}

void EntryReader::ReadType() {
  if (IsRelation()) return;  // its kind says it
  static constexpr Word kTypes[] = {{"bool", static_cast<int>(FactType::kBool)},
                                    {"enum", static_cast<int>(FactType::kEnum)},
                                    {"int", static_cast<int>(FactType::kInt)}};
  const JsonValue* type = Get("type", Type::kString);
  if (type == nullptr) return;
  const std::optional<int> value = ReadWord(*type, "type", kTypes);
  if (!value) return;
  entry_.info.type = static_cast<FactType>(*value);
  if (entry_.info.type != FactType::kEnum) Forbid("members", "none: only an enum has members");
  if (entry_.info.type != FactType::kInt) {
    Forbid("range", "none: only an int has a range");
    Forbid("unit", "none: only an int has a unit");
  }
  if (entry_.info.type == FactType::kBool) type_known_ = true;
  if (entry_.info.type == FactType::kEnum) ReadMembers();
  if (entry_.info.type == FactType::kInt) ReadRange();
}

void EntryReader::ReadMembers() {
  const JsonValue* members = Get("members", Type::kArray);
  if (members == nullptr) return;
  const size_t before = errors_.out.errors();
  for (const JsonValue& member : members->items) {
    auto& known = entry_.info.members;
    if (member.type != Type::kString) {
      Error(member.span, "a member is " + std::string(ToString(member.type)), "a string");
    } else if (!IsName(member.string, true) || Contains(kNoMembers, member.string)) {
      Error(member.span, QuotedText(member.string) + " is no name of a member",
            "small letters, digits and _, but none of unset, unavailable, corrupt, true, false");
    } else if (std::find(known.begin(), known.end(), member.string) != known.end()) {
      Error(member.span, "member " + QuotedText(member.string) + " is there twice",
            "each member once");
    } else {
      known.push_back(member.string);
    }
  }
  const size_t count = members->items.size();
  if (count < 2 || count > kMaxMembers) {
    Error(members->span, Label() + " has " + std::to_string(count) + " members",
          "2 to " + std::to_string(kMaxMembers));
  }
  type_known_ = errors_.out.errors() == before;
  if (!type_known_ || entry_.section != Section::kCall) return;
  if (entry_.info.members[0] == "unspecified") return;
  Error(members->items[0].span,
        "the first member of a call attribute is " + QuotedText(entry_.info.members[0]),
        "'unspecified': what holds where the question does not say");
}

void EntryReader::ReadRange() {
  if (const JsonValue* unit = Get("unit", Type::kString, false)) {
    static constexpr Word kUnits[] = {{"", 0}, {"ms", 0}, {"s", 0}, {"min", 0}, {"h", 0}, {"d", 0}};
    if (ReadWord(*unit, "unit", kUnits)) entry_.info.unit = unit->string;
  }
  const JsonValue* range = Get("range", Type::kArray);
  if (range == nullptr) return;
  const auto& ends = range->items;
  if (ends.size() != 2 || ends[0].type != Type::kInt || ends[1].type != Type::kInt) {
    Error(range->span, "a range of other than two integers", "[lowest, highest]");
    return;
  }
  const int64_t lowest = ends[0].integer;
  const int64_t highest = ends[1].integer;
  if (lowest >= highest) {
    Error(range->span, "an empty range", "a lowest value below the highest");
    return;
  }
  if (static_cast<uint64_t>(highest) - static_cast<uint64_t>(lowest) >= kMaxCodes - 1) {
    Error(range->span, "a range of too many values",
          "at most " + std::to_string(kMaxCodes - 1) + " values");
    return;
  }
  entry_.info.lowest = lowest;
  entry_.info.highest = highest;
  type_known_ = true;
}

std::string EntryReader::ValuesExpected() const {
  const FactInfo& info = entry_.info;
  if (info.type == FactType::kBool) return "true or false";
  if (info.type == FactType::kInt) {
    return "an integer from " + std::to_string(info.lowest) + " to " + std::to_string(info.highest);
  }
  std::string all;
  for (const std::string& member : info.members) all += (all.empty() ? "" : ", ") + member;
  return "one of " + all;
}

std::optional<FactCode> EntryReader::ReadValue(const JsonValue& value) {
  const FactInfo& info = entry_.info;
  std::string hint;
  if (info.type == FactType::kBool && value.type == Type::kBool) return value.boolean ? 1u : 0u;
  if (info.type == FactType::kInt && value.type == Type::kInt) {
    if (value.integer >= info.lowest && value.integer <= info.highest) {
      return static_cast<FactCode>(value.integer - info.lowest);
    }
  }
  if (info.type == FactType::kEnum && value.type == Type::kString) {
    const auto found = std::find(info.members.begin(), info.members.end(), value.string);
    if (found != info.members.end()) return static_cast<FactCode>(found - info.members.begin());
    hint = DidYouMean(value.string, {info.members.begin(), info.members.end()});
  }
  Error(value.span, "this is no value of " + Label(), ValuesExpected(), hint);
  return std::nullopt;
}

void EntryReader::ReadValues() {
  const auto read = [&](std::string_view key, bool required) -> std::optional<FactCode> {
    const JsonValue* value = json_.Find(key);
    if (value != nullptr) return ReadValue(*value);
    if (required) Get(key, Type::kNull);  // reports that it is not there
    return std::nullopt;
  };
  const bool flag = IsRelation() && entry_.info.type == FactType::kBool;
  entry_.info.absent_code = read("absent", !flag).value_or(0);
  CheckAbsent();
  entry_.info.default_code = entry_.info.absent_code;
  if (entry_.info.can_be_unset) entry_.info.default_code = read("default", true).value_or(0);
}

void EntryReader::CheckAbsent() {
  const bool first_needed =
      IsRelation() || (entry_.section == Section::kCall && entry_.info.type == FactType::kEnum);
  if (!first_needed || entry_.info.absent_code == 0) return;
  Error(json_.Find("absent")->span, "what is not there has to be the first value of " + Label(),
        entry_.info.type == FactType::kBool ? "false" : "'" + entry_.info.members[0] + "'");
}

void EntryReader::ReadSentences() {
  FactInfo& info = entry_.info;
  if (const JsonValue* says = json_.Find("says")) {
    info.says = ReadCatalogSentences(entry_, "says", *says, &errors_);
  }
  if (const JsonValue* change = json_.Find("change")) {
    info.change = ReadCatalogSentences(entry_, "change", *change, &errors_);
  }
}

void EntryReader::ReadPlace() {
  const JsonValue* bit = Get("bit", Type::kInt);
  const JsonValue* bits = Get("bits", Type::kInt, false);
  const uint64_t codes = type_known_ ? entry_.info.code_count() : 2;
  const auto needed = static_cast<int>(std::bit_width(codes - 1));
  entry_.info.width_bits = static_cast<uint8_t>(needed);
  if (bits != nullptr) {
    if (bits->integer < needed || bits->integer > 32) {
      Error(bits->span, Label() + " needs " + std::to_string(needed) + " bits",
            "an integer from " + std::to_string(needed) + " to 32");
    } else {
      entry_.info.width_bits = static_cast<uint8_t>(bits->integer);
    }
  }
  if (bit == nullptr) return;
  entry_.bit_span = bit->span;
  if (bit->integer < 0 || bit->integer >= static_cast<int64_t>(kFrameBits)) {
    Error(bit->span, "bit " + std::to_string(bit->integer) + " is in no block",
          "an integer from 0, counted from the begin of the block");
    return;
  }
  entry_.bit = static_cast<uint32_t>(bit->integer);
}

std::span<const EntryFields::Word> EntryReader::WhoWords(bool for_change) const {
  static constexpr int kFirst = static_cast<int>(Who::kCallee);
  static constexpr int kSecond = static_cast<int>(Who::kCaller);
  static constexpr int kOperator = static_cast<int>(Who::kOperator);
  static constexpr Word kUser[] = {{"owner", kFirst}, {"other", kSecond}, {"operator", kOperator}};
  static constexpr Word kUserChange[] = {{"owner", kFirst}, {"operator", kOperator}, {"nobody", 0}};
  static constexpr Word kRelation[] = {
      {"subject", kFirst}, {"object", kSecond}, {"operator", kOperator}};
  static constexpr Word kRelationChange[] = {
      {"subject", kFirst}, {"operator", kOperator}, {"nobody", 0}};
  static constexpr Word kParties[] = {
      {"callee", kFirst}, {"caller", kSecond}, {"operator", kOperator}};
  static constexpr Word kCallChange[] = {
      {"caller", kSecond}, {"operator", kOperator}, {"nobody", 0}};
  static constexpr Word kNobody[] = {{"nobody", 0}};
  if (for_change && entry_.info.kind == FactKind::kDerived) return kNobody;
  switch (entry_.section) {
    case Section::kUser:
      return for_change ? std::span<const Word>(kUserChange) : kUser;
    case Section::kRelations:
      return for_change ? std::span<const Word>(kRelationChange) : kRelation;
    case Section::kCall:
      return for_change ? std::span<const Word>(kCallChange) : kParties;
    case Section::kDerived:
      break;
  }
  return kParties;
}

void EntryReader::ReadPeople() {
  if (const JsonValue* known_to = Get("known_to", Type::kArray)) {
    for (const JsonValue& who : known_to->items) {
      const std::optional<int> value = ReadWord(who, "party", WhoWords(false));
      if (!value) continue;
      if ((entry_.info.known_to & *value) != 0) {
        Error(who.span, QuotedText(who.string) + " is there twice", "each party once");
      }
      entry_.info.known_to = static_cast<uint8_t>(entry_.info.known_to | *value);
    }
  }
  const JsonValue* changeable = Get("changeable", Type::kString);
  if (changeable == nullptr) return;
  const std::optional<int> value = ReadWord(*changeable, "party", WhoWords(true));
  if (!value) return;
  entry_.info.changeable_by = static_cast<Who>(*value);
  if (entry_.info.changeable_by == Who::kNobody) {
    Forbid("changeable_to", "none: nobody can change it");
    Forbid("change", "none: nobody can change it");
  } else if (type_known_) {
    ReadChangeableTo();
  }
}

void EntryReader::ReadChangeableTo() {
  const JsonValue* values = Get("changeable_to", Type::kArray, false);
  if (values == nullptr) return;
  if (values->items.empty()) {
    Error(values->span, Label() + " can be changed to nothing",
          "a value, or \"changeable\": \"nobody\"");
  }
  for (const JsonValue& value : values->items) {
    const std::optional<FactCode> code = ReadValue(value);
    if (!code) continue;
    auto& codes = entry_.info.changeable_to;
    if (std::find(codes.begin(), codes.end(), *code) != codes.end()) {
      Error(value.span, "this value is there twice", "each value once");
      continue;
    }
    codes.push_back(*code);
  }
}

void EntryReader::ReadDoc() {
  const JsonValue* doc = Get("doc", Type::kString);
  if (doc == nullptr) return;
  if (doc->string.empty() || doc->string.size() > kMaxReasonBytes || HasControlBytes(doc->string)) {
    Error(doc->span, "the documentation of " + Label() + " is no sentence",
          "1 to " + std::to_string(kMaxReasonBytes) + " bytes on one line");
    return;
  }
  entry_.info.doc = doc->string;
}

}  // namespace

std::string_view ToString(Section section) {
  constexpr std::string_view kNames[kSectionCount] = {"user", "relations", "call", "derived"};
  return kNames[static_cast<size_t>(section)];
}

std::optional<CatalogEntry> ReadCatalogEntry(const JsonValue& json, Section section,
                                             CatalogErrors* errors) {
  return EntryReader(json, section, errors).Read();
}

}  // namespace ringfence
