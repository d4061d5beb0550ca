// An audit for people and for programs.
#include "cli/audit_print.h"

#include <utility>

#include "cli/audit_sections.h"
#include "cli/json_out.h"
#include "cli/log_findings.h"
#include "cli/log_text.h"
#include "cli/log_time.h"
#include "cli/replay_json.h"
#include "cli/text.h"

namespace ringfence::cli {
namespace {

constexpr size_t kColumns = 96;
constexpr size_t kIndent = 3;
constexpr size_t kNameColumns = 22;
constexpr size_t kTitleColumns = 60;

Style StyleOf(AuditOutcome outcome) {
  switch (outcome) {
    case AuditOutcome::kHolds:
      return Style::kGood;
    case AuditOutcome::kFails:
      return Style::kBad;
    case AuditOutcome::kCannotTell:
      break;
  }
  return Style::kMiddling;
}

/// A sentence behind its name; further lines stand under it.
std::string Sentence(std::string_view name, std::string_view text) {
  const std::string margin(kIndent, ' ');
  std::string lines = Wrap(Printable(text), kIndent + kNameColumns, kColumns);
  // What does not fit beside a long name stands below it.
  const std::string head = Cat({margin, Printable(name)});
  if (Width(head) + 2 > kIndent + kNameColumns) return Cat({head, "\n", lines});
  return lines.replace(0, kIndent + kNameColumns, Pad(head, kIndent + kNameColumns));
}

std::string Sentences(std::string_view name, const std::vector<std::string>& texts) {
  std::string lines;
  for (const std::string& text : texts) {
    lines += Sentence(lines.empty() ? name : std::string_view(), text);
  }
  return lines;
}

std::string FindingText(const LogFinding& finding) {
  std::string place = finding.month;
  if (finding.index) {
    place += Cat({place.empty() ? "" : " ", "entry ", std::to_string(*finding.index)});
  }
  return Cat({finding.check, ": ", place, place.empty() ? "" : ": ", finding.detail});
}

std::string ListingText(const AuditListing& listing) {
  std::string lines = Cat({std::string(kIndent, ' '), Printable(listing.name)});
  if (listing.items.size() < listing.count) {
    lines +=
        Cat({", the first ", Thousands(listing.items.size()), " of ", Thousands(listing.count)});
  }
  lines += "\n";
  for (const AuditListing::Item& item : listing.items) {
    std::string line(2 * kIndent, ' ');
    if (!item.month.empty()) {
      line += Cat({Printable(item.month), " entry ", std::to_string(item.index), "  "});
    }
    if (item.time_ns != 0) line += Cat({TimeNsText(item.time_ns), "  "});
    lines += Cat({line, Printable(item.text), "\n"});
  }
  return lines;
}

std::string SectionText(const Output& out, size_t number, const AuditSection& section) {
  const std::string title = Cat({std::to_string(number), ". ", section.title});
  std::string text = Cat({out.Styled(Style::kBold, Pad(title, kTitleColumns)), "  ",
                          out.Styled(StyleOf(section.outcome), ToString(section.outcome)), "\n"});
  text += Sentences("checked", section.checked);
  text += Sentences("why", section.reasons);
  for (const LogFinding& finding : section.findings) {
    text += Sentence("wrong", FindingText(finding));
  }
  for (const auto& [name, value] : section.evidence) text += Sentence(name, value);
  for (const AuditListing& listing : section.listings) text += ListingText(listing);
  return text + Sentences("not proved", section.limits) + "\n";
}

std::string TimesText(const LogAudit& audit) {
  if (audit.from_ns == 0 && audit.to_ns == UINT64_MAX) return "";
  const std::string from = audit.from_ns == 0 ? "" : Cat({" from ", TimeNsText(audit.from_ns)});
  const std::string to = audit.to_ns == UINT64_MAX ? "" : Cat({" to ", TimeNsText(audit.to_ns)});
  return Cat({"replayed and listed", from, to, "; verified is the whole log\n"});
}

void WriteTexts(JsonOut& json, std::string_view key, const std::vector<std::string>& texts) {
  json.Key(key).Array();
  for (const std::string& text : texts) json.Text(text);
  json.EndArray();
}

void WriteSection(JsonOut& json, const AuditSection& section) {
  json.Object().Key("id").Text(section.id).Key("question").Text(section.title);
  json.Key("outcome").Text(ToString(section.outcome));
  WriteTexts(json, "checked", section.checked);
  WriteTexts(json, "reasons", section.reasons);
  json.Key("findings");
  WriteFindings(json, section.findings);
  json.Key("evidence").Array();
  for (const auto& [name, value] : section.evidence) {
    json.Object().Key("name").Text(name).Key("value").Text(value).EndObject();
  }
  json.EndArray();
  WriteTexts(json, "not_proved", section.limits);
  json.EndObject();
}

void WriteEntries(JsonOut& json, const LogAudit& audit) {
  const std::pair<std::string_view, const AuditEntries*> lists[] = {
      {"policies", &audit.policies}, {"boots", &audit.boots},
      {"gaps", &audit.gaps},         {"clocks", &audit.clocks},
      {"erasures", &audit.erasures}, {"seals", &audit.seals},
      {"replays", &audit.replays},   {"key_commits", &audit.key_commits},
      {"accesses", &audit.accesses}};
  json.Key("entries").Object();
  for (const auto& [name, list] : lists) {
    json.Key(name).Object().Key("count").Number(list->count).Key("first").Array();
    for (const LogEntry& entry : list->first) WriteEntry(json, audit.log, entry);
    json.EndArray().EndObject();
  }
  json.EndObject();
}

void WritePolicyChanges(JsonOut& json, const LogAudit& audit) {
  json.Key("policy_changes").Array();
  for (const AuditPolicyChange& change : audit.policy_changes) {
    json.Object().Key("time").Text(TimeNsText(change.time_ns)).Key("from").Text(change.from);
    json.Key("to").Text(change.to).Key("error").TextOrNull(change.error);
    if (change.diff) {
      json.Key("equivalent").Bool(change.diff->Equivalent()).Key("share").Real(change.diff->share);
      json.Key("gained").Number(change.diff->Count(DiffKind::kGained));
      json.Key("lost").Number(change.diff->Count(DiffKind::kLost));
      json.Key("kind").Number(change.diff->Count(DiffKind::kOther));
    }
    json.EndObject();
  }
  json.EndArray();
}

void WriteOutages(JsonOut& json, const AuditOutages& outages) {
  json.Key("outages").Object().Key("count").Number(outages.count);
  json.Key("total_ns").Number(outages.total_ns).Key("longest_ns").Number(outages.longest_ns);
  json.Key("first").Array();
  for (const AuditOutage& outage : outages.first) {
    json.Object().Key("month").Text(outage.month).Key("index").Number(outage.index);
    json.Key("boot").Number(outage.boot).Key("from").Text(TimeNsText(outage.from_ns));
    json.Key("to").Text(TimeNsText(outage.to_ns)).Key("closed_properly").Bool(outage.clean);
    json.Key("rings").Text(outage.rings).EndObject();
  }
  json.EndArray().EndObject();
}

void WriteReplay(JsonOut& json, const LogAudit& audit) {
  json.Key("replay");
  if (audit.replay) {
    std::string report = ReplayJson(*audit.replay, audit.verification.findings.empty(), {});
    report.pop_back();  // its line feed
    json.Raw(report);
  } else {
    json.Null();
  }
  json.Key("replay_error").TextOrNull(audit.replay_error);
}

}  // namespace

std::string AuditText(const Output& out, const LogAudit& audit) {
  std::string text = Cat({"audit of ", Printable(audit.log), "\n", TimesText(audit), "\n"});
  size_t number = 0;
  for (const AuditSection& section : AuditSections(audit)) {
    text += SectionText(out, ++number, section);
  }
  for (const LogFinding& unread : audit.unread) {
    text += Cat({"not readable: ", Printable(FindingText(unread)), "\n"});
  }
  if (audit.more_unread > 0) text += Cat({"... and ", Thousands(audit.more_unread), " more\n"});
  return text + AuditSummary(audit) + "\n";
}

std::string AuditJson(const LogAudit& audit) {
  JsonOut json;
  json.Object().Key("log").Text(audit.log).Key("holds").Bool(audit.holds());
  json.Key("from").TextOrNull(audit.from_ns == 0 ? "" : TimeNsText(audit.from_ns));
  json.Key("to").TextOrNull(audit.to_ns == UINT64_MAX ? "" : TimeNsText(audit.to_ns));
  WriteTexts(json, "anchors", audit.anchors);
  json.Key("sections").Array();
  for (const AuditSection& section : AuditSections(audit)) WriteSection(json, section);
  json.EndArray().Key("verification");
  WriteVerification(json, audit.verification);
  json.Key("months").Array();
  for (const LogReader::Month& month : audit.months) {
    json.Object().Key("month").Text(month.month).Key("origin").Text(month.origin);
    json.Key("entries").Number(month.entries).Key("vkey").TextOrNull(month.vkey).EndObject();
  }
  json.EndArray().Key("begins_later").Bool(audit.begins_later);
  json.Key("retention_days").Number(audit.retention_days);
  json.Key("keys_committed").Number(audit.committed_keys);
  json.Key("keys_exported").Number(audit.exported_keys);
  WriteEntries(json, audit);
  json.Key("not_recorded").Object();
  for (const AuditCause& cause : audit.causes) json.Key(cause.cause).Number(cause.decisions);
  json.EndObject();
  WriteOutages(json, audit.outages);
  json.Key("lost_rings").Number(audit.lost_rings).Key("heartbeats").Number(audit.heartbeats);
  json.Key("longest_silence_ns").Number(audit.longest_silence_ns);
  json.Key("clock_unsynchronised").Number(audit.unsynchronised);
  json.Key("parties_unread").Number(audit.unread_parties).Key("durable").Number(audit.durable);
  json.Key("shadow").Number(audit.shadow).Key("unread");
  WriteFindings(json, audit.unread);
  json.Key("more_unread").Number(audit.more_unread);
  WritePolicyChanges(json, audit);
  WriteReplay(json, audit);
  json.EndObject();
  return json.Line();
}

}  // namespace ringfence::cli
