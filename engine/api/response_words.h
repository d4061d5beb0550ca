// The words of responses: what each told key and each SIP status is called in every protocol.
// For response.cc; the sources of each choice are in schema/responses.md.
#pragma once

#include <ringfence/response.h>

#include <cstdint>
#include <optional>
#include <string_view>

namespace ringfence {

/// What a pair of SIP status and told key stands for.
struct ResponseWords {
  uint16_t sip_status;    ///< the status that its signal has
  std::string_view told;  ///< the told key that its signal has
  std::string_view text;  ///< for people
  Response::Xmpp xmpp;
  Response::Matrix matrix;
};

/// The words of that status and key; else of the status; else of the status nearest to it.
const ResponseWords& WordsOf(uint16_t sip_status, std::string_view told);
/// The text of a key that some signal or shipped rule set has; no value for a policy's own.
std::optional<std::string_view> TextOf(std::string_view told);

/// The phrase of the SIP registry, or that of its class.
std::string_view SipPhrase(uint16_t sip_status);
/// The cause RFC 3398 gives a final status, extended to younger ones. 0: none (1xx, 3xx).
uint8_t Q850Cause(uint16_t sip_status);
/// Q.850's name of a cause that Q850Cause gives.
std::string_view Q850Name(uint8_t cause);
/// Whether a response of that status may say Retry-After (RFC 3261, section 20.33).
bool MaySayRetryAfter(uint16_t sip_status);

}  // namespace ringfence
