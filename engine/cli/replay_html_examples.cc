// Single decisions of a replay: changed ones with facts and proofs, and divergences.
#include <algorithm>
#include <set>
#include <string>

#include "cli/page.h"
#include "cli/replay_html_parts.h"
#include "cli/text.h"

namespace ringfence::cli {
namespace {

constexpr size_t kMaxExamples = 100;
constexpr size_t kMaxFactsShown = 64;
constexpr size_t kMaxProofShown = 8192;  // one of a log of 2^60 entries has less

std::string EntryText(std::string_view month, uint64_t index) {
  return Cat({Shortened(month, 16), " #", Thousands(index)});
}

/// "by rule contact, path direct, basis partial"
void WriteHow(HtmlOut& html, const ReplayAnswer& answer) {
  const auto how = html.In("span", {{"class", "how"}});
  html.Text("by ");
  {
    const auto rule = html.In("code");
    html.Name(answer.rule);
  }
  if (!answer.path.empty()) {
    html.Text(", path ");
    html.Name(answer.path);
  }
  if (answer.basis != Basis::kComplete) html.Text(Cat({", ", ToString(answer.basis)}));
}

void WriteAnswer(HtmlOut& html, const ReplayAnswer& answer) {
  WriteOutcome(html, answer.outcome, answer.effect);
  html.Text(" ");
  WriteHow(html, answer);
}

void WriteChangeOptions(HtmlOut& html) {
  html.Leaf("option", {{"value", ""}}, "any change");
  html.Leaf("option", {{"value", "gained"}}, "gained");
  html.Leaf("option", {{"value", "lost"}}, "lost");
  html.Leaf("option", {{"value", "kind"}}, "another kind");
}

/// The controls; without the script they stay hidden.
void WriteFilter(HtmlOut& html, const ReplayReport& report) {
  std::set<std::string> rules;
  for (const ReplayExample& example : report.examples) {
    rules.insert(Shortened(example.was.rule));
    rules.insert(Shortened(example.now.rule));
  }
  const auto filter =
      html.In("div", {{"class", "filter"}, {"role", "search"}, {"id", "filter"}, {"hidden", ""}});
  {
    const auto label = html.In("label");
    html.Leaf("span", "Change");
    const auto select = html.In("select", {{"id", "filter-change"}});
    WriteChangeOptions(html);
  }
  {
    const auto label = html.In("label");
    html.Leaf("span", "Rule");
    const auto select = html.In("select", {{"id", "filter-rule"}});
    html.Leaf("option", {{"value", ""}}, "any rule");
    for (const std::string& rule : rules) {
      html.Leaf("option", {{"value", rule}}, Shortened(rule, 60));
    }
  }
  {
    const auto label = html.In("label", {{"class", "wide"}});
    html.Leaf("span", "Text");
    html.Void("input", {{"id", "filter-text"},
                        {"type", "search"},
                        {"placeholder", "fact, pseudonym, receipt …"},
                        {"autocomplete", "off"}});
  }
  html.Leaf("p", {{"id", "filter-count"}, {"role", "status"}}, "");
}

void WriteFacts(HtmlOut& html, const ReplayExample& example) {
  if (example.facts.empty()) return;
  const auto list = html.In("ul", {{"class", "facts"}, {"aria-label", "Facts that were tested"}});
  for (size_t i = 0; i < std::min(example.facts.size(), kMaxFactsShown); ++i) {
    const auto item = html.In("li");
    html.Name(example.facts[i]);
  }
}

void WriteExample(HtmlOut& html, const ReplayExample& example) {
  const std::string_view tone = ToneOfChange(example.change);
  const auto card = html.In("article", {{"class", Cat({"example ", tone})},
                                        {"data-change", tone},
                                        {"data-was", Shortened(example.was.rule)},
                                        {"data-now", Shortened(example.now.rule)}});
  {
    const auto head = html.In("h3");
    html.Leaf("span", {{"class", Cat({"change ", tone})}}, tone == "kind" ? "another kind" : tone);
    html.Leaf("span", {{"class", "when"}}, ClockText(example.time_ns));
    html.Leaf("span", {{"class", "entry"}}, EntryText(example.month, example.index));
  }
  {
    const auto answers = html.In("dl", {{"class", "answers"}});
    html.Leaf("dt", "was");
    {
      const auto was = html.In("dd");
      WriteAnswer(html, example.was);
    }
    html.Leaf("dt", "would be");
    const auto now = html.In("dd");
    WriteAnswer(html, example.now);
  }
  WriteFacts(html, example);
  const auto details = html.In("details");
  html.Leaf("summary", example.proof.empty() ? "Parties" : "Parties and proof");
  {
    const auto list = html.In("dl", {{"class", "ids"}});
    WriteTerm(html, "caller", example.caller);
    WriteTerm(html, "callee", example.callee);
    WriteTerm(html, "receipt", example.request_id);
  }
  if (example.proof.empty()) return;
  const auto proof = html.In("pre", {{"class", "proof"},
                                     {"tabindex", "0"},
                                     {"aria-label", "Proof that the entry is in the log"}});
  html.Lines(Shortened(example.proof, kMaxProofShown));
}

}  // namespace

void WriteDivergences(HtmlOut& html, const ReplayReport& report) {
  html.Leaf("p", {{"class", "small"}},
            "The first decisions that do not follow from their facts and their policy, each with "
            "the first thing that differs.");
  const InTable table(html, "Divergences", {{"Entry"}, {"Differs in"}, {"Recorded"}, {"Derived"}});
  const auto body = html.In("tbody");
  for (const ReplayDivergence& divergence : report.divergences) {
    const auto row = html.In("tr");
    HeadCell(html, EntryText(divergence.month, divergence.index));
    NameCell(html, divergence.stage);
    for (const ReplayAnswer* answer : {&divergence.recorded, &divergence.derived}) {
      const auto cell = html.In("td");
      WriteAnswer(html, *answer);
    }
  }
}

void WriteExamples(HtmlOut& html, const ReplayReport& report) {
  html.Leaf("p", {{"class", "small"}},
            "Some of the changed decisions, with the facts that either answer tested. A proof "
            "shows anybody with the log's verifier key that the entry is in the log.");
  WriteFilter(html, report);
  {
    const auto list = html.In("div", {{"class", "examples"}});
    for (size_t i = 0; i < std::min(report.examples.size(), kMaxExamples); ++i) {
      WriteExample(html, report.examples[i]);
    }
  }
  WriteMore(html, kMaxExamples, report.examples.size(), "examples");
}

}  // namespace ringfence::cli
