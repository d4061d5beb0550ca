// The sections of a replay's page. Each takes the report and writes the contents of its section.
#pragma once

#include <ringfence/replay.h>

#include <string>
#include <string_view>

#include "cli/html.h"

namespace ringfence::cli {

/// What things are called in a report of this mode.
struct ReplayWords {
  std::string_view kind;     ///< of report: "What-if replay"
  std::string_view entry;    ///< what is replayed: "decision"
  std::string_view changed;  ///< the bin: "Changed"
  std::string_view was;      ///< the recorded side: "As recorded"
  std::string_view now;      ///< the other one
};
ReplayWords WordsOf(ReplayMode mode);

/// The class of report.css that colours an effect, and the one that colours a change.
std::string_view ToneOf(Effect effect);
std::string_view ToneOfChange(std::string_view change);
/// A small square in the colour of a class.
void WriteSwatch(HtmlOut& html, std::string_view tone);
/// A swatch and the name of an outcome, with its effect where the name does not say it.
void WriteOutcome(HtmlOut& html, std::string_view name, Effect effect);
/// "… and 12 more", where a list had to be cut.
void WriteMore(HtmlOut& html, size_t shown, size_t all, std::string_view what);

void WriteCoverage(HtmlOut& html, const ReplayReport& report);
void WriteOverTime(HtmlOut& html, const ReplayReport& report);
void WriteFlows(HtmlOut& html, const ReplayReport& report);
void WriteRules(HtmlOut& html, const ReplayReport& report);
void WriteMovers(HtmlOut& html, const ReplayReport& report);
void WritePolicies(HtmlOut& html, const ReplayReport& report);
void WriteDivergences(HtmlOut& html, const ReplayReport& report);
void WriteExamples(HtmlOut& html, const ReplayReport& report);

}  // namespace ringfence::cli
