// The decisions of a policy, their rules, and its invariants.
#include <ringfence/limits.h>

#include <algorithm>
#include <limits>
#include <unordered_set>

#include "policy/cel.h"
#include "policy/cel_parser.h"
#include "policy/places.h"
#include "policy/policy_reader.h"
#include "policy/say.h"

namespace ringfence {
namespace {

constexpr std::string_view kRing = "ring";
constexpr std::string_view kReservedIds[] = {"otherwise", "on_unavailable", "unknown_callee"};

bool IsReservedId(std::string_view id) {
  return std::ranges::find(kReservedIds, id) != std::end(kReservedIds);
}

// Where a rule leads whose 'then' could not be read; no document leaves with it.
constexpr uint16_t kUnknownThen = std::numeric_limits<uint16_t>::max();

// A condition that could not be read, so that a document always has whole rules.
Condition Placeholder() {
  Condition condition;
  condition.nodes.emplace_back();
  condition.text = "false";
  return condition;
}

SourceSpan ShortSpan(const JsonValue& value) {
  SourceSpan span = value.span;
  if (value.type == JsonValue::Type::kObject || value.type == JsonValue::Type::kArray) {
    span.length = std::min<uint32_t>(span.length, 1);
  }
  return span;
}

}  // namespace

void PolicyReader::ReadDecisions(const JsonValue& object) {
  std::vector<DecisionRules>& decisions = document_.decisions;
  if (object.Find(kRing) == nullptr) {
    Error(ShortSpan(object), Say("there is no decision 'ring'"), "\"ring\": {...}");
    decisions.emplace_back().name = kRing;
  }
  for (const JsonValue::Member& member : object.members) {
    if (decisions.size() == kMaxDecisions) {
      Error(member.key_span, Say("a policy has at most {} decisions", kMaxDecisions));
      break;
    }
    CheckDecisionName(member);
    DecisionRules decision = ReadDecision(member);
    CheckIds(decision);
    CheckRanks(decision);
    decisions.insert(member.key == kRing ? decisions.begin() : decisions.end(),
                     std::move(decision));
  }
}

// Invariants write D.outcome, so a decision's name must be a name in conditions.
void PolicyReader::CheckDecisionName(const JsonValue::Member& member) {
  if (!CheckName(member.key, member.key_span, "a decision")) return;
  const std::string_view name = member.key;
  const bool taken = name == "callee" || name == "caller" || name == "call";
  if (!taken && !IsReservedInCel(name) && name.find('-') == std::string_view::npos &&
      !(name.front() >= '0' && name.front() <= '9')) {
    return;
  }
  Error(member.key_span, Say("'{}' cannot name a decision: conditions could not name it", name),
        "a-z, 0-9 and _, a letter first, no word of conditions");
}

DecisionRules PolicyReader::ReadDecision(const JsonValue::Member& member) {
  const bool is_ring = member.key == kRing;
  const JsonValue *values = nullptr, *combine = nullptr, *floor = nullptr, *rules = nullptr;
  const JsonValue *otherwise = nullptr, *on_unavailable = nullptr, *doc = nullptr;
  std::vector<Field> fields = {
      {"combine", Type::kNull, kOptional, &combine},
      {"floor", Type::kArray, kOptional, &floor},
      {"rules", Type::kArray, kMandatory, &rules},
      {"otherwise", Type::kNull, kMandatory, &otherwise},
      {"on_unavailable", Type::kNull, kMandatory, &on_unavailable},
      {"doc", Type::kNull, kOptional, &doc},
  };
  if (!is_ring) fields.insert(fields.begin(), {"values", Type::kArray, kMandatory, &values});

  DecisionRules decision;
  decision.name = member.key;
  decision.span = member.key_span;
  decision.otherwise.id = "otherwise";
  decision.on_unavailable.id = "on_unavailable";
  if (!ReadFields(member.value, Say("the decision '{}'", member.key), fields)) return decision;
  CheckDoc(doc);
  if (combine != nullptr) ReadCombine(*combine, &decision);
  if (values != nullptr) ReadValues(*values, &decision);
  if (floor != nullptr) ReadRules(*floor, &decision, &decision.floor);
  if (rules != nullptr) ReadRules(*rules, &decision, &decision.rules);
  const auto reserved = [&](const JsonValue* value, Rule* rule) {
    if (value != nullptr) *rule = ReadReserved(*value, rule->id, decision);
  };
  reserved(otherwise, &decision.otherwise);
  reserved(on_unavailable, &decision.on_unavailable);
  return decision;
}

void PolicyReader::ReadCombine(const JsonValue& value, DecisionRules* decision) {
  constexpr Combine kAll[] = {Combine::kFirstApplicable, Combine::kDenyOverrides,
                              Combine::kPermitOverrides, Combine::kHighest};
  std::vector<std::string_view> words;
  for (const Combine choice : kAll) words.push_back(ToString(choice));
  const int index = ReadWord(value, "'combine'", words);
  if (index < 0) return;
  const Combine combine = kAll[index];
  if (decision->name != kRing &&
      (combine == Combine::kDenyOverrides || combine == Combine::kPermitOverrides)) {
    Error(value.span, Say("'{}' sorts by effect, and '{}' has none", value.string, decision->name),
          "first-applicable or highest");
    return;
  }
  decision->combine = combine;
}

void PolicyReader::ReadValues(const JsonValue& array, DecisionRules* decision) {
  if (array.items.empty()) {
    Error(array.span, Say("'values' is empty"), "what the decision can be, lowest first");
  }
  for (const JsonValue& item : array.items) {
    if (decision->values.size() == kMaxPathValues) {
      Error(item.span, Say("a decision has at most {} values", kMaxPathValues));
      return;
    }
    if (!IsType(item, Type::kString, "a value")) continue;
    CheckName(item.string, item.span, "a value");
    if (std::ranges::find(decision->values, item.string) != decision->values.end()) {
      Error(item.span, Say("the value '{}' stands here twice", item.string));
      continue;
    }
    decision->values.push_back(item.string);
  }
}

void PolicyReader::ReadRules(const JsonValue& array, DecisionRules* decision,
                             std::vector<Rule>* out) {
  for (const JsonValue& item : array.items) {
    if (decision->floor.size() + decision->rules.size() == kMaxRules) {
      Error(ShortSpan(item), Say("a decision has at most {} rules", kMaxRules));
      return;
    }
    out->push_back(ReadRule(item, *decision));
  }
}

Rule PolicyReader::ReadRule(const JsonValue& object, const DecisionRules& decision) {
  const JsonValue *id = nullptr, *when = nullptr, *then = nullptr, *reason = nullptr;
  const JsonValue* doc = nullptr;
  const Field fields[] = {
      {"id", Type::kString, kMandatory, &id},     {"when", Type::kString, kMandatory, &when},
      {"then", Type::kString, kMandatory, &then}, {"reason", Type::kNull, kOptional, &reason},
      {"doc", Type::kNull, kOptional, &doc},
  };
  Rule rule;
  rule.then = kUnknownThen;
  rule.when = Placeholder();
  rule.span = ShortSpan(object);
  if (!ReadFields(object, "a rule", fields)) return rule;
  CheckDoc(doc);
  if (id != nullptr) {
    rule.span = id->span;
    if (CheckName(id->string, id->span, "a rule")) rule.id = id->string;
  }
  rule.reason = rule.id;
  if (reason != nullptr) {
    rule.reason = ReadText(*reason, "'reason'", kMaxReasonBytes).value_or(rule.id);
  }
  if (then != nullptr) rule.then = ReadThen(*then, decision);
  if (when != nullptr) rule.when = ReadCondition(*when, nullptr);
  return rule;
}

// "otherwise": "private", or "otherwise": {"then": "private", "reason": "..."}.
Rule PolicyReader::ReadReserved(const JsonValue& value, std::string_view id,
                                const DecisionRules& decision) {
  Rule rule;
  rule.id = id;
  rule.reason = id;
  rule.span = ShortSpan(value);
  rule.when.nodes.emplace_back().value = true;
  rule.when.text = "true";
  if (value.type == Type::kString) {
    rule.then = ReadThen(value, decision);
    return rule;
  }
  if (value.type != Type::kObject) {
    Error(ShortSpan(value), Say("'{}' cannot be {}", id, ToString(value.type)),
          "an outcome, or {\"then\": ..., \"reason\": ...}");
    return rule;
  }
  const JsonValue *then = nullptr, *reason = nullptr, *doc = nullptr;
  const Field fields[] = {
      {"then", Type::kString, kMandatory, &then},
      {"reason", Type::kNull, kOptional, &reason},
      {"doc", Type::kNull, kOptional, &doc},
  };
  ReadFields(value, Say("'{}'", id), fields);
  CheckDoc(doc);
  if (then != nullptr) rule.then = ReadThen(*then, decision);
  if (reason != nullptr) {
    rule.reason = ReadText(*reason, "'reason'", kMaxReasonBytes).value_or(rule.id);
  }
  return rule;
}

uint16_t PolicyReader::ReadThen(const JsonValue& value, const DecisionRules& decision) {
  std::vector<std::string_view> names;
  const bool is_ring = decision.name == kRing;
  if (is_ring) {
    for (const Outcome& outcome : document_.outcomes) names.push_back(outcome.name);
  } else {
    names.assign(decision.values.begin(), decision.values.end());
  }
  const auto found = std::ranges::find(names, value.string);
  if (found != names.end()) return static_cast<uint16_t>(found - names.begin());
  // Without values there was an error about them already.
  if (!names.empty()) {
    Error(value.span,
          is_ring ? Say("unknown outcome '{}'", value.string)
                  : Say("'{}' has no value '{}'", decision.name, value.string),
          OneOf(names), Guess(value.string, names));
  }
  return kUnknownThen;
}

Condition PolicyReader::ReadCondition(const JsonValue& value, std::vector<DecisionTerm>* terms) {
  const JsonPlaces places(value, text_);
  const Document* document = terms == nullptr ? nullptr : &document_;
  return ParseCondition(catalog_, value.string, places, file_, document, terms, &diagnostics_)
      .value_or(Placeholder());
}

void PolicyReader::CheckIds(const DecisionRules& decision) {
  std::unordered_set<std::string_view> seen;
  for (const std::vector<Rule>* rules : {&decision.floor, &decision.rules}) {
    for (const Rule& rule : *rules) {
      if (rule.id.empty()) continue;  // reported already
      if (IsReservedId(rule.id)) {
        Error(rule.span, Say("'{}' is a reserved id", rule.id), {},
              "give the rule a name that says whom it is about");
      } else if (!seen.insert(rule.id).second) {
        Error(rule.span, Say("'{}' has two rules '{}'", decision.name, rule.id), {},
              "a decision names its rule, so ids differ within it");
      }
    }
  }
}

// Floor rules come first whatever their rank, so only the others need one.
void PolicyReader::CheckRanks(const DecisionRules& decision) {
  if (decision.name != kRing || decision.combine != Combine::kHighest) return;
  uint64_t reported = 0;
  static_assert(kMaxOutcomes <= 64);
  for (const Rule& rule : decision.rules) {
    if (rule.then == kUnknownThen) continue;
    const Outcome& outcome = document_.outcomes[rule.then];
    const uint64_t bit = uint64_t{1} << rule.then;
    if (outcome.rank || (reported & bit) != 0) continue;
    reported |= bit;
    Error(rule.span, Say("'highest' sorts by rank, and the outcome '{}' has none", outcome.name),
          "\"rank\": NUMBER in the outcome",
          outcome.built_in ? "define an outcome of your own with a rank" : "");
  }
}

void PolicyReader::ReadInvariants(const JsonValue& array) {
  std::unordered_set<std::string_view> seen;
  for (const JsonValue& item : array.items) {
    if (document_.invariants.size() == kMaxInvariants) {
      Error(ShortSpan(item), Say("a policy has at most {} invariants", kMaxInvariants));
      return;
    }
    const JsonValue *id = nullptr, *that = nullptr, *doc = nullptr;
    const Field fields[] = {
        {"id", Type::kString, kMandatory, &id},
        {"that", Type::kString, kMandatory, &that},
        {"doc", Type::kNull, kOptional, &doc},
    };
    Invariant& invariant = document_.invariants.emplace_back();
    invariant.span = ShortSpan(item);
    if (!ReadFields(item, "an invariant", fields)) continue;
    CheckDoc(doc);
    if (id != nullptr) {
      invariant.span = id->span;
      invariant.id = id->string;
      if (CheckName(id->string, id->span, "an invariant") && !seen.insert(id->string).second) {
        Error(id->span, Say("there are two invariants '{}'", id->string));
      }
    }
    invariant.that = Placeholder();
    if (that == nullptr) continue;
    const size_t errors_before = diagnostics_.errors();
    Condition condition = ReadCondition(*that, &invariant.terms);
    if (diagnostics_.errors() > errors_before) continue;
    invariant.that = std::move(condition);
    invariant.that.text = FormatInvariant(catalog_, document_, invariant);
  }
}

}  // namespace ringfence
