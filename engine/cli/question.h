// Questions as people write them: on the command line, as a line of a TSV file, as a line of JSON.
// Takes their text and the catalog; gives a question that owns what it names.
#pragma once

#include <ringfence/catalog.h>
#include <ringfence/decision.h>
#include <ringfence/question.h>
#include <ringfence/status.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/arguments.h"

namespace ringfence::cli {

struct AskedQuestion {
  std::string caller;
  std::string callee;
  bool no_account = false;
  std::vector<Fact> facts;
  std::optional<Effect> expect;
  uint64_t line = 0;  ///< of its file, from 1; 0 from the command line

  /// Views into this; valid while it is neither changed nor moved.
  Question View() const;
  /// Printable: "alice"; without an account "(no account)", and "the caller" inside a sentence.
  std::string CallerName() const;
  std::string CallerInSentence() const;
  std::string CalleeName() const;
};

/// What a column of a file of questions, or a key of a JSON question, stands for.
struct Field {
  enum class Kind : uint8_t { kCaller, kCallee, kNoAccount, kExpect, kFact };
  Kind kind = Kind::kFact;
  FactId fact = 0;
};

/// "caller", "callee", "no_account", "expect", a call attribute ("media") or a fact's whole name.
/// kNotFound, with the nearest name where there is one.
Result<Field> FindField(const Catalog& catalog, std::string_view name);

/// Puts one value into a question. kInvalidArgument says what was expected.
Status Assign(const Catalog& catalog, const Field& field, std::string_view value,
              AskedQuestion* question);

/// No caller and not "no account", no callee, or both a caller and "no account": kInvalidArgument.
Status CheckComplete(const AskedQuestion& question);

/// --caller, --no-account, --callee, --call, --fact; no value where --questions stands instead.
Result<std::optional<AskedQuestion>> QuestionFromArguments(const Catalog& catalog,
                                                           const Arguments& arguments);
/// --call and --fact alone, and their specifications.
Status AssignFacts(const Catalog& catalog, const Arguments& arguments, AskedQuestion* question);
std::vector<OptionSpec> FactOptions();
/// The options it reads, for the specifications of check and explain.
std::vector<OptionSpec> QuestionOptions();

/// One line of JSON: {"caller":"a","callee":"b","call":{"media":"video"},"facts":{...},...}.
Result<AskedQuestion> QuestionFromJson(const Catalog& catalog, std::string_view line);

std::optional<Effect> ParseEffect(std::string_view text);

}  // namespace ringfence::cli
