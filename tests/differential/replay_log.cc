// Deciding and remembering. See replay_log.h.
#include "differential/replay_log.h"

#include <map>

#include "differential/scenario.h"
#include "log/facts_record.h"

namespace ringfence::differential {
namespace {

constexpr uint64_t kBegins = 1'740'700'000'000'000'000;  // 2025-02-27, so that a month ends in it
constexpr uint64_t kMoment = 1'000'000'000;
constexpr double kMaxWorlds = 400;
constexpr GroupSet kNobodysGroups =
    Bit(Group::kCaller) | Bit(Group::kPair) | Bit(Group::kCallerContact);

/// The groups all of whose facts are carried.
GroupSet CarriedWhole(const Layout& layout, const FactSet& carried) {
  GroupSet groups = 0;
  for (size_t i = 0; i < kGroupCount; ++i) {
    bool whole = true;
    for (size_t word = 0; word < std::size(carried.words); ++word) {
      whole = whole && (layout.group_facts[i].words[word] & ~carried.words[word]) == 0;
    }
    if (whole) groups = static_cast<GroupSet>(groups | 1u << i);
  }
  return groups;
}

const reference::ExtraAnswer* PathAnswer(const reference::Answer& answer) {
  for (const reference::ExtraAnswer& extra : answer.extras) {
    if (extra.name == "path") return &extra;
  }
  return nullptr;
}

/// In the order in which a replay looks.
std::string FirstDifference(const reference::Answer& a, const reference::Answer& b) {
  const reference::ExtraAnswer* const a_path = PathAnswer(a);
  const reference::ExtraAnswer* const b_path = PathAnswer(b);
  if (a.effect != b.effect) return "effect";
  if (a.outcome != b.outcome) return "outcome";
  if (a_path != nullptr && a_path->value != b_path->value) return "path";
  if (a.basis != b.basis) return "basis";
  if (a_path != nullptr && a_path->basis != b_path->basis) return "basis";
  return a.rule != b.rule ? "rule" : "";
}

}  // namespace

std::optional<KnownPolicy> MakeKnown(const Catalog& catalog, const Document& drawn) {
  const std::string text = PrintDocument(catalog, drawn);
  const Result<Policy> policy = Policy::Compile(text);
  if (!policy.ok() && policy.status().code() == StatusCode::kLimit) return std::nullopt;
  REQUIRE_MESSAGE(policy.ok(), policy.status().message());
  Diagnostics diagnostics;
  std::optional<Document> document = ParsePolicy(catalog, text, "known", &diagnostics);
  REQUIRE(document.has_value());
  std::vector<FactId> named = FactsNamed(catalog, *document);
  Document answering = *document;
  std::erase_if(answering.decisions, [](const DecisionRules& decision) {
    return decision.name != "ring" && decision.name != "path";
  });
  return KnownPolicy{*std::move(document), *policy, std::move(named),
                     FactsNamed(catalog, answering)};
}

ReplayLog::ReplayLog(const Catalog& catalog, std::vector<FactId> facts,
                     std::vector<KnownPolicy> policies, Random& random)
    : catalog_(catalog),
      layout_(catalog),
      facts_(std::move(facts)),
      policies_(std::move(policies)),
      random_(random),
      world_(RandomWorld(catalog, random)),
      asker_(catalog, world_, random),
      store_(Store::Open({}).value()),
      log_(kBegins) {
  REQUIRE(world_.Save(store_).ok());
  std::vector<const Document*> documents;
  documents.reserve(policies_.size());
  for (const KnownPolicy& known : policies_) documents.push_back(&known.document);
  asker_.DrawNear(documents);
  asker_.AlsoAbsent();
}

void ReplayLog::Record(int count, unsigned trouble_percent, LogOptions::Collect collect) {
  AssignmentSource host(layout_);
  FactSource* const sources[] = {&host};
  for (policy_ = 0; policy_ < policies_.size(); ++policy_) {
    LogOptions log_options = log_.Options();
    log_options.collect = collect;
    DecisionLog log = log_.Open(log_options, store_);
    EngineOptions options;
    options.store = store_;
    options.log = log;
    options.policy = policies_[policy_].policy;
    if (shadow_) options.shadow = shadow_->policy;
    Result<Engine> engine = Engine::Open(std::move(options));
    REQUIRE_MESSAGE(engine.ok(), engine.status().message());
    Result<Reader> reader = engine->NewReader(sources);
    REQUIRE_MESSAGE(reader.ok(), reader.status().message());
    for (int i = 0; i < count; ++i) {
      Ask(*reader, host, trouble_percent, collect == LogOptions::Collect::kAll);
    }
    REQUIRE(log.Close().ok());
    if (random_.Percent(30)) log_.clock.Advance(random_.Below(3) * 86400 * kMoment);
  }
  FindEntries();
}

void ReplayLog::Ask(Reader& reader, AssignmentSource& host, unsigned trouble_percent,
                    bool collect_all) {
  const KnownPolicy& known = policies_[policy_];
  Asked asked = asker_.Ask(facts_, trouble_percent);
  if (random_.Percent(10)) {
    const Result<int64_t> handle = reader.Resolve(asked.callee);
    if (handle.ok()) {
      asked.callee_handle = *handle;
      // Which of two names a handle stands for is not looked up for this.
      const FactId same = catalog_.Find("call.same_account").value();
      const bool said = asked.assignment.contains(same);
      if (said && !asked.caller_without_account) asked.assignment[same] = std::nullopt;
    }
  }
  reference::Assignment named;
  for (const FactId id : known.named) named[id] = asked.assignment.at(id);
  const std::vector<FactId> unavailable = Unavailable(asked.assignment);
  if (WorldCount(catalog_, known.document, unavailable) > kMaxWorlds) return;
  if (shadow_ && WorldCount(catalog_, shadow_->document, unavailable) > kMaxWorlds) return;
  host.Serve(asked.held);
  host.SetGroups(asked.host_groups);
  for (size_t i = 0; i < kGroupCount; ++i) host.SetStyle(static_cast<Group>(i), asked.styles[i]);
  log_.clock.Advance(kMoment);
  const Result<Decision> decision = reader.Decide(asked.question());
  REQUIRE_MESSAGE(decision.ok(), decision.status().message());
  Logged logged;
  logged.policy = policy_;
  const reference::Answer wanted = reference::Decide(catalog_, known.document, named);
  logged.answer = ToAnswer(*decision, wanted.effects);
  logged.differs = FirstDifference(logged.answer, wanted);
  logged.read_digest = ReadDigest(layout_, decision->facts_read);
  if (!allow_differences_) REQUIRE(logged.answer == wanted);
  logged.facts = asked.assignment;
  for (const Fact& fact : asked.carried) {
    logged.carried.Insert(fact.id);
    const FactInfo& info = catalog_.fact(fact.id);
    if (info.symmetric) logged.carried.Insert(info.reverse);
  }
  unsigned groups = decision->groups_read | CarriedWhole(layout_, logged.carried);
  if (asked.caller_without_account) {
    groups |= kNobodysGroups;
    // A caller without id has no cohort, which leaves nothing to be read once the callee's is
    // there.
    if (logged.carried.Contains(layout_.callee_cohort)) groups |= Bit(Group::kCohort);
  }
  if (collect_all) groups |= ReplayGroups(catalog_);
  logged.groups = static_cast<GroupSet>(groups);
  logged.time_ns = log_.clock.UnixNs();
  entries_.push_back(std::move(logged));
  receipts_.push_back(decision->request_id);
}

/// Where the log has them.
void ReplayLog::FindEntries() {
  std::map<RequestId, size_t> wanted;
  for (size_t i = 0; i < receipts_.size(); ++i) wanted[receipts_[i]] = i;
  const Result<std::vector<std::string>> months = Months(&SystemFiles(), log_.path());
  REQUIRE(months.ok());
  size_t found = 0;
  for (const std::string& month : *months) {
    MonthReader reader(&SystemFiles(), log_.path() + "/" + month);
    const Result<uint64_t> size = reader.EntriesOnDisk();
    REQUIRE(size.ok());
    for (uint64_t i = 0; i < *size; ++i) {
      const Result<Entry> entry = reader.ReadEntry(i);
      REQUIRE(entry.ok());
      if (entry->header.kind != EntryKind::kDecision) continue;
      if ((entry->header.flags & entry_flags::kShadow) != 0) continue;
      Logged& logged = entries_.at(wanted.at(entry->decision.request_id));
      logged.month = month;
      logged.index = i;
      logged.caller = entry->decision.caller;
      logged.callee = entry->decision.callee;
      REQUIRE(logged.time_ns == entry->header.time_ns);
      ++found;
    }
  }
  REQUIRE(found == entries_.size());
}

ReplayOptions ReplayLog::WithKeys() const {
  ReplayOptions options;
  options.secrets.store = store_;
  options.secrets.keys = log_.keys();
  return options;
}

ReplayReport ReplayLog::Run(const ReplayOptions& options) const {
  const Result<LogReader> reader = LogReader::Open(log_.path());
  REQUIRE_MESSAGE(reader.ok(), reader.status().message());
  const Result<ReplayReport> report = Replay(*reader, options);
  REQUIRE_MESSAGE(report.ok(), report.status().message());
  return *report;
}

std::string ReplayLog::Context(const Logged& entry) const {
  std::string text = DumpDocument(catalog_, policies_[entry.policy].document);
  text += "entry " + entry.month + "/" + std::to_string(entry.index) + "\n";
  for (const auto& [id, code] : entry.facts) {
    const FactInfo& fact = catalog_.fact(id);
    text += "  " + fact.name + " = ";
    text += code.has_value() ? catalog_.FormatValue(id, *code) : "unavailable";
    text += entry.Has(fact) ? "\n" : " (not collected)\n";
  }
  return text + "recorded: " + Show(entry.answer) + "\n";
}

}  // namespace ringfence::differential
