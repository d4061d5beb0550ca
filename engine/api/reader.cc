// Reader: one question or many, one snapshot, one policy; the button, the invite and the ring.
#include <ringfence/engine.h>

#include <algorithm>
#include <string>
#include <utility>

#include "api/engine_impl.h"
#include "api/policy_impl.h"
#include "api/reader_impl.h"
#include "api/store_impl.h"
#include "base/check.h"
#include "eval/explain.h"
#include "eval/nearest.h"

namespace ringfence {
namespace {

/// A decision takes microseconds and a durable write milliseconds, so one repetition is rare; this
/// many in a row mean that something is badly wrong.
constexpr int kMaxAttempts = 100;

/// A shadow that reads for long must not be why writes overtake the decision again and again.
constexpr int kShadowAttempts = 3;

std::string NameOf(const std::string& given, const Party& party, const char* fallback) {
  if (!given.empty()) return given;
  return party.id.empty() ? fallback : std::string(party.id);
}

}  // namespace

Status Reader::Impl::Open(std::shared_ptr<Engine::Impl> shared,
                          std::span<FactSource* const> host_sources) {
  engine = std::move(shared);
  sources.assign(host_sources.begin(), host_sources.end());
  host_count = sources.size();
  if (engine->store.has_value()) {
    StoreBackend& backend = *engine->store->impl()->backend;
    Result<std::unique_ptr<StoreSession>> opened = backend.NewSession(engine->vault);
    if (!opened.ok()) return opened.status();
    session = std::move(opened).value();
    session->UseContext(engine->derived);
    sources.push_back(session.get());
  }
  Result<std::unique_ptr<Recording>> opened = Recording::Open(engine->log, session.get());
  if (!opened.ok()) return opened.status();
  recording = std::move(opened).value();
  if (recording != nullptr) PinShadow();
  if (!engine->follows_store) {
    PinPublished();
    return Status();
  }
  session->BeginSnapshot();
  SnapshotInfo info;
  Status pinned = session->Info(&info);
  if (pinned.ok()) pinned = PinNumber(info.policy_number);
  session->EndSnapshot();
  return pinned;
}

void Reader::Impl::Pin(Policy pinned, int64_t number) {
  policy = std::move(pinned);
  policy_number = number;
  if (recording != nullptr) recording->Pin(*policy, number);
  PrepareScratch();
  constexpr auto kContactGroups =
      static_cast<GroupSet>(Bit(Group::kContact) | Bit(Group::kCallerContact));
  probes = Hidden{{}, static_cast<GroupSet>((1u << kGroupCount) - 1)};
  contacts = Hidden{{}, kContactGroups};
  for (const FactInfo& fact : policy->catalog().facts()) {
    if (!fact.probe) {
      probes.groups = static_cast<GroupSet>(probes.groups & ~Bit(fact.group));
      continue;
    }
    probes.facts.Insert(fact.id);
    if ((Bit(fact.group) & kContactGroups) != 0) contacts.facts.Insert(fact.id);
  }
}

void Reader::Impl::PrepareScratch() {
  if (!policy.has_value()) return;  // it will be pinned
  scratch.Prepare(policy->impl()->program, shadow.has_value() ? &shadow->impl()->program : nullptr);
}

void Reader::Impl::PinShadow() {
  const uint64_t newest = engine->shadow_generation.load(std::memory_order_acquire);
  if (newest == shadow_generation) return;
  shadow_generation = newest;
  shadow = engine->Shadow();
  recording->PinShadow(shadow.has_value() ? &*shadow : nullptr);
  PrepareScratch();
}

void Reader::Impl::PinPublished() {
  const uint64_t newest = engine->generation.load(std::memory_order_acquire);
  if (newest == generation) return;
  generation = newest;
  Pin(engine->Published(), policy_number);
}

Status Reader::Impl::PinNumber(int64_t number) {
  Result<Policy> in_force = engine->PolicyNumber(number, *session);
  if (!in_force.ok()) return in_force.status();
  Pin(std::move(in_force).value(), number);
  return Status();
}

/// They become unavailable, carried ones too: a preview must not answer about them at all.
void Reader::Impl::Hide(const Hidden& hidden) {
  Frame& frame = scratch.frame;
  for (size_t i = 0; i < std::size(hidden.facts.words); ++i) {
    frame.carried.words[i] |= hidden.facts.words[i];
    frame.unavailable.words[i] |= hidden.facts.words[i];
    frame.from_host.words[i] &= ~hidden.facts.words[i];
  }
  frame.loaded = static_cast<GroupSet>(frame.loaded | hidden.groups);
}

GroupDetails Reader::Impl::Details() const {
  GroupDetails details;
  if (session == nullptr) return details;
  for (const Group group : {Group::kContact, Group::kCallerContact}) {
    details[static_cast<size_t>(group)] = session->DescribeContact(group);
  }
  return details;
}

Status Reader::Impl::DecideIn(const Question& question, Sight sight, Decision* decision,
                              EffectSet* effects) {
  const Policy::Impl& pinned = *policy->impl();
  Status begun = BeginFrame(pinned.layout, question, &scratch.frame);
  if (!begun.ok()) return begun;
  if (sight == Sight::kPreviewOfCaller) Hide(probes);
  if (sight == Sight::kPreviewOfCallee) Hide(contacts);
  Evaluate(pinned.program, pinned.layout, question, AllSources(), &scratch, decision, effects);
  return Status();
}

Status Reader::Impl::DecideAndNote(size_t i, const Question& question, Decision* decision) {
  Status decided = DecideIn(question, Sight::kAll, decision, nullptr);
  if (!decided.ok()) return decided;
  if (engine->attempts.has_value()) noted[i] = NoteParties(question);
  if (recording == nullptr) return decided;
  recording->Collect(question, AllSources(), &scratch);
  recording->Note(i, question, scratch, *decision);
  if (recording->TakesShadows()) frames[i] = scratch.frame;
  return decided;
}

void Reader::Impl::EvaluateShadow(size_t i, const Question& question) {
  const Policy::Impl& other = *shadow->impl();
  scratch.frame = frames[i];
  Evaluate(other.program, other.layout, question, AllSources(), &scratch, &shadow_decision);
  recording->NoteShadow(i, scratch, shadow_decision);
}

Reader::Impl::Noted Reader::Impl::NoteParties(const Question& question) const {
  Noted note;
  note.found = FindParties(session.get(), question.caller, question.callee, &note.parties);
  return note;
}

template <class QuestionAt>
void Reader::Impl::CountAll(size_t count, const QuestionAt& question_at) const {
  if (!engine->attempts.has_value()) return;
  Attempts::Impl& counting = *engine->attempts->impl();
  const int64_t now_ms = engine->derived->now_ms();
  for (size_t i = 0; i < count; ++i) {
    if (noted[i].found) {
      counting.CountAttempt(noted[i].parties, question_at(i).callee.id, now_ms);
    } else {
      counting.unknown.fetch_add(1, std::memory_order_relaxed);
    }
  }
}

void Reader::Impl::CountPreview(const Noted& note, const Party& callee) const {
  Attempts::Impl& counting = *engine->attempts->impl();
  if (note.found) {
    counting.CountPreview(note.parties, callee.id, engine->derived->now_ms());
  } else {
    counting.unknown.fetch_add(1, std::memory_order_relaxed);
  }
}

void Reader::Impl::Begin(size_t count) {
  if (engine->attempts.has_value() && noted.size() < count) noted.resize(count);
  if (recording == nullptr) return;
  PinShadow();
  recording->Begin(count);
  if (shadow.has_value() && frames.size() < count) frames.resize(count);
}

void Reader::Impl::CommitAll(std::span<Decision> decisions) const {
  if (recording == nullptr) return;
  for (size_t i = 0; i < decisions.size(); ++i) recording->Commit(i, &decisions[i]);
}

template <class DecideAll>
Status Reader::Impl::Attempt(uint64_t at_least, uint64_t* revision, const DecideAll& decide_all) {
  for (;;) {
    Status decided = decide_all();
    if (!decided.ok()) return decided;
    SnapshotInfo info;
    Status read = session->Info(&info);
    if (!read.ok()) {
      // Nothing could be read: every group was unavailable and the policy answered that. Only a
      // question that demands a revision has no answer.
      *revision = 0;
      return at_least == 0 ? Status() : read;
    }
    if (recording != nullptr && !recording->Remembers(info.forgets)) continue;
    if (info.revision < at_least) {
      return Status(StatusCode::kStale,
                    "the store is at revision " + std::to_string(info.revision) +
                        ", the question asks for at least " + std::to_string(at_least));
    }
    *revision = info.revision;
    if (!engine->follows_store || info.policy_number == policy_number) return Status();
    Status pinned = PinNumber(info.policy_number);
    if (!pinned.ok()) return pinned;
  }
}

template <class DecideAll, class Beside>
Status Reader::Impl::InSnapshot(uint64_t at_least, uint64_t* revision, const DecideAll& decide_all,
                                const Beside& beside) {
  if (!engine->follows_store) PinPublished();
  if (session == nullptr) {
    *revision = 0;
    if (at_least == 0) {
      Status decided = decide_all();
      if (decided.ok()) beside();
      return decided;
    }
    return Status(StatusCode::kStale, "the engine has no store, so no revision can be demanded");
  }
  const std::atomic<uint64_t>& epoch = engine->store->impl()->backend->write_epoch();
  for (int attempt = 0; attempt < kMaxAttempts; ++attempt) {
    const uint64_t before = epoch.load(std::memory_order_acquire);
    session->BeginSnapshot();
    Status attempted = Attempt(at_least, revision, decide_all);
    if (attempted.ok() && attempt < kShadowAttempts) beside();
    session->EndSnapshot();
    if (!attempted.ok() || epoch.load(std::memory_order_acquire) == before) return attempted;
  }
  return Status(StatusCode::kBusy, "writes of this process kept overtaking the decision");
}

template <class QuestionAt>
Status Reader::Impl::DecideEach(uint64_t at_least, const char* each, const QuestionAt& question_at,
                                std::span<Decision> decisions) {
  const auto decide_all = [&] {
    for (size_t i = 0; i < decisions.size(); ++i) {
      Status one = DecideAndNote(i, question_at(i), &decisions[i]);
      if (one.ok()) continue;
      if (each == nullptr) return one;
      return Status(one.code(), each + (" " + std::to_string(i)) + ": " + one.message());
    }
    return Status();
  };
  const auto beside = [&] {
    if (!TakesShadows()) return;
    for (size_t i = 0; i < decisions.size(); ++i) EvaluateShadow(i, question_at(i));
  };
  Begin(decisions.size());
  uint64_t revision = 0;
  Status decided = InSnapshot(at_least, &revision, decide_all, beside);
  for (Decision& decision : decisions) decision.revision = revision;
  if (!decided.ok()) return decided;
  CommitAll(decisions);
  CountAll(decisions.size(), question_at);
  return decided;
}

Reader::Reader(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Reader::Reader(Reader&&) noexcept = default;
Reader& Reader::operator=(Reader&&) noexcept = default;
Reader::~Reader() = default;

Result<Decision> Reader::Decide(const Question& question) {
  Decision& decision = impl_->last;
  const auto question_at = [&](size_t) -> const Question& { return question; };
  Status decided = impl_->DecideEach(question.at_least, nullptr, question_at, {&decision, 1});
  if (!decided.ok()) return decided;
  return decision;
}

Status Reader::DecideBatch(std::span<const Question> questions, std::span<Decision> decisions) {
  if (questions.size() != decisions.size() || questions.size() > kMaxBatch) {
    return Status(
        StatusCode::kInvalidArgument,
        "a batch takes as many decisions as questions, at most " + std::to_string(kMaxBatch));
  }
  uint64_t at_least = 0;
  for (const Question& question : questions) at_least = std::max(at_least, question.at_least);
  const auto question_at = [&](size_t i) -> const Question& { return questions[i]; };
  return impl_->DecideEach(at_least, "question", question_at, decisions);
}

Status Reader::DecideBatch(const Question& question, std::span<const Party> callees,
                           std::span<Decision> decisions) {
  if (callees.size() != decisions.size() || callees.size() > kMaxBatch) {
    return Status(
        StatusCode::kInvalidArgument,
        "a batch takes as many decisions as callees, at most " + std::to_string(kMaxBatch));
  }
  Question one = question;
  const auto question_at = [&](size_t i) -> const Question& {
    one.callee = callees[i];
    return one;
  };
  return impl_->DecideEach(question.at_least, "callee", question_at, decisions);
}

Result<PreviewAnswer> Reader::Preview(const Question& question, bool as_callee) {
  const Impl::Sight sight =
      as_callee ? Impl::Sight::kPreviewOfCallee : Impl::Sight::kPreviewOfCaller;
  Decision decision;
  EffectSet effects = 0;
  // What the callee is shown about her own settings, the caller does not see.
  const bool counts = impl_->engine->attempts.has_value() && !as_callee;
  Impl::Noted note;
  Status decided = impl_->InSnapshot(question.at_least, &decision.revision, [&] {
    Status one = impl_->DecideIn(question, sight, &decision, &effects);
    if (counts && one.ok()) note = impl_->NoteParties(question);
    return one;
  });
  if (!decided.ok()) return decided;
  if (counts) impl_->CountPreview(note, question.callee);
  constexpr EffectSet kRefuses = 1u << static_cast<unsigned>(Effect::kRefuse);
  PreviewAnswer answer;
  answer.caller = decision.ForCaller();
  if (effects != kRefuses) {
    const bool may_refuse = (effects & kRefuses) != 0;
    answer.button = may_refuse ? PreviewAnswer::Button::kMaybe : PreviewAnswer::Button::kYes;
  }
  return answer;
}

Result<RecheckAnswer> Reader::Recheck(const Question& question, const Decision& earlier) {
  const Effect before = earlier.effect;
  Decision& now = impl_->last;
  Status decided = impl_->InSnapshot(question.at_least, &now.revision, [&] {
    return impl_->DecideIn(question, Impl::Sight::kAll, &now, nullptr);
  });
  if (!decided.ok()) return decided;
  now.request_id = {};
  RecheckAnswer answer;
  answer.now = now;
  answer.stands = answer.now.let_through() && answer.now.effect == before;
  return answer;
}

Status Reader::Impl::LetInByConsent(const Question& question, bool* let_in) {
  const Catalog& catalog = engine->catalog;
  std::vector<Fact> facts(question.facts.begin(), question.facts.end());
  const std::pair<const char*, const char*> assumed[] = {{"callee.grant(caller)", "temporary"},
                                                         {"callee.unanswered(caller)", "0"}};
  for (const auto& [name, value] : assumed) {
    Result<Fact> fact = catalog.MakeFact(name, value);
    if (!fact.ok()) return Status(StatusCode::kInvalidArgument, fact.status().message());
    facts.push_back(*fact);
  }
  Question assuming = question;
  assuming.facts = facts;
  Decision decision;
  Status decided = InSnapshot(question.at_least, &decision.revision, [&] {
    return DecideIn(assuming, Sight::kAll, &decision, nullptr);
  });
  *let_in = decided.ok() && decision.let_through();
  return decided;
}

Result<Explanation> Reader::Explain(const Question& question, const ExplainOptions& options) {
  if (options.max_changes < 1 || options.max_changes > 3 || options.max_sets < 0) {
    return Status(StatusCode::kInvalidArgument,
                  "an explanation looks for sets of 1 to 3 changes, and lists 0 or more");
  }
  Explanation explanation;
  Decision decision;
  Status decided = impl_->InSnapshot(question.at_least, &decision.revision, [&] {
    explanation = Explanation{};
    Status one = impl_->DecideIn(question, Impl::Sight::kAll, &decision, nullptr);
    if (!one.ok()) return one;
    const Policy::Impl& pinned = *impl_->policy->impl();
    Frame& frame = impl_->scratch.frame;
    const GroupSet named = GroupsNamed(pinned.program, pinned.layout);
    for (int i = 0; i < kGroupCount; ++i) {
      const auto group = static_cast<Group>(i);
      const bool wanted = (named & ~frame.loaded & Bit(group)) != 0 && group != Group::kCall;
      if (!wanted) continue;
      LoadGroup(pinned.layout, group, question, impl_->sources, impl_->host_count, &frame);
    }
    const ExplainContext context{pinned.layout,
                                 pinned.program,
                                 frame,
                                 NameOf(options.caller_name, question.caller, "the caller"),
                                 NameOf(options.callee_name, question.callee, "the callee"),
                                 impl_->Details()};
    ExplainDecision(context, decision, &explanation);
    if (options.nearest) {
      FindNearest(context, decision, options.max_changes, options.max_sets, &explanation);
    }
    return Status();
  });
  if (!decided.ok()) return decided;
  explanation.decision = decision.Copy();
  return explanation;
}

Result<int64_t> Reader::Resolve(std::string_view user) {
  if (impl_->session == nullptr) {
    return Status(StatusCode::kNotFound, "the engine has no store that could know a user");
  }
  impl_->session->BeginSnapshot();
  Result<int64_t> handle = impl_->session->Resolve(user);
  impl_->session->EndSnapshot();
  return handle;
}

const Policy& Reader::policy() const { return *impl_->policy; }

}  // namespace ringfence
