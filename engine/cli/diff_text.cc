// Differences of two policies as text and as JSON.
#include "cli/diff_text.h"

#include <algorithm>

#include "cli/context.h"
#include "cli/diff_words.h"
#include "cli/text.h"

namespace ringfence::cli {
namespace {

constexpr size_t kColumns = 100;
constexpr size_t kShareColumns = 9;
constexpr size_t kShown = 5;  ///< sets of situations of a change, without --all

Style StyleOf(DiffKind kind) {
  return kind == DiffKind::kGained ? Style::kGood
         : kind == DiffKind::kLost ? Style::kBad
                                   : Style::kMiddling;
}

std::string ChangeTitle(const DiffChange& change) {
  return Cat({ToString(change.kind), ": ", AnswerText(change.was, change.parts), " -> ",
              AnswerText(change.now, change.parts)});
}

std::string WitnessText(const Catalog& catalog, const DiffSituations& situations) {
  std::string text;
  for (const Fact& fact : situations.witness) {
    text += Cat({text.empty() ? "" : ", ", catalog.fact(fact.id).name, "=",
                 catalog.FormatValue(fact.id, fact.code)});
  }
  return text.empty() ? "nothing chosen" : text;
}

/// What all sets of situations of the change have in common, if that is worth a line.
std::vector<DiffCondition> Common(const DiffChange& change) {
  if (change.situations.size() < 2) return {};
  std::vector<DiffCondition> common = change.situations[0].conditions;
  for (const DiffSituations& one : change.situations) {
    std::erase_if(common, [&](const DiffCondition& condition) {
      return std::find(one.conditions.begin(), one.conditions.end(), condition) ==
             one.conditions.end();
    });
  }
  return common;
}

/// The situations without what they all have in common.
std::string WhenText(const DiffSituations& situations, const std::vector<DiffCondition>& common) {
  DiffSituations rest = situations;
  std::erase_if(rest.conditions, [&](const DiffCondition& condition) {
    return std::find(common.begin(), common.end(), condition) != common.end();
  });
  return rest.When();
}

std::string SituationText(const Catalog& catalog, const DiffSituations& one,
                          const std::vector<DiffCondition>& common, bool with_shares) {
  const std::string lead =
      with_shares ? Cat({PadLeft(ShareText(one.share), kShareColumns), "  "}) : "    ";
  std::string text = lead + Wrap(WhenText(one, common), lead.size(), kColumns).substr(lead.size());
  const std::string rules =
      Cat({" (by ", Printable(one.was_rule), ", then ", Printable(one.now_rule), ")"});
  return text +
         Wrap(Cat({"such as ", WitnessText(catalog, one), rules}), lead.size() + 2, kColumns);
}

std::string MoreText(const DiffChange& change, size_t shown) {
  const size_t left = change.situations.size() - shown;
  if (left == 0 && change.complete) return {};
  const std::string more =
      left == 0 ? "more" : Count(left, "more set of situations", "more sets of situations");
  if (change.complete) return Cat({"    and ", more, "; --all shows them\n"});
  return Cat({"    and ", left == 0 ? "" : "more than ", more, ", too many to list\n"});
}

std::string ChangeText(const Output& out, const Catalog& catalog, const DiffChange& change,
                       const DiffTextOptions& options, bool with_shares) {
  std::string text = out.Styled(StyleOf(change.kind), ChangeTitle(change));
  if (with_shares) text += Cat({"  ", ShareText(change.share)});
  text += "\n";
  const std::vector<DiffCondition> common = Common(change);
  if (!common.empty()) {
    DiffSituations all;
    all.conditions = common;
    text += Wrap(Cat({"in all of them: ", all.When()}), 4, kColumns);
  }
  const size_t shown =
      options.all ? change.situations.size() : std::min(kShown, change.situations.size());
  for (size_t i = 0; i < shown; ++i) {
    text += SituationText(catalog, change.situations[i], common, with_shares);
  }
  return text + MoreText(change, shown);
}

/// A case without the line feeds of a cases file.
std::string OneLine(std::string_view text) {
  std::string line;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\n') {
      line += text[i];
      continue;
    }
    while (i + 1 < text.size() && text[i + 1] == ' ') ++i;
  }
  return line.substr(line.find_first_not_of(' '));
}

void WriteSituations(JsonOut& json, const Catalog& catalog, const DiffSituations& one,
                     bool with_shares) {
  json.Object().Key("when").Text(one.When()).Key("conditions").Array();
  for (const DiffCondition& condition : one.conditions) json.Text(condition.text);
  json.EndArray();
  if (with_shares) json.Key("share").Real(one.share);
  json.Key("witness").Object();
  for (const Fact& fact : one.witness) {
    json.Key(catalog.fact(fact.id).name).Text(catalog.FormatValue(fact.id, fact.code));
  }
  json.EndObject().Key("was_rule").Text(one.was_rule).Key("now_rule").Text(one.now_rule);
  json.Key("was_case")
      .Raw(OneLine(one.was_case))
      .Key("now_case")
      .Raw(OneLine(one.now_case))
      .EndObject();
}

void WriteChanges(JsonOut& json, const Catalog& catalog, const std::vector<DiffChange>& changes,
                  bool with_shares) {
  json.Array();
  for (const DiffChange& change : changes) {
    json.Object().Key("change").Text(ToString(change.kind)).Key("parts").Array();
    for (const std::string& part : change.parts) json.Text(part);
    json.EndArray().Key("was");
    WriteAnswer(json, change.was);
    json.Key("now");
    WriteAnswer(json, change.now);
    if (with_shares) json.Key("share").Real(change.share);
    json.Key("situations").Array();
    for (const DiffSituations& one : change.situations) {
      WriteSituations(json, catalog, one, with_shares);
    }
    json.EndArray().Key("complete").Bool(change.complete);
    if (with_shares) json.Key("rest_share").Real(change.rest_share);
    json.EndObject();
  }
  json.EndArray();
}

/// "lost: ring -> refuse (offline), 12 sets of situations"
std::string ChangeInShort(const Output& out, const DiffChange& change) {
  return Cat({out.Styled(StyleOf(change.kind), ChangeTitle(change)), ", ",
              change.complete ? "" : "more than ",
              Count(change.situations.size(), "set of situations", "sets of situations"), "\n"});
}

}  // namespace

std::string DiffText(const Output& out, const Catalog& catalog, const PolicyDiff& diff,
                     const DiffTextOptions& options) {
  std::string text = Cat({"old  ", PolicyLabel(diff.old_name, diff.old_digest), "\nnew  ",
                          PolicyLabel(diff.new_name, diff.new_digest), "\n"});
  if (diff.Equivalent()) {
    return text + out.Styled(Style::kGood, "equivalent") +
           ": they decide alike, whatever the facts are and whichever are unavailable\n";
  }
  if (diff.changes.empty()) {
    text += "alike as long as all facts can be read\n";
  } else {
    text += Cat({"different in ", ShareText(diff.share), " of all situations\n"});
  }
  for (const DiffChange& change : diff.changes) {
    text += "\n" + ChangeText(out, catalog, change, options, true);
  }
  if (diff.unavailable.empty()) return text;
  text += "\nwhile facts are unavailable, besides what follows from the above\n";
  // Where there is more to read these are many, and seldom news.
  const bool whole = options.all || diff.changes.empty();
  for (const DiffChange& change : diff.unavailable) {
    text += whole ? "\n" + ChangeText(out, catalog, change, options, false)
                  : ChangeInShort(out, change);
  }
  if (!whole) text += "    --all shows them\n";
  return text;
}

void WriteAnswer(JsonOut& json, const DiffAnswer& answer) {
  json.Object().Key("effect").Text(ToString(answer.effect));
  json.Key("signal").Text(ToString(answer.signal)).Key("told").Text(answer.told);
  json.Key("sip").Number(answer.sip_status).Key("retry_after").Number(answer.retry_after_s);
  json.Key("record").Text(ToString(answer.record));
  for (const auto& [name, value] : answer.values) json.Key(name).Text(value);
  json.EndObject();
}

void WriteDiff(JsonOut& json, const Catalog& catalog, const PolicyDiff& diff) {
  json.Key("old").Object().Key("name").Text(diff.old_name).Key("digest").Text(diff.old_digest);
  json.EndObject().Key("new").Object().Key("name").Text(diff.new_name);
  json.Key("digest").Text(diff.new_digest).EndObject();
  json.Key("equivalent").Bool(diff.Equivalent()).Key("share").Real(diff.share);
  json.Key("changes");
  WriteChanges(json, catalog, diff.changes, true);
  json.Key("unavailable");
  WriteChanges(json, catalog, diff.unavailable, false);
}

}  // namespace ringfence::cli
