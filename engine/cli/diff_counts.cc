// Differences counted in a database and in a log, as text and as JSON.
#include "cli/diff_counts.h"

#include <algorithm>

#include "cli/diff_text.h"
#include "cli/diff_words.h"
#include "cli/text.h"

namespace ringfence::cli {
namespace {

constexpr size_t kColumns = 100;
constexpr size_t kNumberColumns = 9;

std::string Title(DiffKind kind, const DiffAnswer& was, const DiffAnswer& now,
                  const std::vector<std::string>& parts) {
  return Cat({ToString(kind), ": ", AnswerText(was, parts), " -> ", AnswerText(now, parts)});
}

/// A number in its column, and text beside it.
std::string Row(uint64_t number, std::string_view text) {
  const std::string lead = PadLeft(Thousands(number), kNumberColumns) + "  ";
  return lead + Wrap(text, lead.size(), kColumns).substr(lead.size());
}

/// One set of situations, and the entries of a log that it has.
struct Counted {
  const DiffChange* change = nullptr;
  const DiffSituations* situations = nullptr;
  uint64_t entries = 0;
};

/// Most entries first.
std::vector<Counted> Ranked(const PolicyDiff& diff, const ReplayReport& report) {
  std::vector<Counted> ranked;
  for (const std::vector<DiffChange>* list : {&diff.changes, &diff.unavailable}) {
    for (const DiffChange& change : *list) {
      for (const DiffSituations& one : change.situations) {
        ranked.push_back({&change, &one, report.situations[ranked.size()]});
      }
    }
  }
  std::stable_sort(ranked.begin(), ranked.end(),
                   [](const Counted& a, const Counted& b) { return a.entries > b.entries; });
  return ranked;
}

std::string TextOf(const Counted& one) {
  return Cat({Title(one.change->kind, one.change->was, one.change->now, one.change->parts), ": ",
              one.situations->When()});
}

std::string Bins(const ReplayReport& report) {
  std::string text;
  const auto add = [&](uint64_t entries, std::string_view what) {
    if (entries > 0) text += Cat({"; ", Thousands(entries), " ", what});
  };
  add(report.indeterminate, "open: facts that were not collected matter");
  add(report.not_replayable, "cannot be decided again");
  add(report.sealed, "sealed: there is no key to their facts");
  return text;
}

}  // namespace

std::string StoreDiffText(const Output& out, const StoreDiff& diff) {
  uint64_t related = 0, unrelated = 0;
  for (const DiffPairs& one : diff.changes) {
    related += one.related;
    unrelated += one.unrelated;
  }
  std::string text = out.Styled(
      Style::kBold, Cat({"\nin the database, of ", Count(diff.users, "user", "users"), "\n"}));
  text += Row(related, Cat({"of ", Thousands(diff.related),
                            " pairs of caller and callee that a relation joins"}));
  if (diff.not_counted.empty()) {
    text += Row(unrelated, Cat({"of ", Thousands(diff.unrelated), " other pairs"}));
  } else {
    text += Wrap(Cat({"the ", Thousands(diff.unrelated),
                      " other pairs were not counted: ", diff.not_counted}),
                 kNumberColumns + 2, kColumns);
  }
  for (const DiffPairs& one : diff.changes) {
    text += Cat({"\n", Title(one.kind, one.was, one.now, one.parts), "\n"});
    text += Row(one.related, "pairs that a relation joins");
    for (const DiffPairExample& example : one.examples) {
      text += Wrap(Cat({Printable(example.caller), " calls ", Printable(example.callee), " (by ",
                        Printable(example.was_rule), ", then ", Printable(example.now_rule), ")"}),
                   kNumberColumns + 4, kColumns);
    }
    if (diff.not_counted.empty()) text += Row(one.unrelated, "others");
  }
  return text;
}

void WriteStoreDiff(JsonOut& json, const StoreDiff& diff) {
  json.Key("database").Object().Key("users").Number(diff.users);
  json.Key("related").Number(diff.related).Key("unrelated").Number(diff.unrelated);
  json.Key("not_counted").TextOrNull(diff.not_counted).Key("changes").Array();
  for (const DiffPairs& one : diff.changes) {
    json.Object().Key("change").Text(ToString(one.kind)).Key("was");
    WriteAnswer(json, one.was);
    json.Key("now");
    WriteAnswer(json, one.now);
    json.Key("related").Number(one.related).Key("unrelated");
    diff.not_counted.empty() ? json.Number(one.unrelated) : json.Null();
    json.Key("examples").Array();
    for (const DiffPairExample& example : one.examples) {
      json.Object().Key("caller").Text(example.caller).Key("callee").Text(example.callee);
      json.Key("was_rule").Text(example.was_rule).Key("now_rule").Text(example.now_rule);
      json.EndObject();
    }
    json.EndArray().EndObject();
  }
  json.EndArray().EndObject();
}

std::vector<std::vector<DiffCondition>> SituationsOf(const PolicyDiff& diff) {
  std::vector<std::vector<DiffCondition>> situations;
  for (const std::vector<DiffChange>* list : {&diff.changes, &diff.unavailable}) {
    for (const DiffChange& change : *list) {
      for (const DiffSituations& one : change.situations) situations.push_back(one.conditions);
    }
  }
  return situations;
}

std::string LogDiffText(const Output& out, const PolicyDiff& diff, const ReplayReport& report,
                        size_t most) {
  std::string text =
      out.Styled(Style::kBold,
                 Cat({"\nin the log, of ", Count(report.entries, "decision", "decisions"), "\n"}));
  text += Row(report.covered(), Cat({"decided under both policies", Bins(report)}));
  text += Row(report.changed,
              Cat({"changed: gained ", Thousands(report.changes.gained), ", lost ",
                   Thousands(report.changes.lost), ", kind ", Thousands(report.changes.kind)}));
  const std::vector<Counted> ranked = Ranked(diff, report);
  size_t occurred = 0;
  while (occurred < ranked.size() && ranked[occurred].entries > 0) {
    text += Row(ranked[occurred].entries, TextOf(ranked[occurred]));
    ++occurred;
  }
  if (occurred == ranked.size()) return text;
  text += Cat({"never occurred: ",
               Count(ranked.size() - occurred, "set of situations", "sets of situations"), "\n"});
  for (size_t i = occurred; i < std::min(ranked.size(), occurred + most); ++i) {
    text += Wrap(TextOf(ranked[i]), kNumberColumns + 2, kColumns);
  }
  if (ranked.size() - occurred > most) text += "           ...; --all shows them\n";
  return text;
}

void WriteLogDiff(JsonOut& json, const PolicyDiff& diff, const ReplayReport& report) {
  json.Key("log").Object().Key("log").Text(report.log).Key("entries").Number(report.entries);
  json.Key("compared").Number(report.covered()).Key("changed").Number(report.changed);
  json.Key("gained").Number(report.changes.gained).Key("lost").Number(report.changes.lost);
  json.Key("kind").Number(report.changes.kind);
  json.Key("indeterminate").Number(report.indeterminate);
  json.Key("not_replayable").Number(report.not_replayable).Key("sealed").Number(report.sealed);
  json.Key("situations").Array();
  for (const Counted& one : Ranked(diff, report)) {
    json.Object().Key("entries").Number(one.entries);
    json.Key("change").Text(ToString(one.change->kind));
    json.Key("when").Text(one.situations->When()).EndObject();
  }
  json.EndArray().EndObject();
}

}  // namespace ringfence::cli
