// The words of decisions: names of effects, signals, records and bases, and what a signal means for
// SIP and for the caller's screen where an outcome does not say. Told keys: schema/README.md.
#include <ringfence/decision.h>

#include "base/check.h"

namespace ringfence {
namespace {

struct SignalWords {
  std::string_view name;
  std::string_view told;
  uint16_t sip_status;
};

// By Signal. A pretended ringing is told as a true one, and silence as an absent callee.
constexpr SignalWords kSignals[] = {
    {"nothing", "unavailable", 0},
    {"ringing", "ringing", 180},
    {"busy", "busy", 486},
    {"offline", "unavailable", 480},
    {"declined", "declined", 603},
    {"forbidden", "forbidden", 403},
    {"blocked", "blocked", 403},
    {"consent_needed", "consent_needed", 470},
    {"anonymous_refused", "anonymous_refused", 433},
    {"unwanted", "unwanted", 607},
    {"analytics_rejected", "analytics_rejected", 608},
    {"not_entitled", "not_entitled", 403},
    {"not_capable", "not_capable", 488},
    {"retry_later", "retry_later", 480},
    {"identity_invalid", "identity_invalid", 428},
};
static_assert(std::size(kSignals) == kSignalCount);

constexpr std::string_view kEffects[] = {"refuse", "ring", "silence", "screen", "voicemail"};
constexpr std::string_view kRecords[] = {"nothing", "missed", "message"};
constexpr std::string_view kBases[] = {"complete", "partial", "on_unavailable"};

const SignalWords& WordsOf(Signal signal) {
  const auto index = static_cast<size_t>(signal);
  CHECK_MSG(index < std::size(kSignals), "no such signal");
  return kSignals[index];
}

template <class Enum, size_t kCount>
std::string_view NameOf(const std::string_view (&names)[kCount], Enum value) {
  const auto index = static_cast<size_t>(value);
  CHECK_MSG(index < kCount, "no such value");
  return names[index];
}

}  // namespace

std::string_view ToString(Effect effect) { return NameOf(kEffects, effect); }
std::string_view ToString(Signal signal) { return WordsOf(signal).name; }
std::string_view ToString(Record record) { return NameOf(kRecords, record); }
std::string_view ToString(Basis basis) { return NameOf(kBases, basis); }
uint16_t DefaultSipStatus(Signal signal) { return WordsOf(signal).sip_status; }
std::string_view DefaultTold(Signal signal) { return WordsOf(signal).told; }

}  // namespace ringfence
