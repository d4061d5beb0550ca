// Answers a file of questions, and compares answers with what was expected.
#include "cli/questions.h"

#include <ringfence/response.h>

#include <algorithm>
#include <array>

#include "cli/decision_text.h"
#include "cli/json_out.h"
#include "cli/text.h"

namespace ringfence::cli {
namespace {

constexpr size_t kExplainedDifferences = 20;
constexpr size_t kEffects = 5;
constexpr size_t kMatrixColumns = 10;

/// Expected against given effects, and the explanations of the first differences.
class Comparison {
 public:
  void Add(Effect expected, Effect given) {
    ++count_[static_cast<size_t>(expected)][static_cast<size_t>(given)];
    ++total_;
    if (expected != given) ++different_;
  }
  bool WantsExplanation() const { return explained_.size() < kExplainedDifferences; }
  void Explain(std::string lines) { explained_.push_back(std::move(lines)); }
  uint64_t total() const { return total_; }
  uint64_t different() const { return different_; }

  std::string Text() const;
  void Write(JsonOut& json) const;

 private:
  bool Occurs(size_t effect) const {
    uint64_t sum = 0;
    for (size_t other = 0; other < kEffects; ++other) {
      sum += count_[effect][other] + count_[other][effect];
    }
    return sum > 0;
  }

  std::array<std::array<uint64_t, kEffects>, kEffects> count_ = {};
  uint64_t total_ = 0;
  uint64_t different_ = 0;
  std::vector<std::string> explained_;
};

std::string RightAligned(std::string_view text, size_t width) {
  return std::string(text.size() < width ? width - text.size() : 0, ' ') + std::string(text);
}

std::string Comparison::Text() const {
  std::string out = "expected \\ given";
  for (size_t given = 0; given < kEffects; ++given) {
    if (!Occurs(given)) continue;
    out += RightAligned(ToString(static_cast<Effect>(given)), kMatrixColumns);
  }
  out += "\n";
  for (size_t expected = 0; expected < kEffects; ++expected) {
    if (!Occurs(expected)) continue;
    out += Pad(ToString(static_cast<Effect>(expected)), 16);
    for (size_t given = 0; given < kEffects; ++given) {
      if (Occurs(given)) out += RightAligned(Thousands(count_[expected][given]), kMatrixColumns);
    }
    out += "\n";
  }
  out += Cat({Count(total_, "question", "questions"), " compared, ", Thousands(total_ - different_),
              " as expected, ", Thousands(different_), " different\n"});
  for (const std::string& lines : explained_) out += lines;
  if (different_ > explained_.size()) {
    out += Cat({"... and ", Thousands(different_ - explained_.size()), " more\n"});
  }
  return out;
}

void Comparison::Write(JsonOut& json) const {
  json.Object().Key("compared").Number(total_).Key("agree").Number(total_ - different_);
  json.Key("different").Number(different_).Key("matrix").Array();
  for (size_t expected = 0; expected < kEffects; ++expected) {
    for (size_t given = 0; given < kEffects; ++given) {
      if (count_[expected][given] == 0) continue;
      json.Object().Key("expect").Text(ToString(static_cast<Effect>(expected)));
      json.Key("given").Text(ToString(static_cast<Effect>(given)));
      json.Key("count").Number(count_[expected][given]).EndObject();
    }
  }
  json.EndArray().EndObject();
}

/// One run over a file.
class QuestionRun {
 public:
  QuestionRun(Context& context, OpenEngine& open, Reader& reader, AnswerForm form)
      : context_(context), open_(open), reader_(reader), form_(form) {}

  int Run(QuestionReader& questions);

 private:
  void Answer(const AskedQuestion& question, bool from_stdin);
  void AnswerError(const Status& status, uint64_t line);
  void Print(const AskedQuestion& question, const Decision& decision, std::string_view explanation);
  std::string Summary(const AskedQuestion& question, const Decision& decision);
  int Finish();

  Context& context_;
  OpenEngine& open_;
  Reader& reader_;
  AnswerForm form_;
  Comparison comparison_;
  int worst_ = kExitGood;
};

void QuestionRun::AnswerError(const Status& status, uint64_t line) {
  worst_ = std::max(worst_, ExitCode(status));
  const std::string place = Cat({"line ", std::to_string(line), ": "});
  if (context_.json()) {
    JsonOut json;
    json.Object().Key("error").Object().Key("code").Text(ToString(status.code()));
    json.Key("message").Text(status.message()).Key("line").Number(line);
    json.EndObject().EndObject();
    context_.out().Print(json.Line());
  } else {
    context_.out().Print(Cat({"error\t", place, Printable(status.message()), "\n"}));
  }
}

void QuestionRun::Print(const AskedQuestion& question, const Decision& decision,
                        std::string_view explanation) {
  Output& out = context_.out();
  const CallerView view = decision.ForCaller();
  const std::string receipt =
      open_.has_log() ? Cat({"\t", view.receipt.empty() ? "-" : view.receipt}) : std::string();
  if (context_.json() && form_.as_caller) {
    out.Print(CallerViewLine(view, form_.response));
  } else if (context_.json()) {
    JsonOut json;
    json.Object();
    WriteDecision(json, open_.engine().catalog(), question, decision,
                  open_.InForce(decision.revision));
    if (question.expect) {
      json.Key("expect").Text(ToString(*question.expect));
      json.Key("agrees").Bool(*question.expect == decision.effect);
      if (!explanation.empty()) json.Key("explanation").Text(explanation);
    }
    if (open_.has_log()) json.Key("receipt").TextOrNull(view.receipt);
    if (form_.response) json.Key("response").Raw(ResponseFor(view).ToJson());
    json.Key("line").Number(question.line).EndObject();
    out.Print(json.Line());
  } else if (form_.as_caller) {
    out.Data(Cat({view.told, "\t", view.path.empty() ? "-" : view.path, "\t",
                  view.sip_status == 0 ? "-" : std::to_string(view.sip_status), receipt, "\n"}));
  } else {
    out.Data(Cat({question.caller, "\t", question.callee, "\t", ToString(decision.effect), "\t",
                  decision.rule, "\t", decision.told, "\t",
                  decision.path().empty() ? "-" : decision.path(), receipt, "\n"}));
  }
}

std::string QuestionRun::Summary(const AskedQuestion& question, const Decision& decision) {
  ExplainOptions options;
  options.nearest = false;
  auto explanation = reader_.Explain(question.View(), options);
  return explanation.ok() ? Printable(explanation->summary) : RuleAndReason(decision);
}

void QuestionRun::Answer(const AskedQuestion& question, bool from_stdin) {
  auto decided = reader_.Decide(question.View());
  if (!decided.ok()) return AnswerError(decided.status(), question.line);
  const OwnedDecision decision = decided->Copy();  // outlives the explanation below
  std::string explanation;
  if (question.expect) {
    comparison_.Add(*question.expect, decision->effect);
    if (*question.expect != decision->effect && comparison_.WantsExplanation()) {
      explanation = Summary(question, decision.view);
      comparison_.Explain(
          Cat({"line ", std::to_string(question.line), ": expected ", ToString(*question.expect),
               "\n  ", DecisionLine(context_.out(), question, decision.view, explanation), "\n"}));
    }
    if (!from_stdin && !context_.json()) return;
  }
  Print(question, decision.view, explanation);
}

int QuestionRun::Finish() {
  Output& out = context_.out();
  if (comparison_.total() > 0 && context_.json()) {
    JsonOut json;
    comparison_.Write(json);
    out.Print(json.Line());
  } else if (comparison_.total() > 0) {
    out.Print(comparison_.Text());
  }
  const std::string note = open_.PolicyNote();
  if (!note.empty()) out.Note(note);
  if (worst_ != kExitGood) return worst_;
  return comparison_.different() > 0 ? kExitNegative : kExitGood;
}

int QuestionRun::Run(QuestionReader& questions) {
  for (;;) {
    switch (questions.Next()) {
      case QuestionReader::Got::kEnd:
        return Finish();
      case QuestionReader::Got::kFailed: {
        Finish();
        return Fail(questions.status(), Cat({"line ", std::to_string(questions.number())}));
      }
      case QuestionReader::Got::kBad:
        AnswerError(questions.status(), questions.number());
        break;
      case QuestionReader::Got::kQuestion:
        Answer(questions.question(), questions.is_stdin());
        break;
    }
    // Whoever waits at the other end of a pipe waits for this answer. A reader that went away is no
    // reason to go on.
    if (questions.is_stdin() && !context_.out().Flush()) return kExitEnvironment;
  }
}

}  // namespace

int CheckQuestions(Context& context, OpenEngine& open, const std::string& path, AnswerForm form) {
  auto lines = LineReader::Open(path);
  if (!lines.ok()) return Fail(lines.status());
  auto reader = open.engine().NewReader();
  if (!reader.ok()) return Fail(reader.status());
  QuestionReader questions(*std::move(lines), open.engine().catalog());
  return QuestionRun(context, open, *reader, form).Run(questions);
}

}  // namespace ringfence::cli
