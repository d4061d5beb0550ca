// Differences of two policies in words.
#include "cli/diff_words.h"

#include <algorithm>
#include <cstdio>

#include "cli/text.h"

namespace ringfence::cli {
namespace {

bool Has(const std::vector<std::string>& parts, std::string_view part) {
  return std::find(parts.begin(), parts.end(), part) != parts.end();
}

}  // namespace

std::string ShareText(double share) {
  constexpr double kWhole = 100, kLeast = 0.0001;
  const double percent = share * kWhole;
  if (share > 0 && percent < kLeast) return "<0.0001 %";
  char text[32];
  std::snprintf(text, sizeof text, "%.3g %%", percent);
  return text;
}

std::string AnswerText(const DiffAnswer& answer, const std::vector<std::string>& parts) {
  std::vector<std::string> more;
  const bool refused = answer.effect == Effect::kRefuse;
  // A refusal is known by its signal; else that is told where it differs.
  if (refused || (Has(parts, "signal") && answer.signal != Signal::kRinging)) {
    more.emplace_back(ToString(answer.signal));
  }
  const bool same_effect = !Has(parts, "effect");
  if (same_effect && Has(parts, "sip")) {
    more.push_back(
        Cat({"sip ", answer.sip_status == 0 ? "none" : std::to_string(answer.sip_status)}));
  }
  if (same_effect && Has(parts, "told")) more.push_back(Cat({"told ", Printable(answer.told)}));
  if (same_effect && Has(parts, "retry_after")) {
    more.push_back(answer.retry_after_s == 0
                       ? "no retry time"
                       : Cat({"retry after ", std::to_string(answer.retry_after_s), " s"}));
  }
  if (same_effect && Has(parts, "record"))
    more.push_back(Cat({"record ", ToString(answer.record)}));
  for (const auto& [name, value] : answer.values) {
    if (same_effect && Has(parts, name)) {
      more.push_back(Cat({Printable(name), " ", Printable(value)}));
    }
  }
  std::string text(ToString(answer.effect));
  for (size_t i = 0; i < more.size(); ++i) text += (i == 0 ? " (" : ", ") + more[i];
  return more.empty() ? text : text + ")";
}

std::string DiffSentence(const PolicyDiff& diff) {
  if (diff.Equivalent()) return "equivalent: nothing changed for anybody";
  std::string text = Cat({"gained ", Thousands(diff.Count(DiffKind::kGained)), ", lost ",
                          Thousands(diff.Count(DiffKind::kLost)), ", otherwise ",
                          Thousands(diff.Count(DiffKind::kOther)), " sets of situations; "});
  if (diff.changes.empty()) return text + "only while facts are unavailable";
  const DiffChange& first = diff.changes[0];
  return text + Cat({ShareText(diff.share), " of all situations. First ", ToString(first.kind),
                     ": ", AnswerText(first.was, first.parts), " -> ",
                     AnswerText(first.now, first.parts), " when ", first.situations[0].When()});
}

}  // namespace ringfence::cli
