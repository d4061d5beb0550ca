// Decisions as an engine would have made and sealed them. See replay_builder.h.
#include "unit/replay_builder.h"

#include <algorithm>
#include <cstdlib>

#include "api/policy_impl.h"
#include "base/json_writer.h"
#include "base/sha256.h"
#include "log/facts_record.h"
#include "log/recorder.h"

namespace ringfence {
namespace {

/// Fuzz targets use this too: no test framework.
void Require(bool condition) {
  if (!condition) std::abort();
}

constexpr const char* kAllow = R"json({
  "policy": "allow", "catalog": 1,
  "outcomes": { "private": { "effect": "refuse", "signal": "offline" },
                "quiet": { "effect": "silence" } },
  "unknown_callee": "private",
  "decisions": {
    "ring": {
      "floor": [ { "id": "blocked", "when": "callee.blocks(caller)", "then": "private" } ],
      "rules": [ { "id": "followed", "when": "callee.allow_followed && callee.follows(caller)",
                   "then": "ring" } ],
      "otherwise": "quiet", "on_unavailable": "private" },
    "path": {
      "values": [ "direct", "relay" ],
      "rules": [ { "id": "relayed", "when": "callee.relay_calls", "then": "relay" } ],
      "otherwise": "direct", "on_unavailable": "relay" } } })json";

Policy MustCompile(const std::string& text) {
  const Result<Policy> policy = Policy::Compile(text);
  Require(policy.ok());
  return *policy;
}

std::string BlobOf(const Policy& policy, const std::string& catalog, Hash* digest) {
  const Program& program = policy.impl()->program;
  *digest = TreeHasher().Of(AsBytes(policy.canonical() + "\n" + Sha256Hex(catalog)));
  JsonWriter json;
  json.BeginObject();
  json.Key("policy").String(policy.canonical());
  json.Key("digest").String(ToHex(*digest));
  json.Key("rules").BeginArray();
  for (const ProgramRule& rule : program.decisions[0].rules) json.String(rule.id);
  json.EndArray().Key("outcomes").BeginArray();
  for (const ProgramOutcome& outcome : program.outcomes) json.String(outcome.name);
  json.EndArray().Key("paths").BeginArray();
  for (size_t i = 1; i < program.decisions.size(); ++i) {
    if (program.decisions[i].name != "path") continue;
    for (const std::string& value : program.decisions[i].values) json.String(value);
  }
  json.EndArray().Key("catalog").String(catalog).EndObject();
  return json.Finish();
}

class TextSource final : public FactSource {
 public:
  TextSource(const Catalog& catalog, const FactTexts& facts) {
    for (const auto& [name, value] : facts) {
      if (value == ReplayBuilder::kAloneUnavailable) {
        const Result<FactId> id = catalog.Find(name);
        Require(id.ok());
        alone_.push_back(*id);
        continue;
      }
      const Result<Fact> fact = catalog.MakeFact(name, value);
      Require(fact.ok());
      const auto group = static_cast<size_t>(catalog.fact(fact->id).group);
      if (fact->code == kUnavailableCode) {
        fails_[group] = true;
      } else {
        facts_[group].push_back(*fact);
      }
    }
  }
  ReadState Read(Group group, const Question&, GroupWriter& out) noexcept override {
    const auto number = static_cast<size_t>(group);
    if (fails_[number]) return ReadState::kUnavailable;
    for (const Fact& fact : facts_[number]) out.Set(fact.id, fact.code);
    for (const FactId fact : alone_) out.SetUnavailable(fact);  // those of other groups are ignored
    return ReadState::kRead;
  }

 private:
  std::vector<Fact> facts_[kGroupCount];
  std::vector<FactId> alone_;
  bool fails_[kGroupCount] = {};
};

/// Bytes that depend on numbers and a word alone.
Hash Derived(const char* word, int number, uint32_t epoch) {
  return TreeHasher().Of(
      AsBytes(std::string(word) + std::to_string(number) + "/" + std::to_string(epoch)));
}

}  // namespace

ReplayBuilder::ReplayBuilder(const std::string& month, uint64_t seed)
    : layout_(Catalog::Standard()), random_(seed) {
  log.BeginMonth(month);
  log.AddBoot(1);
}

Policy ReplayBuilder::Allow() {
  static const Policy policy = MustCompile(kAllow);
  return policy;
}

Policy ReplayBuilder::Refuse() {
  std::string text = kAllow;
  text.replace(text.find("\"otherwise\": \"quiet\""), 20, "\"otherwise\": \"private\"");
  text.replace(text.find("\"policy\": \"allow\""), 17, "\"policy\": \"refuse\"");
  // An outcome no rule uses is no error, but "quiet" would be lint.
  static const Policy policy = MustCompile(text);
  return policy;
}

Policy ReplayBuilder::PolicyOf(const std::string& rules) {
  return MustCompile(R"json({
    "policy": "test", "catalog": 1,
    "outcomes": { "private": { "effect": "refuse", "signal": "offline" } },
    "unknown_callee": "private",
    "decisions": { "ring": { "rules": [)json" +
                     rules + R"json(],
      "otherwise": "private", "on_unavailable": "private" } } })json");
}

uint64_t ReplayBuilder::UsePolicy(const Policy& policy, const std::string& catalog) {
  policy_ = policy;
  struct Blob {
    std::string text;
    Hash digest;
  };
  // The catalog is long, and a fuzzer makes many logs.
  static std::map<std::string, Blob> known;
  Blob made;
  Blob& blob = catalog.empty() ? known[policy.digest()] : made;
  if (blob.text.empty()) {
    const std::string& its = catalog.empty() ? policy.catalog().Canonical() : catalog;
    blob.text = BlobOf(policy, its, &blob.digest);
  }
  Entry entry;
  Put(PolicyPayload{log.WriteBlob(log.last().name, blob.text), blob.digest, 1}, &entry);
  policy_ref_ = log.Add(entry);
  return policy_ref_;
}

Pseudonym ReplayBuilder::CalleeName(int callee, uint32_t epoch) {
  const Hash hash = Derived("name", callee, epoch);
  Pseudonym name;
  std::copy_n(hash.begin(), name.size(), name.begin());
  return name;
}

Hash ReplayBuilder::CalleeKey(int callee, uint32_t epoch) { return Derived("key", callee, epoch); }

uint64_t ReplayBuilder::Decide(int callee, const FactTexts& facts, uint16_t flags) {
  const Program& program = policy_->impl()->program;
  TextSource source(layout_.catalog, facts);
  FactSource* const sources[] = {&source};
  Question question;
  question.caller = "caller";
  question.callee = "callee";
  EvalScratch scratch;
  scratch.Prepare(program);
  Require(BeginFrame(layout_, question, &scratch.frame).ok());
  Decision decision;
  Evaluate(program, layout_, question, Sources{sources, 0}, &scratch, &decision);
  DecisionRecord record;
  record.flags = flags;
  DescribeFacts(layout_, scratch.frame, decision.facts_read, ReplayGroups(layout_.catalog),
                &record);

  Entry entry = log.Decision();
  EntryHeader& header = entry.header;
  header.time_ns = log.time_ns;
  const uint32_t epoch = EpochOf(header.time_ns);
  if (epochs_.empty() || epochs_.back() != epoch) epochs_.push_back(epoch);
  header.flags =
      static_cast<uint16_t>(record.flags | record.detail_count << entry_flags::kDetailShift);
  header.policy_ref = policy_ref_;
  header.effect = static_cast<uint8_t>(decision.effect);
  header.rule = scratch.deciding[0];
  DecisionFields& fields = entry.decision;
  fields = {};
  for (uint8_t& byte : fields.request_id) byte = static_cast<uint8_t>(random_());
  for (uint8_t& byte : fields.caller) byte = static_cast<uint8_t>(random_() % 4);
  fields.callee = CalleeName(callee, epoch);
  CtrCipher cipher;
  const Hash key = CalleeKey(callee, epoch);
  for (uint8_t i = 0; i < record.detail_count; ++i) {
    Entry detail = entry;
    detail.header.kind = EntryKind::kDetail;
    detail.header.effect = static_cast<uint8_t>(record.detail_kinds[i]);
    PackMask(record.details[i], &detail.decision.sealed_facts);
    ApplySeal(&cipher, key, static_cast<uint8_t>(i + 1), &detail.decision);
    log.Add(detail);
  }
  fields.outcome = static_cast<uint8_t>(program.decisions[0].rules[header.rule].then);
  fields.basis = static_cast<uint8_t>(decision.basis);
  for (size_t i = 1; i < program.decisions.size(); ++i) {
    if (program.decisions[i].name != "path" || !decision.let_through()) continue;
    fields.path = static_cast<uint8_t>(1 + program.decisions[i].rules[scratch.deciding[i]].then);
    fields.basis = static_cast<uint8_t>(fields.basis |
                                        static_cast<unsigned>(decision.extras[i - 1].basis) << 2);
  }
  PackFacts(record.facts, &fields.sealed_facts, &fields.sealed_states);
  ApplySeal(&cipher, key, 0, &fields);
  return log.Add(entry);
}

void ReplayBuilder::DecideMany(uint64_t count) {
  const auto pick = [&](std::initializer_list<const char*> values) {
    return std::string(values.begin()[random_() % values.size()]);
  };
  for (uint64_t i = 0; i < count; ++i) {
    const auto callee = static_cast<int>(random_() % kCallees);
    FactTexts facts = {{"callee.blocks(caller)", pick({"false", "false", "false", "true"})},
                       {"callee.follows(caller)", pick({"false", "true"})},
                       {"callee.allow_followed", pick({"unset", "false", "true"})},
                       {"callee.relay_calls", pick({"unset", "false", "true"})}};
    if (random_() % 16 == 0) facts["callee.relay_calls"] = "?";
    Decide(callee, facts);
  }
}

void ReplayBuilder::Finish() {
  log.Checkpoint();
  log.Write();
}

std::vector<FactsKey> ReplayBuilder::Keys(int callees, int wrong) const {
  std::vector<FactsKey> keys;
  for (const uint32_t epoch : epochs_) {
    const auto first = static_cast<ptrdiff_t>(keys.size());
    for (int i = 0; i < callees; ++i) {
      keys.push_back({epoch, CalleeName(i, epoch), CalleeKey(i, epoch)});
      if (i == wrong) keys.back().key[7] ^= 1;
    }
    std::sort(keys.begin() + first, keys.end(),
              [](const FactsKey& a, const FactsKey& b) { return a.callee < b.callee; });
  }
  return keys;
}

std::string ReplayBuilder::FactsKeys(int callees) const { return WithWrongKey(callees, -1); }

std::string ReplayBuilder::WithWrongKey(int callees, int wrong) const {
  return FormatFactsKeys(log.description.identity, Keys(callees, wrong));
}

void ReplayBuilder::AddKeyCommits(int callees) {
  TreeHasher hasher;
  const std::vector<FactsKey> keys = Keys(callees, -1);
  for (size_t first = 0; first < keys.size(); first += static_cast<size_t>(callees)) {
    const auto of_epoch = std::span(keys).subspan(first, static_cast<size_t>(callees));
    Entry entry;
    Put(KeyCommitPayload{of_epoch[0].epoch, of_epoch.size(), FactsKeysRoot(&hasher, of_epoch)},
        &entry);
    log.Add(entry);
  }
}

void ReplayBuilder::AddErasure() {
  Entry entry;
  Put(ErasurePayload{}, &entry);
  log.Add(entry);
}

Result<ReplayReport> ReplayBuilder::TryReplay(const Options& options) {
  ReplayRequest request;
  request.files = &log.files;
  request.log = log.log;
  request.mode = options.mode;
  request.attempts = options.attempts;
  request.month = options.month;
  request.from_ns = options.from_ns;
  request.to_ns = options.to_ns;
  request.threads = options.threads;
  const auto compiled = [](const Policy& policy) {
    CompiledPolicy out;
    out.program = ReplayProgram(policy.impl()->program, policy.impl()->layout);
    out.name = policy.name();
    out.owner = policy.impl();
    return out;
  };
  const bool known_only = options.compile_known_only;
  request.compile = [compiled, known_only](const std::string& text) -> Result<CompiledPolicy> {
    if (known_only) {
      for (const Policy& known : {Allow(), Refuse()}) {
        if (text == known.canonical()) return compiled(known);
      }
      return Status(StatusCode::kParse, "not a known policy");
    }
    const Result<Policy> policy = Policy::Compile(text, "recorded policy");
    if (!policy.ok()) return policy.status();
    return compiled(*policy);
  };
  if (options.policy) {
    request.mode = ReplayMode::kWhatIf;
    request.other = compiled(*options.policy);
    request.other_digest = options.policy->digest();
  }
  if (!options.facts_keys.empty()) {
    Result<FactsKeyFile> file = ParseFactsKeys(options.facts_keys);
    if (!file.ok()) return file.status();
    request.keys = std::make_unique<ExportedKeyRing>(*std::move(file));
  }
  return ReplayLog(request);
}

ReplayReport ReplayBuilder::Replayed(const Options& options) {
  Result<ReplayReport> report = TryReplay(options);
  Require(report.ok());
  return *std::move(report);
}

ReplayReport ReplayBuilder::Replayed() {
  Options options;
  options.facts_keys = FactsKeys(kCallees);
  return Replayed(options);
}

Entry ReplayBuilder::EntryAt(uint64_t index, size_t month) {
  const Result<Entry> entry = DecodeEntry(log.month(month).entries[index]);
  Require(entry.ok());
  return *entry;
}

void ReplayBuilder::SetEntry(uint64_t index, const Entry& entry, size_t month) {
  EncodeEntry(entry, &log.month(month).entries[index]);
}

}  // namespace ringfence
