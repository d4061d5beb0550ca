// cases.json -> CaseFile. Takes the text; gives typed cases, or every error in it with its place.
#include <ringfence/limits.h>

#include <algorithm>
#include <map>

#include "base/json.h"
#include "base/utf8.h"
#include "cases/cases.h"

namespace ringfence {
namespace {

using Type = JsonValue::Type;

constexpr std::string_view kUnset = "unset";
constexpr std::string_view kUnavailable = "unavailable";
constexpr std::string_view kPath = "path";

std::string Quoted(std::string_view text) { return "'" + Printable(text, kMaxReasonBytes) + "'"; }

std::string Joined(const std::vector<std::string_view>& words) {
  std::string text;
  for (size_t i = 0; i < words.size(); ++i) {
    if (i > 0) text += i + 1 == words.size() ? " or " : ", ";
    text += words[i];
  }
  return text;
}

/// "one of ring, refuse or silence".
std::string OneOf(const std::vector<std::string_view>& words) { return "one of " + Joined(words); }

template <class Enum, size_t kCount>
std::vector<std::string_view> Names() {
  std::vector<std::string_view> names;
  for (size_t i = 0; i < kCount; ++i) names.push_back(ToString(static_cast<Enum>(i)));
  return names;
}

/// What a field of `expect` may hold.
enum class FieldKind { kWord, kText, kNumber, kDecision };
struct Field {
  FieldKind kind = FieldKind::kText;
  std::vector<std::string_view> words;  ///< of a kWord
};

std::map<std::string_view, Field> Fields(const Document& document) {
  std::map<std::string_view, Field> fields = {
      {"effect", {FieldKind::kWord, Names<Effect, 5>()}},
      {"signal", {FieldKind::kWord, Names<Signal, kSignalCount>()}},
      {"record", {FieldKind::kWord, Names<Record, 3>()}},
      {"basis", {FieldKind::kWord, Names<Basis, 3>()}},
      {"outcome", {FieldKind::kText, {}}},
      {"rule", {FieldKind::kText, {}}},
      {"reason", {FieldKind::kText, {}}},
      {"told", {FieldKind::kText, {}}},
      {"sip", {FieldKind::kNumber, {}}},
      {"retry_after", {FieldKind::kNumber, {}}},
      {kPath, {FieldKind::kDecision, {}}},
  };
  for (size_t i = 1; i < document.decisions.size(); ++i) {
    fields.try_emplace(document.decisions[i].name, Field{FieldKind::kDecision, {}});
  }
  return fields;
}

/// One fact a case states.
struct Stated {
  FactId fact = 0;
  FactCode code = 0;
  SourceSpan span;
};

class Reader {
 public:
  Reader(const Catalog& catalog, const Document& document, std::string_view file,
         Diagnostics* diagnostics)
      : catalog_(catalog),
        fields_(Fields(document)),
        file_(file),
        diagnostics_(diagnostics),
        callee_known_(FindFact("callee.known")),
        caller_known_(FindFact("caller.known")),
        caller_cohort_(FindFact("caller.cohort")),
        same_account_(FindFact("call.same_account")) {
    for (const FactInfo& fact : catalog.facts()) {
      if (fact.group == Group::kCall) {
        attributes_.push_back(fact.entry);
      } else {
        names_.push_back(fact.name);
      }
    }
  }

  void ReadFile(const JsonValue& root, CaseFile* cases);

 private:
  /// A fact every catalog has; the catalog's size where this one has not.
  FactId FindFact(std::string_view name) const {
    const Result<FactId> found = catalog_.Find(name);
    return found.ok() ? *found : static_cast<FactId>(catalog_.size());
  }

  void Error(SourceSpan span, std::string message, std::string expected = {},
             std::string hint = {}) {
    diagnostics_->Error(file_, span, std::move(message), std::move(expected), std::move(hint));
  }
  /// "" once nobody would see it: a hostile file may have 100,000 misspelt names.
  std::string Hint(std::string_view word, const std::vector<std::string_view>& candidates) const {
    if (diagnostics_->errors() >= kMaxDiagnostics || word.size() > kMaxNameBytes) return {};
    return DidYouMean(word, candidates);
  }
  /// Whether `value` is an object with no other keys than these.
  bool CheckObject(const JsonValue& value, std::string_view what,
                   const std::vector<std::string_view>& keys);
  std::optional<std::string> ReadName(const JsonValue& value, std::string_view what);
  bool ReadFlag(const JsonValue& value, std::string_view what);
  void ReadCase(const JsonValue& value, CaseFile* cases);
  void ReadFacts(const JsonValue& facts, bool call, std::vector<Stated>* stated);
  std::optional<FactCode> ReadCode(const FactInfo& fact, const JsonValue& value);
  void ReadExpect(const JsonValue& expect, std::vector<Expectation>* expectations);
  std::optional<Expectation> ReadExpectation(const JsonValue::Member& member, const Field& field);
  std::vector<FactCode> CodesOf(const std::vector<Stated>& stated);
  bool Unknown(FactId known, const std::vector<const Stated*>& given) const;
  void TakeAccount(SourceSpan span, std::vector<Stated>* stated);
  void MirrorSymmetric(const Stated& fact, std::vector<const Stated*>* given);
  void CheckAbsent(const std::string& known, FactId known_id, Group user,
                   const std::vector<Stated>& stated);
  void FindDuplicates(const CaseFile& cases);
  void FindContradictions(const CaseFile& cases);

  const Catalog& catalog_;
  const std::map<std::string_view, Field> fields_;
  const std::string_view file_;
  Diagnostics* const diagnostics_;
  const FactId callee_known_;
  const FactId caller_known_;
  const FactId caller_cohort_;
  const FactId same_account_;
  std::vector<std::string_view> names_;       ///< of all facts but the call's attributes
  std::vector<std::string_view> attributes_;  ///< of the call, without "call."
};

bool Reader::CheckObject(const JsonValue& value, std::string_view what,
                         const std::vector<std::string_view>& keys) {
  if (value.type != Type::kObject) {
    Error(value.span, std::string(what) + " is " + std::string(ToString(value.type)),
          "an object with " + Joined(keys));
    return false;
  }
  for (const JsonValue::Member& member : value.members) {
    if (std::find(keys.begin(), keys.end(), member.key) != keys.end()) continue;
    Error(member.key_span, "unknown key " + Quoted(member.key), OneOf(keys),
          Hint(member.key, keys));
  }
  return true;
}

/// A text a terminal may show: not empty, at most a reason's length, no control bytes.
std::optional<std::string> Reader::ReadName(const JsonValue& value, std::string_view what) {
  const std::string expected =
      "a text of 1 to " + std::to_string(kMaxReasonBytes) + " bytes without control characters";
  if (value.type != Type::kString) {
    Error(value.span, std::string(what) + " is " + std::string(ToString(value.type)), expected);
    return std::nullopt;
  }
  if (value.string.empty() || value.string.size() > kMaxReasonBytes ||
      HasControlBytes(value.string)) {
    Error(value.span, std::string(what) + " cannot be this text", expected);
    return std::nullopt;
  }
  return value.string;
}

bool Reader::ReadFlag(const JsonValue& value, std::string_view what) {
  if (value.type == Type::kBool) return value.boolean;
  Error(value.span, std::string(what) + " is " + std::string(ToString(value.type)),
        "true or false");
  return false;
}

void Reader::ReadFile(const JsonValue& root, CaseFile* cases) {
  if (!CheckObject(root, "a cases file", {"policy", "cases", kSchemaKey})) return;
  if (const JsonValue* schema = root.Find(kSchemaKey)) ReadName(*schema, "\"$schema\"");
  if (const JsonValue* policy = root.Find("policy")) {
    cases->policy = ReadName(*policy, "\"policy\"").value_or("");
  } else {
    Error(root.span, "\"policy\" is missing", "the path of the policy, relative to this file");
  }
  const JsonValue* list = root.Find("cases");
  if (list == nullptr) {
    Error(root.span, "\"cases\" is missing", "an array of cases");
    return;
  }
  if (list->type != Type::kArray || list->items.empty()) {
    Error(list->span,
          list->type == Type::kArray ? "there is no case"
                                     : "\"cases\" is " + std::string(ToString(list->type)),
          "an array of at least one case");
    return;
  }
  for (const JsonValue& value : list->items) ReadCase(value, cases);
  FindDuplicates(*cases);
  FindContradictions(*cases);
}

void Reader::ReadCase(const JsonValue& value, CaseFile* cases) {
  if (!CheckObject(value, "a case",
                   {"name", "ref", "caller_without_account", "facts", "call", "expect"}))
    return;
  Case one;
  one.span = value.span;
  if (const JsonValue* name = value.Find("name")) {
    one.span = name->span;
    one.name = ReadName(*name, "\"name\"").value_or("");
  } else {
    Error(value.span, "a case without a name", "\"name\"");
  }
  if (const JsonValue* ref = value.Find("ref")) one.ref = ReadName(*ref, "\"ref\"").value_or("");
  std::vector<Stated> stated;
  if (const JsonValue* facts = value.Find("facts")) ReadFacts(*facts, false, &stated);
  if (const JsonValue* call = value.Find("call")) ReadFacts(*call, true, &stated);
  if (const JsonValue* none = value.Find("caller_without_account")) {
    one.caller_without_account = ReadFlag(*none, "\"caller_without_account\"");
  }
  if (one.caller_without_account) TakeAccount(value.Find("caller_without_account")->span, &stated);
  one.codes = CodesOf(stated);
  if (const JsonValue* expect = value.Find("expect")) {
    ReadExpect(*expect, &one.expect);
  } else {
    Error(one.span, "a case that expects nothing", "\"expect\"");
  }
  cases->cases.push_back(std::move(one));
}

void Reader::ReadFacts(const JsonValue& facts, bool call, std::vector<Stated>* stated) {
  const std::string_view what = call ? "\"call\"" : "\"facts\"";
  if (facts.type != Type::kObject) {
    Error(facts.span, std::string(what) + " is " + std::string(ToString(facts.type)),
          "an object of names and values");
    return;
  }
  for (const JsonValue::Member& member : facts.members) {
    const Result<FactId> id = catalog_.Find(call ? "call." + member.key : member.key);
    if (!id.ok()) {
      Error(member.key_span,
            (call ? "unknown attribute of the call " : "unknown fact ") + Quoted(member.key),
            call ? OneOf(attributes_) : "a fact of the catalog",
            Hint(member.key, call ? attributes_ : names_));
      continue;
    }
    const FactInfo& fact = catalog_.fact(*id);
    if (!call && fact.group == Group::kCall) {
      Error(member.key_span, Quoted(fact.name) + " is an attribute of the call", {},
            "put \"" + fact.entry + "\" under \"call\"");
      continue;
    }
    const std::optional<FactCode> code = ReadCode(fact, member.value);
    if (code.has_value()) stated->push_back({*id, *code, member.key_span});
  }
}

/// "true or false", "one of 'a' or 'b'", "an integer from 0 to 9999", and what else is allowed.
std::string ExpectedValue(const FactInfo& fact) {
  std::string expected;
  switch (fact.type) {
    case FactType::kBool:
      expected = "true, false";
      break;
    case FactType::kEnum:
      for (const std::string& member : fact.members) {
        expected += (expected.empty() ? "\"" : ", \"") + member + "\"";
      }
      break;
    case FactType::kInt:
      expected =
          "an integer from " + std::to_string(fact.lowest) + " to " + std::to_string(fact.highest);
      break;
  }
  if (fact.can_be_unset) expected += ", \"unset\"";
  return expected + " or \"unavailable\"";
}

std::optional<FactCode> Reader::ReadCode(const FactInfo& fact, const JsonValue& value) {
  const FactCode shift = fact.can_be_unset ? 1 : 0;
  if (value.type == Type::kString) {
    if (value.string == kUnavailable) return kUnavailableCode;
    if (value.string == kUnset && fact.can_be_unset) return FactCode{0};
  }
  if (fact.type == FactType::kBool && value.type == Type::kBool) {
    return (value.boolean ? 1 : 0) + shift;
  }
  if (fact.type == FactType::kInt && value.type == Type::kInt && value.integer >= fact.lowest &&
      value.integer <= fact.highest) {
    return static_cast<FactCode>(value.integer - fact.lowest) + shift;
  }
  if (fact.type == FactType::kEnum && value.type == Type::kString) {
    const auto found = std::find(fact.members.begin(), fact.members.end(), value.string);
    if (found != fact.members.end()) {
      return static_cast<FactCode>(found - fact.members.begin()) + shift;
    }
  }
  std::string hint;
  if (value.type == Type::kString) {
    std::vector<std::string_view> words(fact.members.begin(), fact.members.end());
    if (fact.can_be_unset) words.push_back(kUnset);
    words.push_back(kUnavailable);
    hint = Hint(value.string, words);
  }
  Error(value.span, "this is no value of " + fact.name, ExpectedValue(fact), std::move(hint));
  return std::nullopt;
}

void Reader::ReadExpect(const JsonValue& expect, std::vector<Expectation>* expectations) {
  std::vector<std::string_view> names;
  for (const auto& [name, field] : fields_) names.push_back(name);
  if (!CheckObject(expect, "\"expect\"", names)) return;
  if (expect.members.empty()) Error(expect.span, "a case that expects nothing", OneOf(names));
  for (const JsonValue::Member& member : expect.members) {
    const auto field = fields_.find(member.key);
    if (field == fields_.end()) continue;  // reported as an unknown key
    std::optional<Expectation> expectation = ReadExpectation(member, field->second);
    if (expectation.has_value()) expectations->push_back(std::move(*expectation));
  }
}

std::optional<Expectation> Reader::ReadExpectation(const JsonValue::Member& member,
                                                   const Field& field) {
  const JsonValue& value = member.value;
  Expectation expectation{member.key, std::nullopt, value.span};
  const std::string message = "this is no value of \"" + member.key + "\"";
  if (field.kind == FieldKind::kNumber) {
    constexpr int64_t kMost = UINT32_MAX;
    if (value.type == Type::kInt && value.integer >= 0 && value.integer <= kMost) {
      expectation.value = std::to_string(value.integer);
      return expectation;
    }
    Error(value.span, message, "an integer from 0 to " + std::to_string(kMost) + "; 0 is none");
    return std::nullopt;
  }
  if (field.kind == FieldKind::kDecision && value.type == Type::kNull) return expectation;
  const bool text = value.type == Type::kString && !value.string.empty();
  const auto& words = field.words;
  if (text && (field.kind != FieldKind::kWord ||
               std::find(words.begin(), words.end(), value.string) != words.end())) {
    expectation.value = value.string;
    return expectation;
  }
  if (field.kind == FieldKind::kWord) {
    Error(value.span, message, OneOf(words), text ? Hint(value.string, words) : std::string());
  } else {
    Error(value.span, message,
          field.kind == FieldKind::kDecision ? "a text, or null where the call is refused"
                                             : "a text that is not empty");
  }
  return std::nullopt;
}

/// The case's facts as codes; every fact has one.
std::vector<FactCode> Reader::CodesOf(const std::vector<Stated>& stated) {
  std::vector<const Stated*> given(catalog_.size(), nullptr);
  for (const Stated& fact : stated) given[fact.fact] = &fact;
  for (const Stated& fact : stated) MirrorSymmetric(fact, &given);
  const bool callee_unknown = Unknown(callee_known_, given);
  const bool caller_unknown = Unknown(caller_known_, given);
  if (callee_unknown) CheckAbsent("callee.known", callee_known_, Group::kCallee, stated);
  if (caller_unknown) CheckAbsent("caller.known", caller_known_, Group::kCaller, stated);
  std::vector<FactCode> codes(catalog_.size());
  for (FactId id = 0; id < codes.size(); ++id) {
    const FactInfo& info = catalog_.fact(id);
    const bool absent = (callee_unknown && info.group == Group::kCallee) ||
                        (caller_unknown && info.group == Group::kCaller);
    if (given[id] != nullptr) {
      codes[id] = given[id]->code;
    } else if (id == callee_known_ || id == caller_known_) {
      codes[id] = 1;
    } else if (!info.can_be_unset) {
      codes[id] = info.absent_code;
    } else {
      codes[id] = absent ? info.absent_code + 1 : 0;
    }
  }
  return codes;
}

/// Whether the case says that this party is not known.
bool Reader::Unknown(FactId known, const std::vector<const Stated*>& given) const {
  return known < given.size() && given[known] != nullptr && given[known]->code == 0;
}

/// States what follows from a caller without an account: not known, no id to take a cohort of, no
/// address book, and nobody's own account.
void Reader::TakeAccount(SourceSpan span, std::vector<Stated>* stated) {
  for (const Stated& fact : *stated) {
    const FactInfo& info = catalog_.fact(fact.fact);
    const bool impossible = (fact.fact == caller_known_ && fact.code != 0) ||
                            (fact.fact == same_account_ && fact.code != 0) ||
                            (fact.fact == caller_cohort_ && fact.code != kUnavailableCode) ||
                            info.group == Group::kCallerContact;
    if (!impossible) continue;
    Error(fact.span, Quoted(info.name) + " contradicts \"caller_without_account\"",
          "no account, cohort or address book of a caller without an account");
  }
  const FactId count = static_cast<FactId>(catalog_.size());
  if (caller_known_ < count) stated->push_back({caller_known_, 0, span});
  if (caller_cohort_ < count) stated->push_back({caller_cohort_, kUnavailableCode, span});
}

/// A symmetric relation holds on both sides or on neither, so one side states the other.
void Reader::MirrorSymmetric(const Stated& fact, std::vector<const Stated*>* given) {
  const FactInfo& info = catalog_.fact(fact.fact);
  if (!info.symmetric || info.reverse == fact.fact) return;
  const Stated*& other = (*given)[info.reverse];
  if (other == nullptr) {
    other = &fact;
  } else if (other->code != fact.code) {
    Error(fact.span, Quoted(info.name) + " contradicts " + Quoted(catalog_.fact(info.reverse).name),
          "both or neither: the relation is symmetric");
  }
}

/// An account that is not known has no settings, attributes or relations.
void Reader::CheckAbsent(const std::string& known, FactId known_id, Group user,
                         const std::vector<Stated>& stated) {
  for (const Stated& fact : stated) {
    const FactInfo& info = catalog_.fact(fact.fact);
    const bool own = info.group == user && fact.fact != known_id;
    const bool related = info.group == Group::kPair && fact.code != info.absent_code;
    if (!own && !related) continue;
    Error(fact.span, Quoted(info.name) + " contradicts " + known + ", which is false",
          "no settings, attributes or relations of an account that is not known");
  }
}

void Reader::FindDuplicates(const CaseFile& cases) {
  std::map<std::string_view, uint32_t> lines;
  for (const Case& one : cases.cases) {
    if (one.name.empty()) continue;
    const auto [other, added] = lines.try_emplace(one.name, one.span.line);
    if (added) continue;
    Error(one.span, "two cases have the name " + Quoted(one.name),
          "a name of its own; the other case is in line " + std::to_string(other->second));
  }
}

/// Two cases that state the same and expect different things of one field cannot both pass.
void Reader::FindContradictions(const CaseFile& cases) {
  struct Seen {
    const Case* first = nullptr;
    const Expectation* expectation = nullptr;
  };
  std::map<std::vector<FactCode>, std::map<std::string_view, Seen>> groups;
  const auto show = [](const Expectation& expectation) {
    return expectation.value.has_value() ? Quoted(*expectation.value) : std::string("null");
  };
  for (const Case& one : cases.cases) {
    std::map<std::string_view, Seen>& fields = groups[one.codes];
    for (const Expectation& expectation : one.expect) {
      const auto [entry, added] = fields.try_emplace(expectation.field, Seen{&one, &expectation});
      const Seen& seen = entry->second;
      if (added || seen.expectation->value == expectation.value) continue;
      Error(expectation.span,
            "case " + Quoted(one.name) + " contradicts case " + Quoted(seen.first->name) +
                ": the same facts, but " + expectation.field + " " + show(expectation) +
                " here and " + show(*seen.expectation) + " in line " +
                std::to_string(seen.expectation->span.line),
            "one answer to one question");
    }
  }
}

}  // namespace

std::optional<CaseFile> ParseCases(const Catalog& catalog, const Document& document,
                                   std::string_view text, std::string_view file,
                                   Diagnostics* diagnostics) {
  JsonValue root;
  if (!ParseJson(text, file, *diagnostics, &root)) return std::nullopt;
  CaseFile cases;
  Reader(catalog, document, file, diagnostics).ReadFile(root, &cases);
  if (diagnostics->HasErrors()) return std::nullopt;
  return cases;
}

std::optional<std::string> ParsePolicyPath(std::string_view text, std::string_view file,
                                           Diagnostics* diagnostics) {
  JsonValue root;
  if (!ParseJson(text, file, *diagnostics, &root)) return std::nullopt;
  const JsonValue* policy = root.Find("policy");
  if (policy != nullptr && policy->type == Type::kString && !policy->string.empty()) {
    return policy->string;
  }
  diagnostics->Error(file, policy == nullptr ? root.span : policy->span,
                     "\"policy\" does not name a policy",
                     "the path of the policy, relative to this file");
  return std::nullopt;
}

}  // namespace ringfence
