// Shape checks every part of a policy shares, and the parts that are one value: name, catalog
// version, defaults, unknown_callee.
#include "policy/policy_reader.h"

#include <ringfence/limits.h>

#include <algorithm>

#include "base/names.h"
#include "base/utf8.h"
#include "policy/say.h"

namespace ringfence {
namespace {

constexpr std::string_view kNameRule = "a-z, 0-9, - and _, a letter or digit first";

// Where to say that something is missing in an object or array: its opening bracket.
SourceSpan OpeningOf(const JsonValue& value) {
  SourceSpan span = value.span;
  span.length = std::min<uint32_t>(span.length, 1);
  return span;
}

}  // namespace

PolicyReader::PolicyReader(const Catalog& catalog, std::string_view text, std::string_view file,
                           Diagnostics* diagnostics)
    : catalog_(catalog), text_(text), file_(file), diagnostics_(*diagnostics) {
  document_.file = file;
  document_.outcomes = BuiltInOutcomes();
}

Document PolicyReader::Read(const JsonValue& root) {
  const JsonValue *name = nullptr, *version = nullptr, *doc = nullptr, *defaults = nullptr;
  const JsonValue *outcomes = nullptr, *unknown_callee = nullptr, *decisions = nullptr;
  const JsonValue *invariants = nullptr, *discloses = nullptr;
  const Field fields[] = {
      {"policy", Type::kString, kMandatory, &name},
      {"catalog", Type::kInt, kMandatory, &version},
      {"doc", Type::kNull, kOptional, &doc},
      {"defaults", Type::kObject, kOptional, &defaults},
      {"outcomes", Type::kObject, kOptional, &outcomes},
      {"unknown_callee", Type::kString, kMandatory, &unknown_callee},
      {"decisions", Type::kObject, kMandatory, &decisions},
      {"invariants", Type::kArray, kOptional, &invariants},
      {"discloses", Type::kArray, kOptional, &discloses},
  };
  root_ = &root;
  if (!ReadFields(root, "the policy", fields)) return {};
  ReadHead(name, version);
  CheckDoc(doc);
  // In the order in which one part names another, whatever the order in the file.
  if (defaults != nullptr) ReadDefaults(*defaults);
  if (outcomes != nullptr) ReadOutcomes(*outcomes);
  if (unknown_callee != nullptr) ReadUnknownCallee(*unknown_callee);
  if (decisions != nullptr) ReadDecisions(*decisions);
  if (invariants != nullptr) ReadInvariants(*invariants);
  if (discloses != nullptr) ReadDiscloses(*discloses);
  return std::move(document_);
}

void PolicyReader::Error(SourceSpan span, std::string message, std::string expected,
                         std::string hint) {
  diagnostics_.Error(file_, span, std::move(message), std::move(expected), std::move(hint));
}

bool PolicyReader::IsType(const JsonValue& value, Type type, std::string_view what) {
  if (value.type == type) return true;
  const bool long_value = value.type == Type::kObject || value.type == Type::kArray;
  Error(long_value ? OpeningOf(value) : value.span,
        Say("{} cannot be {}", what, ToString(value.type)), std::string(ToString(type)));
  return false;
}

bool PolicyReader::ReadFields(const JsonValue& object, std::string_view what,
                              std::span<const Field> fields) {
  for (const Field& field : fields) *field.out = nullptr;
  if (!IsType(object, Type::kObject, what)) return false;
  std::vector<std::string_view> keys;
  for (const Field& field : fields) keys.push_back(field.key);
  for (const JsonValue::Member& member : object.members) {
    const auto field = std::ranges::find(fields, member.key, &Field::key);
    if (&object == root_ && member.key == kSchemaKey) {
      IsType(member.value, Type::kString, Say("'{}'", member.key));
    } else if (field == fields.end()) {
      Error(member.key_span, Say("unknown key '{}' in {}", member.key, what), OneOf(keys, 16),
            Guess(member.key, keys));
    } else if (field->type == Type::kNull ||
               IsType(member.value, field->type, Say("'{}'", member.key))) {
      *field->out = &member.value;
    }
  }
  for (const Field& field : fields) {
    if (!field.mandatory || object.Find(field.key) != nullptr) continue;
    Error(OpeningOf(object), Say("{} has no '{}'", what, field.key),
          Say("\"{}\": {}", field.key,
              field.type == Type::kNull ? std::string_view("...") : ToString(field.type)));
  }
  return true;
}

std::string PolicyReader::Guess(std::string_view word, const std::vector<std::string_view>& words) {
  return diagnostics_.errors() < kMaxDiagnostics ? DidYouMean(word, words) : std::string();
}

bool PolicyReader::CheckName(std::string_view name, SourceSpan span, std::string_view what) {
  const bool well_formed = IsNameLike(name);
  if (well_formed && name.size() <= kMaxNameBytes) return true;
  if (well_formed) {
    Error(span, Say("{} has a name of {} bytes", what, name.size()),
          Say("at most {} bytes", kMaxNameBytes));
  } else {
    Error(span, Say("'{}' cannot be the name of {}", name, what), std::string(kNameRule));
  }
  return false;
}

std::optional<std::string> PolicyReader::ReadText(const JsonValue& value, std::string_view what,
                                                  size_t max_bytes) {
  if (!IsType(value, Type::kString, what)) return std::nullopt;
  if (value.string.empty()) {
    Error(value.span, Say("{} is empty", what), "a sentence");
  } else if (value.string.size() > max_bytes) {
    Error(value.span, Say("{} has {} bytes", what, value.string.size()),
          Say("at most {} bytes", max_bytes));
  } else if (HasControlBytes(value.string)) {
    Error(value.span, Say("{} has control characters", what), "one line of text");
  } else {
    return value.string;
  }
  return std::nullopt;
}

// Notes to readers of the file are checked, so that a page of text is not carried about, and
// dropped.
void PolicyReader::CheckDoc(const JsonValue* doc) {
  if (doc != nullptr) ReadText(*doc, "'doc'", kMaxNoteBytes);
}

int PolicyReader::ReadWord(const JsonValue& value, std::string_view what,
                           const std::vector<std::string_view>& words) {
  if (!IsType(value, Type::kString, what)) return -1;
  const auto found = std::ranges::find(words, value.string);
  if (found != words.end()) return static_cast<int>(found - words.begin());
  Error(value.span, Say("{} cannot be '{}'", what, value.string), OneOf(words, 16),
        Guess(value.string, words));
  return -1;
}

void PolicyReader::ReadHead(const JsonValue* name, const JsonValue* version) {
  if (name != nullptr && CheckName(name->string, name->span, "a policy")) {
    document_.name = name->string;
  }
  if (version == nullptr) return;
  if (version->integer < 1 || version->integer > catalog_.version()) {
    Error(version->span, Say("catalog version {} is not known here", version->integer),
          Say("1 to {}", catalog_.version()));
    return;
  }
  document_.catalog_version = static_cast<int>(version->integer);
}

void PolicyReader::ReadDefaults(const JsonValue& object) {
  for (const JsonValue::Member& member : object.members) ReadDefault(member);
  // In the catalog's order, so that the digest does not depend on the order in the file.
  std::ranges::sort(document_.defaults, {}, &PolicyDefault::callee_fact);
}

void PolicyReader::ReadDefault(const JsonValue::Member& member) {
  const FactInfo* fact = nullptr;
  bool is_other_entry = false;
  std::vector<std::string_view> entries;
  for (const FactInfo& candidate : catalog_.facts()) {
    is_other_entry |= !candidate.can_be_unset && candidate.entry == member.key;
    if (!candidate.can_be_unset || !candidate.name.starts_with("callee.")) continue;
    entries.push_back(candidate.entry);
    if (candidate.entry == member.key) fact = &candidate;
  }
  if (fact == nullptr) {
    if (is_other_entry) {
      Error(member.key_span, Say("'{}' cannot have a default: nobody chooses it", member.key),
            "a setting or attribute");
      return;
    }
    const size_t dot = member.key.find('.');
    const std::string entry = dot == std::string::npos ? member.key : member.key.substr(dot + 1);
    const bool with_party = std::ranges::find(entries, entry) != entries.end();
    Error(member.key_span, Say("'{}' is no setting or attribute", member.key), {},
          with_party ? Say("write '{}': a default is the same on both sides of a call", entry)
                     : Guess(member.key, entries));
    return;
  }
  const std::optional<FactCode> value = ReadDefaultValue(*fact, member.value);
  if (!value) return;
  document_.defaults.push_back({fact->entry, fact->id, fact->reverse, *value, member.key_span});
}

std::optional<FactCode> PolicyReader::ReadDefaultValue(const FactInfo& fact,
                                                       const JsonValue& value) {
  const std::string what = Say("the default of '{}'", fact.entry);
  if (fact.type == FactType::kBool) {
    if (!IsType(value, Type::kBool, what)) return std::nullopt;
    return value.boolean ? 1 : 0;
  }
  if (fact.type == FactType::kEnum) {
    const int index = ReadWord(value, what, {fact.members.begin(), fact.members.end()});
    if (index < 0) return std::nullopt;
    return static_cast<FactCode>(index);
  }
  if (!IsType(value, Type::kInt, what)) return std::nullopt;
  if (value.integer < fact.lowest || value.integer > fact.highest) {
    Error(value.span, Say("{} is outside the range of '{}'", value.integer, fact.entry),
          Say("{} to {}", fact.lowest, fact.highest));
    return std::nullopt;
  }
  return static_cast<FactCode>(value.integer - fact.lowest);
}

void PolicyReader::ReadUnknownCallee(const JsonValue& value) {
  const auto found = std::ranges::find(document_.outcomes, value.string, &Outcome::name);
  if (found == document_.outcomes.end()) {
    std::vector<std::string_view> names;
    names.reserve(document_.outcomes.size());
    for (const Outcome& outcome : document_.outcomes) names.push_back(outcome.name);
    Error(value.span, Say("unknown outcome '{}'", value.string), OneOf(names),
          Guess(value.string, names));
    return;
  }
  if (found->effect != Effect::kRefuse) {
    Error(value.span, Say("'unknown_callee' must refuse, and '{}' does not", value.string),
          "an outcome with the effect refuse");
    return;
  }
  document_.unknown_callee = static_cast<uint16_t>(found - document_.outcomes.begin());
}

void PolicyReader::ReadDiscloses(const JsonValue& array) {
  for (const JsonValue& item : array.items) {
    const JsonValue *fact = nullptr, *why = nullptr;
    const Field fields[] = {
        {"fact", Type::kString, kMandatory, &fact},
        {"why", Type::kString, kMandatory, &why},
    };
    if (!ReadFields(item, "an entry of 'discloses'", fields)) continue;
    const auto reason = why == nullptr ? std::nullopt : ReadText(*why, "'why'", kMaxReasonBytes);
    const auto id = fact == nullptr ? std::nullopt : ReadDisclosedFact(*fact);
    if (!id || !reason) continue;
    document_.discloses.push_back({*id, *reason, fact->span});
  }
  // In the catalog's order, so that the digest does not depend on the order in the file.
  std::ranges::sort(document_.discloses, {}, &Disclosure::fact);
}

std::optional<FactId> PolicyReader::ReadDisclosedFact(const JsonValue& value) {
  const Result<FactId> found = catalog_.Find(value.string);
  if (!found.ok()) {
    std::vector<std::string_view> names;
    for (const FactInfo& fact : catalog_.facts()) names.push_back(fact.name);
    Error(value.span, Say("unknown fact '{}'", value.string), {}, Guess(value.string, names));
    return std::nullopt;
  }
  if (IsKnownToCaller(catalog_.fact(*found))) {
    Error(value.span, Say("'{}' is known to the caller anyway", value.string),
          "a fact that the caller does not know");
    return std::nullopt;
  }
  if (std::ranges::find(document_.discloses, *found, &Disclosure::fact) !=
      document_.discloses.end()) {
    Error(value.span, Say("'discloses' has '{}' twice", value.string));
    return std::nullopt;
  }
  return *found;
}

std::optional<Document> ParsePolicy(const Catalog& catalog, std::string_view text,
                                    std::string_view file, Diagnostics* diagnostics) {
  JsonValue root;
  const bool is_json = ParseJson(text, file, *diagnostics, &root);
  diagnostics->Name("json");
  if (!is_json) return std::nullopt;
  const size_t errors_before = diagnostics->errors();
  Document document = PolicyReader(catalog, text, file, diagnostics).Read(root);
  diagnostics->Name("policy");
  if (diagnostics->errors() > errors_before) return std::nullopt;
  return document;
}

}  // namespace ringfence
