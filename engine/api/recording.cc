// See recording.h.
#include "api/recording.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "api/policy_impl.h"
#include "base/check.h"
#include "base/json_writer.h"
#include "log/facts_record.h"
#include "log/name_cache.h"
#include "log/writer.h"

namespace ringfence {
namespace {

constexpr std::string_view kLogUnavailable = "log_unavailable";

/// What an auditor needs to understand entries, and a replay to decide again.
std::string PolicyBlob(const Policy& policy, const Program& program, size_t path) {
  JsonWriter json;
  json.BeginObject();
  json.Key("policy").String(policy.canonical());
  json.Key("digest").String(policy.digest());
  json.Key("rules").BeginArray();
  for (const ProgramRule& rule : program.decisions[0].rules) json.String(rule.id);
  json.EndArray();
  json.Key("outcomes").BeginArray();
  for (const ProgramOutcome& outcome : program.outcomes) json.String(outcome.name);
  json.EndArray();
  json.Key("paths").BeginArray();
  if (path != 0) {
    for (const std::string& value : program.decisions[path].values) json.String(value);
  }
  json.EndArray();
  json.Key("catalog").String(policy.catalog().Canonical());
  json.EndObject();
  return json.Finish();
}

Hash DigestOf(std::string_view hex) {
  const auto digit = [](char c) { return c <= '9' ? c - '0' : c - 'a' + 10; };
  Hash digest{};
  CHECK(hex.size() == 2 * digest.size());
  for (size_t i = 0; i < digest.size(); ++i) {
    digest[i] = static_cast<uint8_t>(digit(hex[2 * i]) << 4 | digit(hex[2 * i + 1]));
  }
  return digest;
}

/// A decision nobody could record, where that means that nothing may ring.
void Refuse(Decision* decision) {
  decision->effect = Effect::kRefuse;
  decision->signal = Signal::kOffline;
  decision->record = Record::kNothing;
  decision->basis = Basis::kComplete;
  decision->sip_status = DefaultSipStatus(Signal::kOffline);
  decision->retry_after_s = 0;
  decision->outcome = "refuse";
  decision->rule = kLogUnavailable;
  decision->reason = kLogUnavailable;
  decision->told = DefaultTold(Signal::kOffline);
  decision->pretended_path = {};
  for (size_t i = 0; i < decision->extra_count; ++i) {
    decision->extras[i].value = {};
    decision->extras[i].rule = {};
  }
}

}  // namespace

/// A policy as entries need it.
struct PinnedPolicy {
  const Policy::Impl* policy = nullptr;
  std::optional<uint32_t> number;  ///< in the log; without one nothing can be recorded
  size_t path = 0;                 ///< the decision of that name; 0: none

  /// What it decided, by the scratch memory of the evaluation.
  void Describe(const EvalScratch& scratch, const Decision& decision, GroupSet wanted,
                DecisionRecord* record) const;
};

struct Recording::Impl {
  Impl(std::shared_ptr<LogWriter> log_writer, StoreSession* store_session)
      : writer(std::move(log_writer)), session(store_session), names(writer->keys()) {}

  /// Names and facts key of one party. `callee`: which. Sets flags of `record`.
  NameCache::Names NamesOf(const Question& question, bool callee, uint16_t* flags);

  std::shared_ptr<LogWriter> writer;
  StoreSession* session;  ///< null: the engine has no store
  std::unique_ptr<Recorder> recorder;
  NameCache names;
  int64_t forgets = 0;  ///< of the store, when `names` was last good
  PinnedPolicy in_force, shadow;
  GroupSet wanted = 0;
  uint64_t time_ns = 0;
  bool has_names = false;  ///< the moment's epoch has a key
  std::vector<DecisionRecord> records;
  std::vector<DecisionRecord> shadows;  ///< beside them, as many as were noted in the snapshot
  size_t shadow_count = 0;
};

namespace {

Result<uint32_t> NumberOf(LogWriter* writer, const Policy& policy, int64_t store_number) {
  const Program& program = policy.impl()->program;
  return writer->PolicyNumber(DigestOf(policy.digest()),
                              static_cast<uint64_t>(std::max<int64_t>(store_number, 0)),
                              PolicyBlob(policy, program, PathDecision(program)));
}

PinnedPolicy PinIn(LogWriter* writer, const Policy& policy, int64_t store_number) {
  PinnedPolicy pinned;
  pinned.policy = policy.impl().get();
  pinned.path = PathDecision(pinned.policy->program);
  // Without a number nothing can be recorded: Commit counts it.
  const Result<uint32_t> number = NumberOf(writer, policy, store_number);
  if (number.ok()) pinned.number = *number;
  return pinned;
}

}  // namespace

Status MakeKnown(const DecisionLog& log, const Policy& policy) {
  return NumberOf(log.impl()->writer.get(), policy, 0).status();
}

Recording::Recording(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Recording::~Recording() = default;

Result<std::unique_ptr<Recording>> Recording::Open(const std::optional<DecisionLog>& log,
                                                   StoreSession* session) {
  if (!log.has_value()) return std::unique_ptr<Recording>();
  auto impl = std::make_unique<Impl>(log->impl()->writer, session);
  Result<std::unique_ptr<Recorder>> recorder = impl->writer->NewRecorder();
  if (!recorder.ok()) return recorder.status();
  impl->recorder = std::move(recorder).value();
  impl->records.resize(1);
  return std::unique_ptr<Recording>(new Recording(std::move(impl)));
}

void Recording::Pin(const Policy& policy, int64_t store_number) {
  impl_->in_force = PinIn(impl_->writer.get(), policy, store_number);
  impl_->wanted = ReplayGroups(policy.catalog());
}

void Recording::PinShadow(const Policy* policy) {
  impl_->shadow = policy == nullptr ? PinnedPolicy() : PinIn(impl_->writer.get(), *policy, 0);
}

void Recording::Begin(size_t count) {
  Impl& self = *impl_;
  self.time_ns = self.recorder->Now();
  self.has_names = self.names.SetTime(self.time_ns).ok();
  self.shadow_count = 0;
  if (self.records.size() < count) self.records.resize(count);
  if (self.shadow.number.has_value() && self.shadows.size() < count) self.shadows.resize(count);
}

bool Recording::Remembers(int64_t forgets) {
  Impl& self = *impl_;
  if (forgets == self.forgets) return true;
  self.names.Clear();
  self.forgets = forgets;
  return false;
}

void Recording::Collect(const Question& question, const Sources& sources, EvalScratch* scratch) {
  const Impl& self = *impl_;
  if (self.writer->options().collect != LogOptions::Collect::kAll) return;
  for (int i = 0; i < kGroupCount; ++i) {
    const auto group = static_cast<Group>(i);
    if ((self.wanted & ~scratch->frame.loaded & Bit(group)) == 0) continue;
    LoadGroup(self.in_force.policy->layout, group, question, sources.all, sources.host_count,
              &scratch->frame);
  }
}

NameCache::Names Recording::Impl::NamesOf(const Question& question, bool callee, uint16_t* flags) {
  const Party& party = callee ? question.callee : question.caller;
  int64_t handle = 0;
  ReadState state = ReadState::kAbsent;
  if (session != nullptr) state = session->LogHandle(party, callee, &handle);
  if (state == ReadState::kRead) {
    if (const NameCache::Names* const known = names.Find(handle)) return *known;
    Hash seed{};
    state = session->LogSeed(handle, seed);
    if (state == ReadState::kRead) {
      const NameCache::Names made = *names.Put(handle, seed);
      Wipe(seed);
      return made;
    }
  }
  if (state == ReadState::kUnavailable) *flags |= entry_flags::kPartyUnread;
  if (callee) *flags |= entry_flags::kEpochKey;
  if (!party.id.empty()) return names.OfUnknown(party.id);
  // No id has a NUL, so that no id looks like a handle.
  std::array<char, 1 + sizeof party.handle> name{};
  std::memcpy(name.data() + 1, &party.handle, sizeof party.handle);
  return names.OfUnknown({name.data(), name.size()});
}

void PinnedPolicy::Describe(const EvalScratch& scratch, const Decision& decision, GroupSet wanted,
                            DecisionRecord* record) const {
  const Program& program = policy->program;
  record->policy = *number;
  record->effect = static_cast<uint8_t>(decision.effect);
  record->facts_schema = static_cast<uint8_t>(policy->layout.catalog.version());
  record->rule = scratch.deciding[0];
  record->outcome = static_cast<uint8_t>(program.decisions[0].rules[record->rule].then);
  record->basis = static_cast<uint8_t>(decision.basis);
  record->path = 0;
  if (path != 0 && decision.let_through()) {
    record->path =
        static_cast<uint8_t>(1 + program.decisions[path].rules[scratch.deciding[path]].then);
    const auto of_path = static_cast<unsigned>(decision.extras[path - 1].basis);
    record->basis = static_cast<uint8_t>(record->basis | of_path << 2);
  }
  DescribeFacts(policy->layout, scratch.frame, decision.facts_read, wanted, record);
}

void Recording::Note(size_t i, const Question& question, const EvalScratch& scratch,
                     const Decision& decision) {
  Impl& self = *impl_;
  self.shadow_count = 0;
  if (!self.has_names || !self.in_force.number.has_value()) return;
  DecisionRecord& record = self.records[i];
  record.flags = 0;
  self.in_force.Describe(scratch, decision, self.wanted, &record);
  const NameCache::Names callee = self.NamesOf(question, true, &record.flags);
  record.callee = callee.callee;
  record.facts_key = callee.facts_key;
  record.caller = {};
  if (!question.caller_without_account) {
    record.caller = self.NamesOf(question, false, &record.flags).caller;
  }
}

bool Recording::TakesShadows() const {
  const Impl& self = *impl_;
  return self.has_names && self.in_force.number.has_value() && self.shadow.number.has_value();
}

void Recording::NoteShadow(size_t i, const EvalScratch& scratch, const Decision& decision) {
  constexpr uint16_t kOfParties = entry_flags::kPartyUnread | entry_flags::kEpochKey;
  Impl& self = *impl_;
  DCHECK(TakesShadows() && i == self.shadow_count && i < self.shadows.size());
  const DecisionRecord& record = self.records[i];
  DecisionRecord& shadow = self.shadows[i];
  shadow.flags = record.flags & kOfParties;
  shadow.caller = record.caller;
  shadow.callee = record.callee;
  shadow.facts_key = record.facts_key;
  self.shadow.Describe(scratch, decision, self.wanted, &shadow);
  self.shadow_count = i + 1;
}

void Recording::Commit(size_t i, Decision* decision) {
  Impl& self = *impl_;
  self.records[i].revision = decision->revision;
  DecisionRecord* const shadow = i < self.shadow_count ? &self.shadows[i] : nullptr;
  if (shadow != nullptr) shadow->revision = decision->revision;
  decision->request_id = {};
  const bool described = self.has_names && self.in_force.number.has_value();
  const Recorded recorded = described ? self.recorder->Record(self.records[i], self.time_ns,
                                                              &decision->request_id, shadow)
                                      : self.recorder->Lose(self.time_ns);
  if (recorded == Recorded::kYes) return;
  decision->request_id = {};
  if (recorded == Recorded::kRefuse) Refuse(decision);
}

}  // namespace ringfence
