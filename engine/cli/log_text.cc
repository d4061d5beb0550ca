// An entry of the decision log as the tool prints it.
#include "cli/log_text.h"

#include <algorithm>
#include <cstdlib>
#include <utility>
#include <vector>

#include "cli/decision_text.h"
#include "cli/log_time.h"
#include "cli/text.h"

namespace ringfence::cli {
namespace {

constexpr size_t kIndexColumns = 8;
constexpr size_t kEffectColumns = 9;
constexpr size_t kRuleColumns = 16;
constexpr size_t kNameColumns = 16;
constexpr size_t kDigestInLine = 32;  // an id fits, of a digest its first half

// By bit (schema/decision_log.md); bits 8 and 9 count the DETAIL entries before a decision.
constexpr std::string_view kFlagNames[] = {
    "clock_unsynchronised", "failure_mode", "emergency",    "shadow",
    "not_all_collected",    "durable",      "party_unread", "epoch_key"};
// Columns of the CSV that only a decision fills.
constexpr size_t kDecisionCells = 8;

bool IsDecision(const LogEntry& entry) { return entry.kind == "decision"; }
bool HasParties(const LogEntry& entry) { return !entry.request_id.empty(); }

std::vector<std::string_view> FlagNames(uint16_t flags) {
  std::vector<std::string_view> names;
  for (size_t bit = 0; bit < std::size(kFlagNames); ++bit) {
    if ((flags >> bit & 1) != 0) names.push_back(kFlagNames[bit]);
  }
  return names;
}

template <class Texts>
std::string Joined(const Texts& texts, std::string_view separator) {
  std::string out;
  bool first = true;
  for (const auto& text : texts) {
    out += Cat({first ? "" : separator, text});
    first = false;
  }
  return out;
}

/// "number=3 cause=overload". Values longer than `most` are cut.
std::string FieldsText(const LogEntry& entry, size_t most) {
  std::vector<std::string> fields;
  for (const LogField& field : entry.fields) {
    const bool cut = field.value.size() > most;
    fields.push_back(
        Cat({field.name, "=", std::string_view(field.value).substr(0, most), cut ? ".." : ""}));
  }
  return Joined(fields, " ");
}

/// Name and value of "callee.follows(caller)=true".
std::pair<std::string_view, std::string_view> SplitFact(std::string_view fact) {
  const size_t equals = std::min(fact.find('='), fact.size());
  return {fact.substr(0, equals), fact.substr(std::min(equals + 1, fact.size()))};
}

/// A cell of RFC 4180. The apostrophe before what a spreadsheet would compute is what spreadsheets
/// themselves put there.
std::string SafeCell(std::string_view text) {
  const bool formula = !text.empty() && std::string_view("=+-@\t\r").find(text[0]) != text.npos;
  const bool quoted = text.find_first_of(",\"\r\n\t") != std::string_view::npos;
  if (!formula && !quoted) return std::string(text);
  std::string cell = formula ? "\"'" : "\"";
  for (char byte : text) {
    if (byte == '"') cell += '"';
    cell += byte;
  }
  return cell + "\"";
}

void WriteDecisionMembers(JsonOut& json, const LogEntry& entry) {
  json.Key("shadow").Bool(entry.shadow).Key("policy").Number(entry.policy_ref);
  json.Key("policy_digest").TextOrNull(entry.policy_digest);
  json.Key("effect").Text(ToString(entry.effect)).Key("outcome").Text(entry.outcome);
  json.Key("rule").Text(entry.rule).Key("path").TextOrNull(entry.path);
  json.Key("basis").Text(ToString(entry.basis)).Key("revision").Number(entry.revision);
}

void WriteField(JsonOut& json, const LogField& field) {
  json.Key(field.name);
  if (!field.number) {
    json.Text(field.value);
  } else if (field.value.starts_with('-')) {
    json.Signed(std::strtoll(field.value.c_str(), nullptr, 10));
  } else {
    json.Number(std::strtoull(field.value.c_str(), nullptr, 10));
  }
}

class Page {
 public:
  void Add(std::string_view name, std::string_view value) {
    if (!value.empty()) text_ += Cat({Pad(name, kNameColumns), "  ", Printable(value), "\n"});
  }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

}  // namespace

uint64_t FieldNumber(const LogEntry& entry, std::string_view name) {
  for (const LogField& field : entry.fields) {
    if (field.name == name) return std::strtoull(field.value.c_str(), nullptr, 10);
  }
  return 0;
}

std::string OriginOf(const std::string& log_name, const LogEntry& entry) {
  return Cat({log_name, "/", entry.month});
}

std::string EntryLine(const Output& out, const LogEntry& entry) {
  std::string line = Cat(
      {PadLeft(std::to_string(entry.index), kIndexColumns), "  ", TimeNsText(entry.time_ns), "  "});
  if (IsDecision(entry)) {
    const std::string effect = Pad(ToString(entry.effect), kEffectColumns);
    line += Cat({out.Styled(StyleOf(entry.effect), effect), "  ",
                 Pad(Printable(entry.rule), kRuleColumns), "  ", Printable(entry.request_id)});
    if (entry.basis != Basis::kComplete) line += Cat({"  ", ToString(entry.basis)});
    if (entry.shadow) line += "  shadow";
  } else {
    line += Cat({Pad(Printable(entry.kind), kEffectColumns), "  ",
                 Printable(FieldsText(entry, kDigestInLine))});
    while (line.back() == ' ') line.pop_back();
  }
  line += "\n";
  const std::string margin(kIndexColumns + 2, ' ');
  for (const std::string& fact : entry.facts) line += Cat({margin, Printable(fact), "\n"});
  return line;
}

std::string EntryPage(const std::string& log_name, const LogEntry& entry) {
  Page page;
  page.Add("origin", OriginOf(log_name, entry));
  page.Add("index", std::to_string(entry.index));
  page.Add("kind", entry.kind);
  page.Add("flags", Joined(FlagNames(entry.flags), " "));
  page.Add("time", TimeNsText(entry.time_ns));
  page.Add("writer, boot", Cat({std::to_string(entry.writer), ", ", std::to_string(entry.boot)}));
  if (IsDecision(entry)) {
    page.Add("seq", std::to_string(entry.seq));
    page.Add("effect", ToString(entry.effect));
    page.Add("outcome", entry.outcome);
    page.Add("rule", entry.rule);
    page.Add("path", entry.path);
    page.Add("basis", ToString(entry.basis));
    page.Add("policy", Cat({"entry ", std::to_string(entry.policy_ref), ", digest ",
                            entry.policy_digest.empty() ? "unknown" : entry.policy_digest}));
    page.Add("revision", std::to_string(entry.revision));
  }
  if (HasParties(entry)) {
    page.Add("request id", entry.request_id);
    page.Add("caller", entry.caller);
    page.Add("callee", entry.callee);
  }
  for (const LogField& field : entry.fields) page.Add(field.name, field.value);
  page.Add("leaf hash", entry.leaf_hash);
  if (IsDecision(entry) && !entry.facts_opened) page.Add("facts", "sealed");
  for (const std::string& fact : entry.facts) page.Add("fact", fact);
  return page.text();
}

void WriteEntry(JsonOut& json, const std::string& log_name, const LogEntry& entry) {
  json.Object().Key("origin").Text(OriginOf(log_name, entry)).Key("index").Number(entry.index);
  json.Key("kind").Text(entry.kind).Key("time").Text(TimeNsText(entry.time_ns));
  json.Key("writer").Number(entry.writer).Key("boot").Number(entry.boot);
  json.Key("seq").Number(entry.seq).Key("flags").Array();
  for (std::string_view flag : FlagNames(entry.flags)) json.Text(flag);
  json.EndArray();
  if (IsDecision(entry)) WriteDecisionMembers(json, entry);
  if (HasParties(entry)) {
    json.Key("request_id").Text(entry.request_id);
    json.Key("caller").Text(entry.caller).Key("callee").Text(entry.callee);
  }
  if (!IsDecision(entry)) {
    json.Key("fields").Object();
    for (const LogField& field : entry.fields) WriteField(json, field);
    json.EndObject();
  }
  json.Key("leaf_hash").Text(entry.leaf_hash);
  if (entry.facts_opened) {
    json.Key("facts").Object();
    for (const std::string& fact : entry.facts) {
      const auto [name, value] = SplitFact(fact);
      json.Key(name).Text(value);
    }
    json.EndObject();
  }
  json.EndObject();
}

std::string EntryJson(const std::string& log_name, const LogEntry& entry) {
  JsonOut json;
  WriteEntry(json, log_name, entry);
  return json.Line();
}

std::string_view EntryCsvHeader() {
  return "origin,index,kind,time,writer,boot,seq,flags,policy,policy_digest,effect,outcome,rule,"
         "path,basis,revision,request_id,caller,callee,fields,leaf_hash,facts\n";
}

std::string EntryCsv(const std::string& log_name, const LogEntry& entry) {
  std::vector<std::string> cells = {
      OriginOf(log_name, entry), std::to_string(entry.index),        entry.kind,
      TimeNsText(entry.time_ns), std::to_string(entry.writer),       std::to_string(entry.boot),
      std::to_string(entry.seq), Joined(FlagNames(entry.flags), " ")};
  if (IsDecision(entry)) {
    cells.insert(cells.end(),
                 {std::to_string(entry.policy_ref), entry.policy_digest,
                  std::string(ToString(entry.effect)), entry.outcome, entry.rule, entry.path,
                  std::string(ToString(entry.basis)), std::to_string(entry.revision)});
  } else {
    cells.resize(cells.size() + kDecisionCells);
  }
  cells.insert(cells.end(),
               {entry.request_id, entry.caller, entry.callee, FieldsText(entry, std::string::npos),
                entry.leaf_hash, Joined(entry.facts, " ")});
  for (std::string& cell : cells) cell = SafeCell(cell);
  return Joined(cells, ",") + "\n";
}

}  // namespace ringfence::cli
