// An explanation for programs.
#include "cli/decision_text.h"
#include "cli/explain_text.h"

namespace ringfence::cli {
namespace {

void WriteTruth(JsonOut& json, Truth truth) {
  json.Key("truth");
  truth == Truth::kUnknown ? json.Null() : json.Bool(truth == Truth::kTrue);
}

void WriteWho(JsonOut& json, uint8_t who) {
  json.Key("who").Array();
  for (Who one : {Who::kCallee, Who::kCaller, Who::kOperator}) {
    if ((who & static_cast<uint8_t>(one)) != 0) json.Text(WhoName(one));
  }
  json.EndArray();
}

void WriteRule(JsonOut& json, const Catalog& catalog, const RuleSeen& rule) {
  json.Object().Key("id").Text(rule.id).Key("then").Text(rule.then);
  json.Key("when").TextOrNull(rule.text).Key("floor").Bool(rule.floor);
  json.Key("decides").Bool(rule.decides);
  WriteTruth(json, rule.truth);
  json.Key("parts").Array();
  for (const ConditionSeen& part : rule.parts) {
    json.Object().Key("text").Text(part.text);
    WriteTruth(json, part.truth);
    json.Key("facts").Array();
    for (FactId id : part.facts) json.Text(catalog.fact(id).name);
    json.EndArray().EndObject();
  }
  json.EndArray().EndObject();
}

void WriteNearest(JsonOut& json, const Explanation& explanation) {
  json.Key("nearest").Array();
  for (const ChangeSet& set : explanation.nearest) {
    json.Object().Key("effect").Text(ToString(set.effect));
    WriteWho(json, set.who);
    json.Key("changes").Array();
    for (const FactChange& change : set.changes) {
      json.Object().Key("fact").Text(change.name).Key("from").Text(change.from);
      json.Key("to").Text(change.to).Key("by").Text(WhoName(change.by));
      json.Key("sentence").TextOrNull(change.sentence).EndObject();
    }
    json.EndArray().EndObject();
  }
  json.EndArray().Key("nearest_truncated").Bool(explanation.nearest_truncated);
  json.Key("floor_decides").Bool(explanation.floor_decides);
}

}  // namespace

void WriteExplanation(JsonOut& json, const Catalog& catalog, const Explanation& explanation) {
  json.Key("summary").Text(explanation.summary).Key("facts").Array();
  for (const FactSeen& fact : explanation.facts) {
    json.Object().Key("name").Text(fact.name).Key("value").Text(fact.value);
    json.Key("origin").Text(ToString(fact.origin));
    json.Key("sentence").TextOrNull(fact.sentence);
    json.Key("detail").TextOrNull(fact.detail).EndObject();
  }
  json.EndArray().Key("decisions").Array();
  for (const DecisionSeen& decision : explanation.decisions) {
    json.Object().Key("name").Text(decision.name).Key("rules").Array();
    for (const RuleSeen& rule : decision.rules) WriteRule(json, catalog, rule);
    json.EndArray().EndObject();
  }
  json.EndArray();
  WriteNearest(json, explanation);
}

}  // namespace ringfence::cli
