// The outcomes of a policy: what each key may be, and which keys contradict each other.
#include <ringfence/limits.h>

#include <algorithm>

#include "policy/policy_reader.h"
#include "policy/say.h"

namespace ringfence {
namespace {

constexpr Effect kEffects[] = {Effect::kRefuse, Effect::kRing, Effect::kSilence, Effect::kScreen,
                               Effect::kVoicemail};
constexpr Record kRecords[] = {Record::kNothing, Record::kMissed, Record::kMessage};

// What most outcomes of an effect want: a refused call looks like an absent callee and leaves
// nothing, any other sounds like ringing and leaves a trace when nobody answers.
Signal UsualSignal(Effect effect) {
  return effect == Effect::kRefuse ? Signal::kOffline : Signal::kRinging;
}
Record UsualRecord(Effect effect) {
  if (effect == Effect::kRefuse) return Record::kNothing;
  return effect == Effect::kVoicemail ? Record::kMessage : Record::kMissed;
}

Outcome UsualOutcome(std::string name, Effect effect) {
  Outcome outcome;
  outcome.name = std::move(name);
  outcome.effect = effect;
  outcome.signal = UsualSignal(effect);
  outcome.record = UsualRecord(effect);
  outcome.sip_status = DefaultSipStatus(outcome.signal);
  outcome.told = DefaultTold(outcome.signal);
  return outcome;
}

bool MayCarryRetryAfter(Signal signal) {
  return signal == Signal::kRetryLater || signal == Signal::kBusy || signal == Signal::kOffline ||
         signal == Signal::kDeclined;
}

// 1xx that stands for ringing, and everything final but success (RFC 3261 section 21).
bool IsStatusOfPolicy(int64_t status) {
  return (status >= 180 && status <= 199) || (status >= 300 && status <= 699);
}

}  // namespace

std::vector<Outcome> BuiltInOutcomes() {
  std::vector<Outcome> outcomes = {UsualOutcome("ring", Effect::kRing),
                                   UsualOutcome("refuse", Effect::kRefuse)};
  for (Outcome& outcome : outcomes) outcome.built_in = true;
  return outcomes;
}

void PolicyReader::ReadOutcomes(const JsonValue& object) {
  for (const JsonValue::Member& member : object.members) {
    if (member.key == "ring" || member.key == "refuse") {
      Error(member.key_span, Say("the outcome '{}' is built in", member.key), {},
            "define yours under a name of its own");
      continue;
    }
    if (document_.outcomes.size() == kMaxOutcomes) {
      Error(member.key_span, Say("a policy has at most {} outcomes of its own", kMaxOutcomes - 2));
      return;
    }
    CheckName(member.key, member.key_span, "an outcome");
    // Kept even when broken, so that the rules that name it are not reported too.
    document_.outcomes.push_back(ReadOutcome(member));
  }
}

Outcome PolicyReader::ReadOutcome(const JsonValue::Member& member) {
  const JsonValue *effect = nullptr, *signal = nullptr, *record = nullptr, *sip = nullptr;
  const JsonValue *told = nullptr, *retry_after = nullptr, *rank = nullptr, *doc = nullptr;
  const Field fields[] = {
      {"effect", Type::kNull, kMandatory, &effect},
      {"signal", Type::kNull, kOptional, &signal},
      {"record", Type::kNull, kOptional, &record},
      {"sip", Type::kInt, kOptional, &sip},
      {"told", Type::kString, kOptional, &told},
      {"retry_after", Type::kInt, kOptional, &retry_after},
      {"rank", Type::kInt, kOptional, &rank},
      {"doc", Type::kNull, kOptional, &doc},
  };
  Outcome outcome = UsualOutcome(member.key, Effect::kRefuse);
  outcome.span = member.key_span;
  if (!ReadFields(member.value, Say("the outcome '{}'", member.key), fields)) return outcome;
  CheckDoc(doc);

  std::vector<std::string_view> effects, signals, records;
  for (const Effect choice : kEffects) effects.push_back(ToString(choice));
  for (const Record choice : kRecords) records.push_back(ToString(choice));
  for (int i = 0; i < kSignalCount; ++i) signals.push_back(ToString(static_cast<Signal>(i)));
  bool complete = effect != nullptr;
  const auto word = [&](const JsonValue* value, std::string_view what, const auto& words) {
    const int index = value == nullptr ? -1 : ReadWord(*value, what, words);
    complete &= value == nullptr || index >= 0;
    return index;
  };
  const int effect_index = word(effect, "'effect'", effects);
  const int signal_index = word(signal, "'signal'", signals);
  const int record_index = word(record, "'record'", records);
  if (effect_index >= 0) outcome = UsualOutcome(member.key, kEffects[effect_index]);
  outcome.span = member.key_span;
  if (signal_index >= 0) outcome.signal = static_cast<Signal>(signal_index);
  if (record_index >= 0) outcome.record = kRecords[record_index];
  outcome.sip_status = DefaultSipStatus(outcome.signal);
  outcome.told = DefaultTold(outcome.signal);
  if (told != nullptr && CheckName(told->string, told->span, "a text for callers")) {
    outcome.told = told->string;
  }
  if (rank != nullptr) outcome.rank = rank->integer;
  // Contradictions with an effect or signal that could not be read would only confuse.
  if (complete) CheckOutcome(member, &outcome, sip, retry_after);
  return outcome;
}

void PolicyReader::CheckOutcome(const JsonValue::Member& member, Outcome* outcome,
                                const JsonValue* sip, const JsonValue* retry_after) {
  const JsonValue* signal = member.value.Find("signal");
  const SourceSpan signal_span = signal == nullptr ? member.key_span : signal->span;
  if (outcome->effect == Effect::kRing && outcome->signal != Signal::kRinging &&
      outcome->signal != Signal::kNothing) {
    Error(signal_span,
          Say("a call that rings cannot be signalled as {}", ToString(outcome->signal)),
          "ringing or nothing");
  }
  if (sip != nullptr) ReadSip(*sip, outcome);
  if (retry_after != nullptr) {
    ReadRetryAfter(*retry_after, outcome);
  } else if (outcome->signal == Signal::kRetryLater) {
    Error(signal_span, Say("the signal retry_later needs 'retry_after'"),
          "seconds after which to try again");
  }
}

void PolicyReader::ReadSip(const JsonValue& value, Outcome* outcome) {
  const int64_t status = value.integer;
  if (status == 604) {
    Error(value.span, Say("SIP status 604 says that the callee exists nowhere, which is false"),
          "603, 607 or 608", "RFC 8688, section 1");
    return;
  }
  if (!IsStatusOfPolicy(status)) {
    Error(value.span, Say("a policy cannot answer with SIP status {}", status),
          "180 to 199 or 300 to 699");
    return;
  }
  if (outcome->signal == Signal::kNothing) {
    Error(value.span, Say("the signal nothing sends no SIP status"), {}, "leave out 'sip'");
    return;
  }
  if ((status < 200) != (outcome->signal == Signal::kRinging)) {
    Error(value.span,
          Say("SIP status {} contradicts the signal {}", status, ToString(outcome->signal)),
          outcome->signal == Signal::kRinging ? "180 to 199" : "300 to 699");
    return;
  }
  outcome->sip_status = static_cast<uint16_t>(status);
}

void PolicyReader::ReadRetryAfter(const JsonValue& value, Outcome* outcome) {
  if (!MayCarryRetryAfter(outcome->signal)) {
    Error(value.span, Say("'retry_after' contradicts the signal {}", ToString(outcome->signal)),
          "the signal retry_later, busy, offline or declined");
    return;
  }
  if (value.integer < 1 || value.integer > kMaxRetryAfterS) {
    Error(value.span, Say("a caller cannot be told to wait {} seconds", value.integer),
          Say("1 to {}", kMaxRetryAfterS));
    return;
  }
  outcome->retry_after_s = static_cast<uint32_t>(value.integer);
}

}  // namespace ringfence
