// A caller's view to a response in each protocol.
#include <ringfence/limits.h>
#include <ringfence/response.h>

#include <optional>

#include "api/response_words.h"
#include "base/json_writer.h"
#include "base/names.h"

namespace ringfence {
namespace {

constexpr std::string_view kAbsentTold = "unavailable";
constexpr uint16_t kAbsentStatus = 480;
constexpr uint16_t kFirstFinal = 300;
constexpr uint16_t kRejectedByFilter = 608;

/// Names as policies give them. Anything else (a view can be made by hand) stays out of header
/// fields.
bool IsKey(std::string_view told) { return IsNameLike(told) && told.size() <= kMaxNameBytes; }

/// What policies can answer with; 604 would deny that the callee exists.
bool IsStatus(uint16_t status) {
  return status == 0 || (status >= 180 && status < 200) ||
         (status >= kFirstFinal && status < 700 && status != 604);
}

std::string ReasonValue(std::string_view protocol, unsigned cause, std::string_view text) {
  return std::string(protocol) + ";cause=" + std::to_string(cause) + ";text=\"" +
         std::string(text) + "\"";
}

std::string WebRtc(bool ringing, std::string_view told, uint32_t retry_after_s) {
  JsonWriter json;
  json.BeginObject();
  json.Key("state").String(ringing ? "ringing" : "ended");
  json.Key("told").String(told);
  json.Key("retryAfter");
  retry_after_s == 0 ? json.Null() : json.Uint(retry_after_s);
  json.EndObject();
  return json.Finish();
}

/// The fields that only a final answer has.
void FillFinal(std::string_view told, const ResponseWords& words, Response* response) {
  const uint16_t status = response->sip_status;
  response->q850_cause = Q850Cause(status);
  response->needs_call_info = status == kRejectedByFilter;
  // A registrar that answers for an absent user adds nothing; neither does what is told as absence.
  if (told == kAbsentTold) return;
  if (response->q850_cause != 0) {
    response->reason = ReasonValue("Q.850", response->q850_cause, Q850Name(response->q850_cause));
  }
  response->reason_later = ReasonValue("SIP", status, response->sip_phrase);
  const bool status_says_it = WordsOf(status, {}).told == told && words.sip_status == status;
  if (!status_says_it) response->warning = "399 ringfence \"" + response->text + "\"";
}

void TextOrNull(JsonWriter* json, std::string_view key, std::string_view text) {
  json->Key(key);
  text.empty() ? json->Null() : json->String(text);
}

void NumberOrNull(JsonWriter* json, std::string_view key, uint64_t number) {
  json->Key(key);
  number == 0 ? json->Null() : json->Uint(number);
}

}  // namespace

Response ResponseFor(const CallerView& view) {
  Response response;
  response.sip_status = IsStatus(view.sip_status) ? view.sip_status : kAbsentStatus;
  const bool key_given = IsKey(view.told);
  const ResponseWords& words =
      WordsOf(response.sip_status, key_given ? std::string_view(view.told) : std::string_view());
  const std::string told = key_given ? view.told : std::string(words.told);
  const std::optional<std::string_view> text = TextOf(told);
  response.text = text ? std::string(*text) : "Not put through: " + told + ".";
  response.xmpp = words.xmpp;
  response.matrix = words.matrix;
  if (response.sends_nothing()) return response;
  response.sip_phrase = SipPhrase(response.sip_status);
  const bool final = response.sip_status >= kFirstFinal;
  response.webrtc = WebRtc(!final, told, view.retry_after_s);
  if (!final) return response;
  FillFinal(told, words, &response);
  if (MaySayRetryAfter(response.sip_status)) response.retry_after_s = view.retry_after_s;
  return response;
}

Response ResponseOfAbsence() {
  CallerView view;
  view.told = kAbsentTold;
  view.sip_status = kAbsentStatus;
  return ResponseFor(view);
}

std::string Response::SipFragment() const {
  if (sends_nothing()) return {};
  std::string lines =
      "SIP/2.0 " + std::to_string(sip_status) + " " + std::string(sip_phrase) + "\r\n";
  const auto add = [&](std::string_view name, std::string_view value) {
    if (!value.empty()) lines += std::string(name) + ": " + std::string(value) + "\r\n";
  };
  add("Reason", reason);
  add("Warning", warning);
  add("Retry-After", retry_after_s == 0 ? std::string() : std::to_string(retry_after_s));
  return lines;
}

std::string Response::ToJson() const {
  JsonWriter json;
  json.BeginObject();
  json.Key("sip").BeginObject();
  NumberOrNull(&json, "status", sip_status);
  TextOrNull(&json, "phrase", sip_phrase);
  NumberOrNull(&json, "q850", q850_cause);
  TextOrNull(&json, "reason", reason);
  TextOrNull(&json, "reason_later", reason_later);
  TextOrNull(&json, "warning", warning);
  NumberOrNull(&json, "retry_after", retry_after_s);
  json.Key("needs_call_info").Bool(needs_call_info);
  json.EndObject();
  json.Key("xmpp").BeginObject();
  TextOrNull(&json, "action", xmpp.action);
  TextOrNull(&json, "reason", xmpp.reason);
  TextOrNull(&json, "condition", xmpp.condition);
  TextOrNull(&json, "type", xmpp.error_type);
  json.EndObject();
  json.Key("matrix").BeginObject();
  TextOrNull(&json, "action", matrix.action);
  TextOrNull(&json, "reason", matrix.reason);
  TextOrNull(&json, "errcode", matrix.errcode);
  NumberOrNull(&json, "http_status", matrix.http_status);
  json.EndObject();
  TextOrNull(&json, "webrtc", webrtc);
  json.Key("text").String(text);
  json.EndObject();
  return json.Finish();
}

}  // namespace ringfence
