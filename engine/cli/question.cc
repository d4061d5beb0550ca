// Questions as people write them.
#include "cli/question.h"

#include <ringfence/limits.h>

#include "cli/json_in.h"
#include "cli/text.h"

namespace ringfence::cli {
namespace {

constexpr Effect kEffects[] = {Effect::kRefuse, Effect::kRing, Effect::kSilence, Effect::kScreen,
                               Effect::kVoicemail};

Status Bad(std::string message) { return Status(StatusCode::kInvalidArgument, std::move(message)); }

std::string_view AfterDot(std::string_view name) { return name.substr(name.find('.') + 1); }

/// "media=video" and the like, from --call and --fact.
Status AssignPair(const Catalog& catalog, std::string_view option, std::string_view prefix,
                  std::string_view pair, AskedQuestion* question) {
  const size_t equals = pair.find('=');
  if (equals == std::string_view::npos) {
    return Bad(Cat({option, " '", Printable(pair), "': expected NAME=VALUE"}));
  }
  std::string name(pair.substr(0, equals));
  if (!prefix.empty() && !name.starts_with(prefix)) name.insert(0, prefix);
  auto fact = catalog.Find(name);
  if (!fact.ok()) return fact.status();
  return Assign(catalog, Field{Field::Kind::kFact, *fact}, pair.substr(equals + 1), question);
}

Status AssignFact(const Catalog& catalog, FactId id, std::string_view value,
                  AskedQuestion* question) {
  auto code = catalog.ParseValue(id, value);
  if (!code.ok()) return code.status();
  for (const Fact& fact : question->facts) {
    if (fact.id == id) return Bad(catalog.fact(id).name + " is given twice");
  }
  if (question->facts.size() == kMaxQuestionFacts) {
    return Bad(Cat({"more than ", std::to_string(kMaxQuestionFacts), " facts in one question"}));
  }
  question->facts.push_back(Fact{id, *code});
  return Status();
}

/// A question of the command line beside a file of them is a mistake.
Status ExpectNoQuestion(const Arguments& arguments) {
  for (std::string_view option : {"caller", "callee", "no-account", "call", "fact"}) {
    if (!arguments.Has(option)) continue;
    return Bad(Cat({"--questions and --", option, " exclude each other"}));
  }
  return Status();
}

}  // namespace

Question AskedQuestion::View() const {
  Question question;
  if (!no_account) question.caller = Party(std::string_view(caller));
  question.callee = Party(std::string_view(callee));
  question.caller_without_account = no_account;
  question.facts = facts;
  return question;
}

std::string AskedQuestion::CallerName() const {
  return no_account ? "(no account)" : Printable(caller);
}
std::string AskedQuestion::CallerInSentence() const {
  return no_account ? "the caller" : Printable(caller);
}
std::string AskedQuestion::CalleeName() const { return Printable(callee); }

std::optional<Effect> ParseEffect(std::string_view text) {
  for (Effect effect : kEffects) {
    if (ToString(effect) == text) return effect;
  }
  return std::nullopt;
}

Result<Field> FindField(const Catalog& catalog, std::string_view name) {
  if (name == "caller") return Field{Field::Kind::kCaller, 0};
  if (name == "callee") return Field{Field::Kind::kCallee, 0};
  if (name == "no_account") return Field{Field::Kind::kNoAccount, 0};
  if (name == "expect") return Field{Field::Kind::kExpect, 0};
  if (name.find('.') == std::string_view::npos) {
    auto attribute = catalog.Find(Cat({"call.", name}));
    if (attribute.ok()) return Field{Field::Kind::kFact, *attribute};
    std::vector<std::string> names = {"caller", "callee", "no_account", "expect"};
    for (const FactInfo& fact : catalog.facts()) {
      if (fact.kind == FactKind::kCall) names.emplace_back(AfterDot(fact.name));
    }
    std::string message = Cat({"unknown name '", Printable(name), "'"});
    if (auto nearest = Nearest(name, names)) message += Cat({"; did you mean ", *nearest, "?"});
    return Status(StatusCode::kNotFound, message);
  }
  auto fact = catalog.Find(name);
  if (!fact.ok()) return fact.status();
  return Field{Field::Kind::kFact, *fact};
}

Status Assign(const Catalog& catalog, const Field& field, std::string_view value,
              AskedQuestion* question) {
  switch (field.kind) {
    case Field::Kind::kCaller:
      question->caller = value;
      return Status();
    case Field::Kind::kCallee:
      question->callee = value;
      return Status();
    case Field::Kind::kNoAccount:
      if (value != "true" && value != "false") {
        return Bad(Cat({"no_account '", Printable(value), "': expected true or false"}));
      }
      question->no_account = value == "true";
      return Status();
    case Field::Kind::kExpect:
      question->expect = ParseEffect(value);
      if (question->expect) return Status();
      return Bad(Cat({"expect '", Printable(value),
                      "': expected refuse, ring, silence, screen or voicemail"}));
    case Field::Kind::kFact:
      return AssignFact(catalog, field.fact, value, question);
  }
  return Bad("unknown field");
}

Status CheckComplete(const AskedQuestion& question) {
  if (question.no_account && !question.caller.empty()) {
    return Bad("a caller and no account exclude each other");
  }
  if (!question.no_account && question.caller.empty()) return Bad("the caller is missing");
  if (question.callee.empty()) return Bad("the callee is missing");
  return Status();
}

Status AssignFacts(const Catalog& catalog, const Arguments& arguments, AskedQuestion* question) {
  for (const std::string& pair : arguments.All("call")) {
    Status status = AssignPair(catalog, "--call", "call.", pair, question);
    if (!status.ok()) return status;
  }
  for (const std::string& pair : arguments.All("fact")) {
    Status status = AssignPair(catalog, "--fact", "", pair, question);
    if (!status.ok()) return status;
  }
  return Status();
}

Result<std::optional<AskedQuestion>> QuestionFromArguments(const Catalog& catalog,
                                                           const Arguments& arguments) {
  if (arguments.Has("questions")) {
    Status alone = ExpectNoQuestion(arguments);
    if (!alone.ok()) return alone;
    return std::optional<AskedQuestion>();
  }
  AskedQuestion question;
  question.caller = arguments.Get("caller");
  question.callee = arguments.Get("callee");
  question.no_account = arguments.Has("no-account");
  if (question.no_account && arguments.Has("caller")) {
    return Bad("--caller and --no-account exclude each other");
  }
  if (!question.no_account && !arguments.Has("caller")) {
    return Bad("--caller USER is missing (or --no-account)");
  }
  if (!arguments.Has("callee")) return Bad("--callee USER is missing");
  if (Status status = AssignFacts(catalog, arguments, &question); !status.ok()) return status;
  return std::optional<AskedQuestion>(std::move(question));
}

std::vector<OptionSpec> FactOptions() {
  return {
      {"call", "NAME=VALUE",
       "An attribute of the call: media=video, platform=ios. `?` as the value makes it "
       "unavailable.",
       true},
      {"fact", "NAME=VALUE",
       "A carried fact, which replaces the stored one: 'callee.follows(caller)=true', "
       "callee.verified=unset, 'callee.contact(caller)=?'.",
       true},
  };
}

std::vector<OptionSpec> QuestionOptions() {
  std::vector<OptionSpec> options = {
      {"caller", "USER", "Who calls: an id as it was imported, compared byte by byte."},
      {"no-account", "",
       "The caller has no account: a call from the telephone network, or an anonymous one."},
      {"callee", "USER", "Who is called."},
  };
  for (const OptionSpec& option : FactOptions()) options.push_back(option);
  options.push_back(
      {"questions", "FILE",
       "Ask every question of a file; `-` is standard input. Either tab-separated with a header "
       "(caller, callee, no_account, expect, any call attribute, any fact's whole name; an empty "
       "cell is not given), or one JSON object a line: {\"caller\":\"alice\",\"callee\":\"bob\","
       "\"call\":{\"media\":\"video\"},\"facts\":{\"caller.verified\":true}}."});
  options.push_back(
      {"without-db", "",
       "Use no database: only the call's attributes and carried facts are known, all others "
       "unavailable. The policy is --policy, else `default`."});
  return options;
}

Result<AskedQuestion> QuestionFromJson(const Catalog& catalog, std::string_view line) {
  auto members = ParseJsonObject(line);
  if (!members.ok()) return members.status();
  AskedQuestion question;
  for (const JsonMember& member : *members) {
    if (member.is_null) continue;
    std::string name = member.key;
    if (member.outer == "call") name.insert(0, "call.");
    if (!member.outer.empty() && member.outer != "call" && member.outer != "facts") {
      return Bad(Cat({"'", Printable(member.outer), "' is no object of a question"}));
    }
    auto field = FindField(catalog, name);
    if (!field.ok()) return field.status();
    if (!member.outer.empty() && field->kind != Field::Kind::kFact) {
      return Bad(Cat({"'", Printable(name), "' is no fact"}));
    }
    Status status = Assign(catalog, *field, member.value, &question);
    if (!status.ok()) return status;
  }
  Status complete = CheckComplete(question);
  if (!complete.ok()) return complete;
  return question;
}

}  // namespace ringfence::cli
