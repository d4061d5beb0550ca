// The words of responses, as tables.
#include "api/response_words.h"

#include <algorithm>
#include <iterator>

#include "base/check.h"

namespace ringfence {
namespace {

constexpr Response::Xmpp kXmppNothing = {"", "", "", ""};
constexpr Response::Xmpp kXmppRinging = {"ringing", "", "", ""};
constexpr Response::Xmpp kXmppAbsent = {"error", "", "service-unavailable", "cancel"};
constexpr Response::Xmpp kXmppForbidden = {"error", "", "forbidden", "auth"};

constexpr Response::Xmpp Rejected(std::string_view reason) { return {"reject", reason, "", ""}; }
constexpr Response::Xmpp StanzaError(std::string_view condition, std::string_view type) {
  return {"error", "", condition, type};
}

constexpr Response::Matrix kMatrixNothing = {"", "", "", 0};
constexpr Response::Matrix kMatrixReject = {"m.call.reject", "", "", 0};
constexpr Response::Matrix kMatrixForbidden = {"error", "", "M_FORBIDDEN", 403};

constexpr Response::Matrix HungUp(std::string_view reason) {
  return {"m.call.hangup", reason, "", 0};
}
constexpr Response::Matrix MatrixError(std::string_view code, uint16_t status) {
  return {"error", "", code, status};
}

// By signal, in their order; of a status that several signals have, the one that says least stands
// first, so that a policy's own key says no more. Nobody's presence shows in Matrix: what is told
// as absence sends nothing there, as absence does.
constexpr ResponseWords kWords[] = {
    {0, "unavailable", "Not available right now.", kXmppNothing, kMatrixNothing},
    {180, "ringing", "Ringing.", kXmppRinging, kMatrixNothing},
    {486, "busy", "Busy right now.", Rejected("busy"), HungUp("user_busy")},
    {480, "unavailable", "Not available right now.", kXmppAbsent, kMatrixNothing},
    {603, "declined", "The call was declined.", Rejected("decline"), kMatrixReject},
    {403, "forbidden", "Calls from you are not accepted.", kXmppForbidden, kMatrixForbidden},
    {403, "blocked", "You were blocked.", StanzaError("not-allowed", "cancel"),
     MatrixError("M_INVITE_BLOCKED", 403)},
    {470, "consent_needed", "You may call once your request was accepted.",
     StanzaError("subscription-required", "auth"), kMatrixForbidden},
    {433, "anonymous_refused", "Anonymous calls are not accepted.",
     StanzaError("policy-violation", "modify"), kMatrixForbidden},
    {607, "unwanted", "Your calls are not wanted.", Rejected("decline"), kMatrixForbidden},
    {608, "analytics_rejected", "The call was rejected by a filter, not by a person.",
     StanzaError("policy-violation", "cancel"), kMatrixForbidden},
    {403, "not_entitled", "Your account may not make this call.",
     StanzaError("not-allowed", "cancel"), kMatrixForbidden},
    {488, "not_capable", "This kind of call is not possible here.",
     Rejected("unsupported-applications"), HungUp("unknown_error")},
    {480, "retry_later", "Please try again later.", StanzaError("resource-constraint", "wait"),
     MatrixError("M_LIMIT_EXCEEDED", 429)},
    {428, "identity_invalid", "It could not be proved who is calling.",
     StanzaError("not-authorized", "auth"), kMatrixForbidden},
    // Keys of shipped rule sets whose protocol has a word of its own for them.
    {403, "invite_blocked", "Invitations from you are blocked.",
     StanzaError("not-allowed", "cancel"), MatrixError("M_INVITE_BLOCKED", 403)},
    {403, "you-blocked-them", "You have blocked this person.",
     StanzaError("not-acceptable", "cancel"), kMatrixForbidden},
};
static_assert(std::size(kWords) >= kSignalCount);

struct KeyText {
  std::string_view told;
  std::string_view text;
};
// Other keys of shipped rule sets: words as their status has them, a text of their own.
constexpr KeyText kTexts[] = {
    {"call_limit", "No more calls today. Please try again later."},
    {"cannot_send_messages", "You cannot write to or call this person."},
    {"consent_asked", "You have asked already. Please wait for an answer."},
    {"input_user_deactivated", "This account was closed."},
    {"needs_permission", "You may call once your request was accepted."},
    {"no_video", "Video calls are not possible here."},
    {"participant_version_outdated", "The other side's app is too old for calls."},
    {"subscribe", "Calling is for subscribers."},
    {"user_is_blocked", "You were blocked."},
    {"user_privacy_restricted", "This person does not take calls from you."},
    {"users_only", "Only people can make calls."},
};

// Any other status says as little as an absent callee, but that something failed.
constexpr ResponseWords kOther = {500, "unavailable", "The call could not be put through.",
                                  kXmppAbsent, HungUp("unknown_error")};

struct StatusWords {
  uint16_t status;
  uint8_t cause;
  std::string_view phrase;
};

// Ascending. Causes by the table of RFC 3398, section 8.2.6.1; of statuses younger than it, by
// their meaning (schema/responses.md). A class's first line serves its unknown statuses (RFC 3261,
// section 8.1.3.2).
constexpr StatusWords kStatuses[] = {
    {180, 0, "Ringing"},
    {181, 0, "Call Is Being Forwarded"},
    {182, 0, "Queued"},
    {183, 0, "Session Progress"},
    {199, 0, "Early Dialog Terminated"},
    {300, 0, "Multiple Choices"},
    {301, 0, "Moved Permanently"},
    {302, 0, "Moved Temporarily"},
    {305, 0, "Use Proxy"},
    {380, 0, "Alternative Service"},
    {400, 41, "Bad Request"},
    {401, 21, "Unauthorized"},
    {402, 21, "Payment Required"},
    {403, 21, "Forbidden"},
    {404, 1, "Not Found"},
    {405, 63, "Method Not Allowed"},
    {406, 79, "Not Acceptable"},
    {407, 21, "Proxy Authentication Required"},
    {408, 102, "Request Timeout"},
    {410, 22, "Gone"},
    {412, 127, "Conditional Request Failed"},
    {413, 127, "Request Entity Too Large"},
    {414, 127, "Request-URI Too Long"},
    {415, 79, "Unsupported Media Type"},
    {416, 127, "Unsupported URI Scheme"},
    {417, 127, "Unknown Resource-Priority"},
    {420, 127, "Bad Extension"},
    {421, 127, "Extension Required"},
    {422, 127, "Session Interval Too Small"},
    {423, 127, "Interval Too Brief"},
    {424, 127, "Bad Location Information"},
    {425, 127, "Bad Alert Message"},
    {428, 21, "Use Identity Header"},
    {429, 21, "Provide Referrer Identity"},
    {430, 41, "Flow Failed"},
    {433, 21, "Anonymity Disallowed"},
    {436, 21, "Bad Identity Info"},
    {437, 21, "Unsupported Credential"},
    {438, 21, "Invalid Identity Header"},
    {439, 127, "First Hop Lacks Outbound Support"},
    {440, 25, "Max-Breadth Exceeded"},
    {469, 127, "Bad Info Package"},
    {470, 21, "Consent Needed"},
    {480, 18, "Temporarily Unavailable"},
    {481, 41, "Call/Transaction Does Not Exist"},
    {482, 25, "Loop Detected"},
    {483, 25, "Too Many Hops"},
    {484, 28, "Address Incomplete"},
    {485, 1, "Ambiguous"},
    {486, 17, "Busy Here"},
    {487, 31, "Request Terminated"},
    {488, 31, "Not Acceptable Here"},
    {489, 127, "Bad Event"},
    {491, 31, "Request Pending"},
    {493, 127, "Undecipherable"},
    {494, 21, "Security Agreement Required"},
    {500, 41, "Server Internal Error"},
    {501, 79, "Not Implemented"},
    {502, 38, "Bad Gateway"},
    {503, 41, "Service Unavailable"},
    {504, 102, "Server Time-out"},
    {505, 127, "Version Not Supported"},
    {513, 127, "Message Too Large"},
    {555, 127, "Push Notification Service Not Supported"},
    {580, 47, "Precondition Failure"},
    {600, 17, "Busy Everywhere"},
    {603, 21, "Decline"},
    {606, 31, "Not Acceptable"},
    {607, 21, "Unwanted"},
    {608, 21, "Rejected"},
};

const StatusWords& StatusOf(uint16_t status) {
  const auto before = [](const StatusWords& words, uint16_t wanted) {
    return words.status < wanted;
  };
  const auto found = std::lower_bound(std::begin(kStatuses), std::end(kStatuses), status, before);
  if (found != std::end(kStatuses) && found->status == status) return *found;
  CHECK_MSG(status >= 180 && status < 700, "no status of a response");
  if (status < 200) return kStatuses[0];
  return StatusOf(static_cast<uint16_t>(status / 100 * 100));
}

/// The status of a signal that means nearly the same; 0 where none does.
uint16_t NearestStatus(uint16_t status) {
  if (status < 200) return 180;
  switch (status) {
    case 600:
      return 486;
    case 404:
    case 408:
    case 410:
      return 480;
    case 406:
    case 415:
    case 606:
      return 488;
    case 436:
    case 437:
    case 438:
      return 428;
    default:
      return 0;
  }
}

}  // namespace

const ResponseWords& WordsOf(uint16_t sip_status, std::string_view told) {
  const ResponseWords* of_status = nullptr;
  for (const ResponseWords& words : kWords) {
    if (words.sip_status != sip_status) continue;
    if (words.told == told) return words;
    if (of_status == nullptr) of_status = &words;
  }
  if (of_status != nullptr) return *of_status;
  const uint16_t nearest = NearestStatus(sip_status);
  return nearest == 0 ? kOther : WordsOf(nearest, told);
}

std::optional<std::string_view> TextOf(std::string_view told) {
  for (const ResponseWords& words : kWords) {
    if (words.told == told) return words.text;
  }
  for (const KeyText& words : kTexts) {
    if (words.told == told) return words.text;
  }
  return std::nullopt;
}

std::string_view SipPhrase(uint16_t sip_status) { return StatusOf(sip_status).phrase; }
uint8_t Q850Cause(uint16_t sip_status) { return StatusOf(sip_status).cause; }

std::string_view Q850Name(uint8_t cause) {
  switch (cause) {
    case 1:
      return "Unallocated (unassigned) number";
    case 17:
      return "User busy";
    case 18:
      return "No user responding";
    case 21:
      return "Call rejected";
    case 22:
      return "Number changed";
    case 25:
      return "Exchange routing error";
    case 28:
      return "Invalid number format (address incomplete)";
    case 31:
      return "Normal, unspecified";
    case 38:
      return "Network out of order";
    case 41:
      return "Temporary failure";
    case 47:
      return "Resource unavailable, unspecified";
    case 63:
      return "Service or option not available, unspecified";
    case 79:
      return "Service or option not implemented, unspecified";
    case 102:
      return "Recovery on timer expiry";
    case 127:
      return "Interworking, unspecified";
    default:
      CHECK_MSG(false, "a cause that no status has");
      return {};
  }
}

bool MaySayRetryAfter(uint16_t sip_status) {
  static constexpr uint16_t kMay[] = {404, 413, 480, 486, 500, 503, 600, 603};
  return std::find(std::begin(kMay), std::end(kMay), sip_status) != std::end(kMay);
}

}  // namespace ringfence
