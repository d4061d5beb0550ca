// The answer to one question, and the part of it a caller may see.
#pragma once

#include <ringfence/catalog.h>
#include <ringfence/export.h>
#include <ringfence/limits.h>

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace ringfence {

/// What reaches the callee's device. Refuse is zero.
enum class Effect : uint8_t { kRefuse = 0, kRing = 1, kSilence = 2, kScreen = 3, kVoicemail = 4 };

/// What the caller's side is told in signalling. The SIP status in brackets is the default one.
enum class Signal : uint8_t {
  kNothing,            ///< no final answer [none]
  kRinging,            ///< [180]
  kBusy,               ///< [486]
  kOffline,            ///< [480]
  kDeclined,           ///< [603]
  kForbidden,          ///< [403]
  kBlocked,            ///< [403]
  kConsentNeeded,      ///< [470, RFC 5360]
  kAnonymousRefused,   ///< [433, RFC 5079]
  kUnwanted,           ///< [607, RFC 8197]
  kAnalyticsRejected,  ///< [608, RFC 8688]
  kNotEntitled,        ///< [403]
  kNotCapable,         ///< [488]
  kRetryLater,         ///< [480 with Retry-After]
  kIdentityInvalid,    ///< [428, RFC 8224]
};
inline constexpr int kSignalCount = 15;

/// What is kept for the callee.
enum class Record : uint8_t { kNothing, kMissed, kMessage };

/// On what a decision rests.
enum class Basis : uint8_t {
  kComplete,       ///< every fact that was needed could be read
  kPartial,        ///< some could not, and the answer is the same whatever they are
  kOnUnavailable,  ///< some could not and they matter: the policy's `on_unavailable`
};

RINGFENCE_API std::string_view ToString(Effect effect);
RINGFENCE_API std::string_view ToString(Signal signal);
RINGFENCE_API std::string_view ToString(Record record);
RINGFENCE_API std::string_view ToString(Basis basis);
RINGFENCE_API uint16_t DefaultSipStatus(Signal signal);     ///< 0: none
RINGFENCE_API std::string_view DefaultTold(Signal signal);  ///< a text key, "unavailable"

/// All that may leave for the caller's side. Owns its text. The only type with a serialiser meant
/// for clients: it has no reason, no rule and no callee fact to leak.
struct RINGFENCE_API CallerView {
  std::string told;            ///< text key, for the caller's screen
  std::string path;            ///< "direct", "relay"; empty when refused, unless told as ringing
  uint16_t sip_status = 0;     ///< 0: send nothing
  uint32_t retry_after_s = 0;  ///< 0: none
  std::string receipt;         ///< Decision::request_id in hexadecimal; empty: not recorded

  /// {"told":...,"path":...|null,"sip":...|null,"retry_after":...|null}, and where the decision was
  /// recorded "receipt".
  std::string ToJson() const;
  friend bool operator==(const CallerView&, const CallerView&) = default;
};

/// The value of one decision of the policy other than `ring`.
struct ExtraDecision {
  std::string_view name;   ///< "path"
  std::string_view value;  ///< "relay"; empty (null) where `ring` refuses
  std::string_view rule;
  Basis basis = Basis::kComplete;
};

struct OwnedDecision;

/// The answer to one question. Trivially copyable; its views live until the next call on the Reader
/// that gave it (they point into the policy it has pinned). Copy() owns everything.
struct RINGFENCE_API Decision {
  Effect effect = Effect::kRefuse;
  Signal signal = Signal::kOffline;
  Record record = Record::kNothing;
  Basis basis = Basis::kComplete;
  uint16_t sip_status = 0;
  uint32_t retry_after_s = 0;
  std::string_view outcome;  ///< name of the outcome
  std::string_view rule;     ///< the deciding rule; always set
  std::string_view reason;   ///< the truth, for callee, operator and log: never for the caller
  std::string_view told;     ///< the text key the caller may be shown
  std::array<ExtraDecision, kMaxDecisions - 1> extras;  ///< in the policy's order
  uint8_t extra_count = 0;
  /// What the caller's view says of the path where a refusal is told as ringing: a view without one
  /// would tell that it is none. The value of the path's `on_unavailable`; elsewhere empty.
  std::string_view pretended_path;
  FactSet facts_read;        ///< facts the decision tested
  GroupSet groups_read = 0;  ///< groups that were asked of a source (not: carried whole)
  GroupSet groups_unavailable = 0;
  FactSet facts_from_host;  ///< carried with the question or given by a host's source
  std::string_view policy_name;
  std::string_view policy_digest;  ///< 64 hexadecimal digits
  uint64_t revision = 0;           ///< of the store; 0 without one
  /// Names this decision in the decision log; zero where none is open, or it could not be recorded.
  /// Random: it may be given to the caller's side as a receipt (`log prove`).
  std::array<uint8_t, 16> request_id{};

  /// Whether the decision log has it.
  bool recorded() const { return request_id != std::array<uint8_t, 16>{}; }
  /// Ring, silence, screen and voicemail let the call through to something of the callee's.
  bool let_through() const { return effect != Effect::kRefuse; }
  /// The media path, or empty when the call is refused or the policy has no such decision.
  std::string_view path() const;
  /// Another decision's value; empty when null or unknown. O(number of decisions).
  std::string_view Value(std::string_view decision_name) const;
  CallerView ForCaller() const;
  OwnedDecision Copy() const;
};

/// A decision that owns its text; valid for ever. Not movable out of its storage: views point into
/// it.
struct RINGFENCE_API OwnedDecision {
  Decision view;  ///< its views point into `text`

  OwnedDecision() = default;
  OwnedDecision(const OwnedDecision& other);
  OwnedDecision& operator=(const OwnedDecision& other);
  const Decision* operator->() const { return &view; }

 private:
  friend struct Decision;
  explicit OwnedDecision(const Decision& decision);
  std::string text_;
};

}  // namespace ringfence
