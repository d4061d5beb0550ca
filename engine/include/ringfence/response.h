// How a decision is said to the caller's side in SIP, XMPP, Matrix and WebRTC signalling.
// Takes a CallerView, which holds nothing a caller may not know; gives words for each protocol.
#pragma once

#include <ringfence/decision.h>
#include <ringfence/export.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace ringfence {

/// A response in every protocol that is spoken here. Owns its text; views are to static text.
/// schema/responses.md has the whole table, with the source of each choice.
///
/// It depends on `told`, `sip_status` and `retry_after_s` of the view and on nothing else.
/// Decisions with equal views have equal responses, so a block that is told as "unavailable" cannot
/// be told from absence. The path and the receipt are no part of it: a refusal that pretends to
/// ring has no path, and would show by that.
struct RINGFENCE_API Response {
  /// 180 to 199, or 300 to 699 but 604. 0: **send nothing**, no provisional and no final answer.
  uint16_t sip_status = 0;
  std::string_view sip_phrase;  ///< "Temporarily Unavailable"
  uint8_t q850_cause = 0;       ///< for telephone networks, 1 to 127; 0: none, the call goes on
  std::string reason;           ///< value of Reason in the response (RFC 3326, RFC 6432), or empty
  std::string reason_later;     ///< value of Reason in a BYE or CANCEL that says the same, or empty
  std::string warning;          ///< value of Warning, where status and phrase do not say it
  uint32_t retry_after_s = 0;   ///< Retry-After; 0: none, or the status cannot carry it
  /// RFC 8688 demands of a 608 a signed address for complaints in Call-Info, which the host adds.
  bool needs_call_info = false;

  struct Xmpp {
    /// "" send nothing; "ringing" (XEP-0353); "reject": <reject/> or session-terminate with
    /// `reason`; "error": a stanza error with `condition` and `error_type`.
    std::string_view action;
    std::string_view reason;
    std::string_view condition;
    std::string_view error_type;
    friend bool operator==(const Xmpp&, const Xmpp&) = default;
  } xmpp;

  struct Matrix {
    /// "" send nothing; "m.call.reject"; "m.call.hangup" with `reason`; "error": `errcode` with
    /// `http_status`, for what is refused at the sender's request.
    std::string_view action;
    std::string_view reason;
    std::string_view errcode;
    uint16_t http_status = 0;
    friend bool operator==(const Matrix&, const Matrix&) = default;
  } matrix;

  /// One JSON object for a signalling channel of one's own, {"state":"ringing"|"ended","told":KEY,
  /// "retryAfter":SECONDS|null}. Empty: send nothing.
  std::string webrtc;
  /// The told key in English, for hosts that have no text of their own.
  std::string text;

  bool sends_nothing() const { return sip_status == 0; }
  /// Status line and header fields, each line ended by CR LF; no fields of transaction or dialog,
  /// no Call-Info, no empty line at the end. Empty: send nothing.
  std::string SipFragment() const;
  /// One object of all of it.
  std::string ToJson() const;
  friend bool operator==(const Response&, const Response&) = default;
};

/// The response to a call that was decided so. A status that no policy can have (2xx, 604, ...) is
/// answered like 480; a told key that is no name (it would stand in header fields) like the
/// status's own. O(1).
RINGFENCE_API Response ResponseFor(const CallerView& view);

/// The response of a callee who is not there. Hosts whose own absence is said in these bytes, and
/// who end a ringing that nobody answers by them, hide every refusal that is told as "unavailable".
RINGFENCE_API Response ResponseOfAbsence();

}  // namespace ringfence
