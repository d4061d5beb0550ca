// Responses: what they may depend on, what never occurs in them, and that their words exist in the
// standards they belong to. The whole table is in tests/golden/responses.txt.
#include <doctest/doctest.h>
#include <ringfence/response.h>

#include <algorithm>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace ringfence {
namespace {

CallerView View(uint16_t sip_status, std::string told, uint32_t retry_after_s = 0) {
  CallerView view;
  view.told = std::move(told);
  view.sip_status = sip_status;
  view.retry_after_s = retry_after_s;
  return view;
}

/// Every told key a signal has, one of a policy's own, and texts that are no key.
std::vector<std::string> ToldKeys() {
  std::vector<std::string> keys = {
      "group_only", "you-blocked-them",  "", "No Key", "a\r\nEvil: yes",
      "quote\"",    std::string(65, 'x')};
  for (int i = 0; i < kSignalCount; ++i) keys.emplace_back(DefaultTold(static_cast<Signal>(i)));
  return keys;
}

bool IsOneOf(std::string_view word, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

bool IsJingleReason(std::string_view reason) {  // XEP-0166, section 7.4
  return IsOneOf(
      reason, {"alternative-session", "busy", "cancel", "connectivity-error", "decline", "expired",
               "failed-application", "failed-transport", "general-error", "gone",
               "incompatible-parameters", "media-error", "security-error", "success", "timeout",
               "unsupported-applications", "unsupported-transports"});
}
bool IsStanzaCondition(std::string_view condition) {  // RFC 6120, section 8.3.3
  return IsOneOf(condition, {"bad-request",
                             "conflict",
                             "feature-not-implemented",
                             "forbidden",
                             "gone",
                             "internal-server-error",
                             "item-not-found",
                             "jid-malformed",
                             "not-acceptable",
                             "not-allowed",
                             "not-authorized",
                             "policy-violation",
                             "recipient-unavailable",
                             "redirect",
                             "registration-required",
                             "remote-server-not-found",
                             "remote-server-timeout",
                             "resource-constraint",
                             "service-unavailable",
                             "subscription-required",
                             "undefined-condition",
                             "unexpected-request"});
}
bool IsHangupReason(std::string_view reason) {  // Matrix, m.call.hangup
  return IsOneOf(reason, {"ice_failed", "ice_timeout", "invite_timeout", "user_hangup",
                          "user_media_failed", "user_busy", "unknown_error"});
}

bool IsQuotedText(std::string_view value) {
  return value.size() >= 2 && value.back() == '"' &&
         std::count(value.begin(), value.end(), '"') == 2 &&
         std::all_of(value.begin(), value.end(), [](char c) { return c >= ' ' && c < 127; });
}

void CheckXmpp(const Response::Xmpp& xmpp) {
  CHECK(IsOneOf(xmpp.action, {"", "ringing", "reject", "error"}));
  CHECK(IsJingleReason(xmpp.reason) == (xmpp.action == "reject"));
  CHECK(IsStanzaCondition(xmpp.condition) == (xmpp.action == "error"));
  const bool typed = IsOneOf(xmpp.error_type, {"auth", "cancel", "continue", "modify", "wait"});
  CHECK(typed == (xmpp.action == "error"));
}

void CheckMatrix(const Response::Matrix& matrix) {
  CHECK(IsOneOf(matrix.action, {"", "m.call.reject", "m.call.hangup", "error"}));
  CHECK(IsHangupReason(matrix.reason) == (matrix.action == "m.call.hangup"));
  CHECK(matrix.errcode.starts_with("M_") == (matrix.action == "error"));
  CHECK((matrix.http_status >= 400) == (matrix.action == "error"));
}

TEST_CASE("every status and key gives words of the standards, and never 604 or a success") {
  const std::vector<std::string> keys = ToldKeys();
  for (unsigned status = 0; status < 1000; ++status) {
    for (const std::string& key : keys) {
      CAPTURE(status);
      CAPTURE(key);
      const Response response = ResponseFor(View(static_cast<uint16_t>(status), key, 30));
      REQUIRE(response.sip_status != 604);
      REQUIRE_FALSE((response.sip_status >= 200 && response.sip_status < 300));
      REQUIRE((response.sip_status == 0 || response.sip_status >= 180));
      REQUIRE(response.sip_status < 700);
      if (status >= 300 && status < 700 && status != 604) REQUIRE(response.sip_status == status);
      const bool final = response.sip_status >= 300;
      CHECK((response.q850_cause != 0) == (response.sip_status >= 400));
      CHECK(response.q850_cause <= 127);
      if (!response.reason.empty()) CHECK(IsQuotedText(response.reason));
      if (!response.reason_later.empty()) CHECK(IsQuotedText(response.reason_later));
      if (!response.warning.empty()) CHECK(IsQuotedText(response.warning));
      if (!final) CHECK((response.reason + response.reason_later + response.warning).empty());
      CHECK((response.retry_after_s == 0 || response.retry_after_s == 30));
      CHECK(response.text.find_first_of("\"\r\n") == std::string::npos);
      CheckXmpp(response.xmpp);
      CheckMatrix(response.matrix);
    }
  }
  for (const uint16_t far : {uint16_t{1000}, uint16_t{65535}}) {
    CHECK(ResponseFor(View(far, "unavailable")) == ResponseOfAbsence());
  }
}

TEST_CASE("a hidden refusal is absence, byte for byte, whatever else differs") {
  const Response absence = ResponseOfAbsence();
  CHECK(absence.SipFragment() == "SIP/2.0 480 Temporarily Unavailable\r\n");
  CHECK(absence.xmpp.condition == "service-unavailable");
  CHECK(absence.matrix == Response::Matrix());
  CHECK(absence.webrtc == R"({"state":"ended","told":"unavailable","retryAfter":null})");
  CHECK(absence.reason.empty());
  CHECK(absence.reason_later.empty());
  CHECK(absence.warning.empty());

  Decision blocked;
  blocked.told = "unavailable";
  blocked.sip_status = 480;
  blocked.rule = "blocked";
  blocked.reason = "mallory is blocked";
  blocked.record = Record::kNothing;
  Decision away = blocked;
  away.rule = "calls-off";
  away.record = Record::kMissed;
  away.request_id[0] = 1;
  CHECK(ResponseFor(blocked.ForCaller()) == absence);
  CHECK(ResponseFor(away.ForCaller()) == absence);
  CHECK(ResponseFor(away.ForCaller()).ToJson() == absence.ToJson());
  // 604 and what is no status at all say no more.
  CHECK(ResponseFor(View(604, "unavailable")) == absence);
  CHECK(ResponseFor(View(200, "unavailable")) == absence);
}

TEST_CASE("pretended ringing is ringing: neither path nor receipt shows") {
  CallerView real = View(180, "ringing");
  real.path = "relay";
  real.receipt = std::string(32, 'a');
  CHECK(ResponseFor(real) == ResponseFor(View(180, "ringing")));
  CHECK(ResponseFor(real).SipFragment() == "SIP/2.0 180 Ringing\r\n");
}

TEST_CASE("nothing is nothing in every protocol") {
  const Response response = ResponseFor(View(0, "unavailable"));
  CHECK(response.sends_nothing());
  CHECK(response.SipFragment().empty());
  CHECK(response.xmpp.action.empty());
  CHECK(response.matrix.action.empty());
  CHECK(response.webrtc.empty());
  CHECK(response.ToJson().find(R"("status":null)") != std::string::npos);
  CHECK(response.ToJson().find(R"("webrtc":null)") != std::string::npos);
}

TEST_CASE("retry after: a header where the status has one, a number in WebRTC always") {
  const Response later = ResponseFor(View(480, "retry_later", 3600));
  CHECK(later.SipFragment() ==
        "SIP/2.0 480 Temporarily Unavailable\r\n"
        "Reason: Q.850;cause=18;text=\"No user responding\"\r\n"
        "Warning: 399 ringfence \"Please try again later.\"\r\n"
        "Retry-After: 3600\r\n");
  CHECK(later.matrix.errcode == "M_LIMIT_EXCEEDED");
  const Response forbidden = ResponseFor(View(403, "forbidden", 3600));
  CHECK(forbidden.retry_after_s == 0);
  CHECK(forbidden.webrtc.ends_with("\"retryAfter\":3600}"));
}

TEST_CASE("a policy's own key keeps the words of its status, and stands in a warning") {
  const Response limit = ResponseFor(View(403, "group_only"));
  const Response forbidden = ResponseFor(View(403, "forbidden"));
  CHECK(limit.warning == "399 ringfence \"Not put through: group_only.\"");
  CHECK(limit.xmpp == forbidden.xmpp);
  CHECK(limit.matrix == forbidden.matrix);
  CHECK(limit.reason == forbidden.reason);
  CHECK(forbidden.warning.empty());
  // Of a status that several signals have, it says no more than the least of them.
  CHECK(ResponseFor(View(480, "group_only")).matrix == Response::Matrix());
}

TEST_CASE("statuses of policies: the nearest signal, else little") {
  CHECK(ResponseFor(View(600, "busy")).xmpp == ResponseFor(View(486, "busy")).xmpp);
  CHECK(ResponseFor(View(600, "busy")).q850_cause == 17);
  CHECK(ResponseFor(View(404, "unavailable")).xmpp == ResponseOfAbsence().xmpp);
  CHECK(ResponseFor(View(438, "identity_invalid")).sip_phrase == "Invalid Identity Header");
  CHECK(ResponseFor(View(438, "identity_invalid")).matrix.errcode == "M_FORBIDDEN");
  CHECK(ResponseFor(View(499, "unavailable")).sip_phrase == "Bad Request");
  CHECK(ResponseFor(View(302, "unavailable")).reason.empty());
  CHECK(ResponseFor(View(608, "analytics_rejected")).needs_call_info);
  CHECK_FALSE(ResponseFor(View(607, "unwanted")).needs_call_info);
  CHECK(ResponseFor(View(607, "unwanted")).reason_later == "SIP;cause=607;text=\"Unwanted\"");
}

TEST_CASE("what is no key cannot enter a header field") {
  const Response response = ResponseFor(View(403, "x\r\nContact: <sip:mallory@example.com>"));
  CHECK(response == ResponseFor(View(403, "forbidden")));
  CHECK(ResponseFor(View(480, "\xff")) == ResponseOfAbsence());
}

}  // namespace
}  // namespace ringfence
