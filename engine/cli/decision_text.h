// A decision as the tool prints it: one line for people, one object for programs.
// Takes the question, the decision and the catalog; gives text.
#pragma once

#include <ringfence/catalog.h>
#include <ringfence/decision.h>

#include <optional>
#include <string>
#include <string_view>

#include "cli/json_out.h"
#include "cli/output.h"
#include "cli/question.h"

namespace ringfence::cli {

std::string_view GroupName(Group group);
/// The colour of an effect.
Style StyleOf(Effect effect);
/// "callee", "caller", "operator", "nobody".
std::string_view WhoName(Who who);

/// "carol -> bob    refuse  SUMMARY            (carol is told: unavailable, 480)", no line feed.
/// `summary` is printable already.
std::string DecisionLine(const Output& out, const AskedQuestion& question, const Decision& decision,
                         std::string_view summary);
/// The rule, and the reason where it says more.
std::string RuleAndReason(const Decision& decision);
/// "some facts could not be read: contact", or an empty text.
std::string BasisNote(const Decision& decision);
/// "receipt 9bd0...", or that the decision could not be recorded; where a log is open.
std::string ReceiptText(const Decision& decision);
/// What a caller may see, for people: told, path, SIP status, receipt.
std::string CallerViewText(const CallerView& view);
/// The same for programs, one object and a line feed; with the response in signalling if wanted.
std::string CallerViewLine(const CallerView& view, bool with_response);
/// Status line and header fields of the SIP response, one a line, or that nothing is sent.
std::string SipText(const CallerView& view);

/// The members of a decision's object, without its braces.
void WriteDecision(JsonOut& json, const Catalog& catalog, const AskedQuestion& question,
                   const Decision& decision, std::optional<bool> in_force);
void WriteGroups(JsonOut& json, GroupSet groups);

}  // namespace ringfence::cli
