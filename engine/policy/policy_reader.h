// What every part of the policy reader shares: the tree's text, the document being made, and checks
// of shape. Takes JSON values; gives typed ones, or errors at their places.
#pragma once

#include <ringfence/catalog.h>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostic.h"
#include "base/json.h"
#include "policy/document.h"

namespace ringfence {

/// The outcomes every policy has without writing them: "ring" and "refuse".
std::vector<Outcome> BuiltInOutcomes();

/// Seconds a caller may be told to wait: 30 days. Longer is a refusal for good.
inline constexpr int64_t kMaxRetryAfterS = 30 * 24 * 3600;

class PolicyReader {
 public:
  PolicyReader(const Catalog& catalog, std::string_view text, std::string_view file,
               Diagnostics* diagnostics);

  /// The whole file. Errors leave placeholders, so that all of it is checked.
  Document Read(const JsonValue& root);

 private:
  using Type = JsonValue::Type;

  /// One key an object may have. `type` kNull: any, checked by whoever reads the value.
  struct Field {
    std::string_view key;
    Type type = Type::kNull;
    bool mandatory = false;
    const JsonValue** out = nullptr;  ///< set to the value, or to null when missing or mistyped
  };
  static constexpr bool kMandatory = true;
  static constexpr bool kOptional = false;

  // policy_reader.cc
  void Error(SourceSpan span, std::string message, std::string expected = {},
             std::string hint = {});
  bool IsType(const JsonValue& value, Type type, std::string_view what);
  bool ReadFields(const JsonValue& object, std::string_view what, std::span<const Field> fields);
  bool CheckName(std::string_view name, SourceSpan span, std::string_view what);
  std::optional<std::string> ReadText(const JsonValue& value, std::string_view what,
                                      size_t max_bytes);
  void CheckDoc(const JsonValue* doc);
  std::string Guess(std::string_view word, const std::vector<std::string_view>& words);
  /// The index of a string among `words`, or -1 with an error.
  int ReadWord(const JsonValue& value, std::string_view what,
               const std::vector<std::string_view>& words);
  void ReadHead(const JsonValue* name, const JsonValue* version);
  void ReadDefaults(const JsonValue& object);
  void ReadDefault(const JsonValue::Member& member);
  std::optional<FactCode> ReadDefaultValue(const FactInfo& fact, const JsonValue& value);
  void ReadUnknownCallee(const JsonValue& value);
  void ReadDiscloses(const JsonValue& array);
  std::optional<FactId> ReadDisclosedFact(const JsonValue& value);

  // parse_outcomes.cc
  void ReadOutcomes(const JsonValue& object);
  Outcome ReadOutcome(const JsonValue::Member& member);
  void ReadSip(const JsonValue& value, Outcome* outcome);
  void ReadRetryAfter(const JsonValue& value, Outcome* outcome);
  void CheckOutcome(const JsonValue::Member& member, Outcome* outcome, const JsonValue* sip,
                    const JsonValue* retry_after);

  // parse_decisions.cc
  void ReadDecisions(const JsonValue& object);
  void CheckDecisionName(const JsonValue::Member& member);
  DecisionRules ReadDecision(const JsonValue::Member& member);
  void ReadCombine(const JsonValue& value, DecisionRules* decision);
  void ReadValues(const JsonValue& array, DecisionRules* decision);
  void ReadRules(const JsonValue& array, DecisionRules* decision, std::vector<Rule>* out);
  Rule ReadRule(const JsonValue& object, const DecisionRules& decision);
  Rule ReadReserved(const JsonValue& value, std::string_view id, const DecisionRules& decision);
  uint16_t ReadThen(const JsonValue& value, const DecisionRules& decision);
  Condition ReadCondition(const JsonValue& value, std::vector<DecisionTerm>* terms);
  void CheckIds(const DecisionRules& decision);
  void CheckRanks(const DecisionRules& decision);
  void ReadInvariants(const JsonValue& array);

  const Catalog& catalog_;
  const JsonValue* root_ = nullptr;  ///< whose kSchemaKey is for editors
  std::string_view text_;
  std::string_view file_;
  Diagnostics& diagnostics_;
  Document document_;
};

}  // namespace ringfence
