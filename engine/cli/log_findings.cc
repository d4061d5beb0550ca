// What a verification found.
#include "cli/log_findings.h"

#include "cli/log_time.h"
#include "cli/text.h"

namespace ringfence::cli {
namespace {

std::string Place(const LogFinding& finding) {
  std::string place = Printable(finding.month);
  if (finding.index) {
    place += Cat({place.empty() ? "" : " ", "entry ", std::to_string(*finding.index)});
  }
  return place.empty() ? place : place + ": ";
}

std::string FindingLine(const LogFinding& finding) {
  return Cat(
      {Printable(finding.check), ": ", Place(finding), PrintableLines(finding.detail), "\n"});
}

}  // namespace

void WriteFindings(JsonOut& json, const std::vector<LogFinding>& findings) {
  json.Array();
  for (const LogFinding& finding : findings) {
    json.Object().Key("check").Text(finding.check).Key("month").TextOrNull(finding.month);
    json.Key("index");
    finding.index ? json.Number(*finding.index) : json.Null();
    json.Key("detail").Text(finding.detail).EndObject();
  }
  json.EndArray();
}

void PrintFindings(Output& out, const LogVerification& seen) {
  for (const LogFinding& note : seen.notes) out.Print(Cat({"note: ", FindingLine(note)}));
  for (const LogFinding& finding : seen.findings) {
    out.Print(Cat({out.Styled(Style::kBad, "wrong: "), FindingLine(finding)}));
  }
  if (seen.more_findings > 0) {
    out.Print(Cat({"... and ", Thousands(seen.more_findings), " more\n"}));
  }
  if (!seen.findings.empty()) {
    const uint64_t all = seen.findings.size() + seen.more_findings;
    out.Print(Cat({"this log does not hold: ", Count(all, "finding", "findings"), "\n"}));
  }
}

void WriteVerification(JsonOut& json, const LogVerification& seen) {
  json.Object().Key("log").Text(seen.name).Key("holds").Bool(seen.findings.empty());
  json.Key("months").Number(seen.months).Key("entries").Number(seen.entries);
  json.Key("beyond").Number(seen.beyond).Key("checkpoints").Number(seen.checkpoints);
  json.Key("cosignatures").Number(seen.cosignatures).Key("decisions").Number(seen.decisions);
  json.Key("shadows").Number(seen.shadows);
  json.Key("gaps").Number(seen.gaps).Key("not_recorded").Number(seen.not_recorded);
  json.Key("boots").Number(seen.boots).Key("unclean_boots").Number(seen.unclean_boots);
  json.Key("clock_steps").Number(seen.clock_steps).Key("erasures").Number(seen.erasures);
  json.Key("accesses").Number(seen.accesses).Key("unknown_kinds").Number(seen.unknown_kinds);
  const bool any = seen.entries > 0;
  json.Key("first").TextOrNull(any ? TimeNsText(seen.first_time_ns) : "");
  json.Key("last").TextOrNull(any ? TimeNsText(seen.last_time_ns) : "");
  json.Key("findings");
  WriteFindings(json, seen.findings);
  json.Key("more_findings").Number(seen.more_findings).Key("notes");
  WriteFindings(json, seen.notes);
  json.EndObject();
}

}  // namespace ringfence::cli
