// What a replay makes of logs that are incomplete, damaged, forged or of another time: each entry
// ends in the bin that is named for it, and what cannot be looked at is refused.
#include <doctest/doctest.h>

#include "unit/replay_builder.h"

namespace ringfence {
namespace {

constexpr int kCallees = ReplayBuilder::kCallees;

/// Every entry is somewhere, once, and the reasons add up.
void CheckSums(const ReplayReport& report) {
  CHECK(report.entries == report.reproduced + report.changed + report.indeterminate +
                              report.not_replayable + report.sealed);
  uint64_t reasons = 0;
  for (const ReplayReason& each : report.not_replayable_by_reason) reasons += each.entries;
  CHECK(reasons == report.not_replayable);
}

/// All but `count` are reproduced, and these are not replayable for that reason.
void CheckOnly(const ReplayReport& report, std::string_view reason, uint64_t count) {
  CheckSums(report);
  CAPTURE(reason);
  CHECK(NotReplayable(report, reason) == count);
  CHECK(report.not_replayable == count);
  CHECK(report.reproduced == report.entries - count);
}

class Ten : public ReplayBuilder {
 public:
  Ten() {
    policy_at = UsePolicy(Allow());
    for (int i = 0; i < 10; ++i) {
      decisions.push_back(Decide(i, {{"callee.follows(caller)", i % 2 == 0 ? "true" : "false"},
                                     {"callee.allow_followed", "true"}}));
    }
  }
  uint64_t policy_at = 0;
  std::vector<uint64_t> decisions;
};

TEST_CASE("a log that follows from its facts") {
  Ten log;
  log.DecideMany(300);
  log.Finish();
  const ReplayReport report = log.Replayed();
  CHECK(report.entries == 310);
  CheckOnly(report, "damaged", 0);
  CHECK(report.divergences.empty());
  CHECK(report.notes.size() == 1);  // no KEYCOMMIT
  REQUIRE(report.policies.size() == 1);
  CHECK(report.policies[0].name == "allow");
}

TEST_CASE("gaps count what they count") {
  Ten log;
  log.log.AddGap(3, 11, 13, 1);
  log.log.AddGap(40, 14, 53, 1);
  log.Finish();
  CheckOnly(log.Replayed(), "gap", 43);
  CHECK(log.Replayed().entries == 53);
}

TEST_CASE("a gap of an impossible size is damage, and makes no sum wrong") {
  Ten log;
  for (int i = 0; i < 3; ++i) log.log.AddGap(UINT64_MAX - 5, 1, UINT64_MAX, 1);
  log.Finish();
  CheckOnly(log.Replayed(), "damaged", 3);
}

TEST_CASE("a key that was not exported: sealed; one that was erased: erased") {
  Ten log;
  log.AddErasure();
  log.Decide(9, {});  // after the erasure: that it has no key is another thing
  ReplayBuilder::Options options;
  SUBCASE("the keys are known to be all there were") {
    log.AddKeyCommits(8);
    log.Finish();
    options.facts_keys = log.FactsKeys(8);
    const ReplayReport report = log.Replayed(options);
    CheckSums(report);
    CHECK(report.reproduced == 8);
    CHECK(NotReplayable(report, "erased") == 2);
    CHECK(report.sealed == 1);
    CHECK(report.notes.empty());
  }
  SUBCASE("they are not") {
    log.Finish();
    options.facts_keys = log.FactsKeys(8);
    const ReplayReport report = log.Replayed(options);
    CheckSums(report);
    CHECK(report.reproduced == 8);
    CHECK(report.not_replayable == 0);
    CHECK(report.sealed == 3);
  }
  SUBCASE("the log commits to other keys") {
    log.AddKeyCommits(9);
    log.Finish();
    options.facts_keys = log.FactsKeys(8);
    const ReplayReport report = log.Replayed(options);
    CHECK(report.not_replayable == 0);
    CHECK(report.sealed == 3);
    CHECK(report.notes.size() == 1);
  }
  SUBCASE("there are none") {
    log.Finish();
    const ReplayReport report = log.Replayed(options);
    CheckSums(report);
    CHECK(report.sealed == 11);
  }
}

TEST_CASE("the policy is not there") {
  Ten log;
  const std::string blobs = log.log.Path("blobs");
  SUBCASE("its blob is missing, or altered by a byte") {
    log.Finish();
    const Result<std::vector<std::string>> names = log.log.files.List(blobs);
    REQUIRE(names.ok());
    for (const std::string& name : *names) {
      const std::string path = InFolder(blobs, name);
      std::string text = log.log.files.Contents(path);
      const size_t at = text.find("followed");
      if (at == std::string::npos) continue;
      text[at] = 'g';
      log.log.files.SetContents(path, text);
    }
    CheckOnly(log.Replayed(), "policy_missing", 10);
    for (const std::string& name : *names) {
      REQUIRE(log.log.files.Remove(InFolder(blobs, name)).ok());
    }
    CheckOnly(log.Replayed(), "policy_missing", 10);
    // Without keys they are sealed first of all.
    CHECK(log.Replayed({}).sealed == 10);
  }
  SUBCASE("the reference leads to an entry of another kind") {
    Entry entry = log.EntryAt(log.decisions[4]);
    entry.header.policy_ref = 0;
    log.SetEntry(log.decisions[4], entry);
    log.Finish();
    CheckOnly(log.Replayed(), "policy_missing", 1);
  }
  SUBCASE("to a decision, to itself, beyond the log") {
    const uint64_t wrong[] = {log.decisions[0], log.decisions[5], uint64_t{1} << 47};
    for (size_t i = 0; i < 3; ++i) {
      Entry entry = log.EntryAt(log.decisions[i + 3]);
      entry.header.policy_ref = wrong[i];
      log.SetEntry(log.decisions[i + 3], entry);
    }
    log.Finish();
    CheckOnly(log.Replayed(), "policy_missing", 3);
  }
  SUBCASE("to a policy that comes later") {
    const uint64_t later = log.UsePolicy(ReplayBuilder::Allow());
    Entry entry = log.EntryAt(log.decisions[7]);
    entry.header.policy_ref = later;
    log.SetEntry(log.decisions[7], entry);
    log.Finish();
    CheckOnly(log.Replayed(), "policy_missing", 1);
  }
  SUBCASE("the entry names another digest than its blob's") {
    Entry entry = log.EntryAt(log.policy_at);
    PolicyPayload payload;
    Get(entry, &payload);
    payload.digest[3] ^= 1;
    Put(payload, &entry);
    log.SetEntry(log.policy_at, entry);
    SUBCASE("and so do all decisions") {}
    SUBCASE("but an honest one of the same blob, which comes later, is believed") {
      log.UsePolicy(ReplayBuilder::Allow());
      log.DecideMany(5);
    }
    log.Finish();
    CheckOnly(log.Replayed(), "policy_missing", 10);
  }
}

/// The canonical catalog without one fact's line.
std::string Without(const std::string& fact) {
  std::string text = Catalog::Standard().Canonical();
  const size_t name = text.find("\"name\":\"" + fact + "\"");
  const size_t spaced = text.find("\"name\": \"" + fact + "\"");
  size_t begin = text.rfind('{', std::min(name, spaced));
  REQUIRE(begin != std::string::npos);
  size_t end = begin;
  for (int depth = 0; end < text.size(); ++end) {
    depth += text[end] == '{' ? 1 : text[end] == '}' ? -1 : 0;
    if (depth == 0) break;
  }
  ++end;
  if (end < text.size() && text[end] == ',') {
    ++end;
  } else {
    begin = text.rfind(',', begin);
  }
  return text.erase(begin, end - begin);
}

TEST_CASE("catalogs of other versions") {
  ReplayBuilder log;
  const Catalog& catalog = Catalog::Standard();
  const std::string newest = catalog.fact(static_cast<FactId>(catalog.size() - 1)).name;
  ReplayBuilder::Options options;
  SUBCASE("one that lacked a fact: fine, and the fact was not collected") {
    log.UsePolicy(ReplayBuilder::Allow(), Without("callee.allow_everyone"));
    log.DecideMany(50);
    log.Finish();
    CheckOnly(log.Replayed(), "catalog", 0);
    std::string text = ReplayBuilder::Allow().canonical();
    const std::string when = "\"when\": \"callee.relay_calls\"";
    REQUIRE(text.find(when) != std::string::npos);
    text.replace(text.find(when), when.size(), "\"when\": \"callee.allow_everyone\"");
    options.policy = *Policy::Compile(text);
    options.facts_keys = log.FactsKeys(kCallees);
    const ReplayReport report = log.Replayed(options);
    CheckSums(report);
    CHECK(report.indeterminate > 0);
    REQUIRE(report.indeterminate_by_fact.size() == 1);
    CHECK(report.indeterminate_by_fact[0].reason == "callee.allow_everyone");
    CHECK(report.reproduced == report.entries - report.indeterminate);
  }
  SUBCASE("the newest fact lacks") {
    log.UsePolicy(ReplayBuilder::Allow(), Without(newest));
    log.DecideMany(20);
    log.Finish();
    CheckOnly(log.Replayed(), "catalog", 0);
  }
  SUBCASE("one in which a fact was another") {
    std::string text = catalog.Canonical();
    const size_t at = text.find("callee.allow_everyone");
    REQUIRE(at != std::string::npos);
    text.replace(at, 21, "callee.allow_somebody");
    log.UsePolicy(ReplayBuilder::Allow(), text);
    log.DecideMany(20);
    log.Finish();
    CheckOnly(log.Replayed(), "catalog", 20);
  }
  SUBCASE("one that is none") {
    log.UsePolicy(ReplayBuilder::Allow(), "{\"facts\": 7}");
    log.DecideMany(20);
    log.Finish();
    CheckOnly(log.Replayed(), "catalog", 20);
  }
}

TEST_CASE("decisions that are not recorded leave nothing open") {
  Ten log;
  log.Finish();
  std::string text = ReplayBuilder::Allow().canonical();
  const std::string path = "\"path\": {";
  REQUIRE(text.find(path) != std::string::npos);
  text.insert(text.find(path), R"json("badge": {
      "values": ["plain", "gold"],
      "rules": [ { "id": "gold", "when": "caller.verified", "then": "gold" } ],
      "otherwise": "plain", "on_unavailable": "plain" },
    )json");
  ReplayBuilder::Options options;
  options.facts_keys = log.FactsKeys(kCallees);
  options.policy = *Policy::Compile(text);
  // Nobody read the caller's row, and nothing that counts depends on it.
  CheckOnly(log.Replayed(options), "damaged", 0);
  const std::string when = "\"when\": \"callee.relay_calls\"";
  text.replace(text.find(when), when.size(), "\"when\": \"callee.contact(caller) == 'match'\"");
  options.policy = *Policy::Compile(text);
  const ReplayReport report = log.Replayed(options);
  CHECK(report.indeterminate == 10);
  REQUIRE(report.indeterminate_by_fact.size() == 1);
  CHECK(report.indeterminate_by_fact[0].reason == "callee.contact(caller)");
}

TEST_CASE("a policy that compiles to other rules here") {
  Ten log;
  Entry entry = log.EntryAt(log.policy_at);
  PolicyPayload payload;
  Get(entry, &payload);
  std::string blob = log.log.files.Contents(log.log.Path(BlobName(payload.blob)));
  const std::string ids = "\"unknown_callee\",\"blocked\",\"followed\"";
  const size_t at = blob.find(ids);
  REQUIRE(at != std::string::npos);
  blob.replace(at, ids.size(), "\"unknown_callee\",\"followed\",\"blocked\"");
  payload.blob = log.log.WriteBlob(log.log.last().name, blob);
  Put(payload, &entry);
  log.SetEntry(log.policy_at, entry);
  log.Finish();
  CheckOnly(log.Replayed(), "engine", 10);
}

TEST_CASE("bytes that are no entry") {
  Ten log;
  log.Finish();
  const std::string entries = log.log.Path(EntriesName(0));
  const std::string good = log.log.files.Contents(entries);
  SUBCASE("one is changed, and nobody verified it") {
    std::string bad = good;
    bad[log.decisions[3] * kEntryOnDiskBytes + 100] ^= 4;
    log.log.files.SetContents(entries, bad);
    CheckOnly(log.Replayed(), "damaged", 1);
  }
  SUBCASE("its length") {
    std::string bad = good;
    bad[log.decisions[3] * kEntryOnDiskBytes + 1] ^= 1;
    log.log.files.SetContents(entries, bad);
    CheckOnly(log.Replayed(), "damaged", 1);
  }
  SUBCASE("the end is cut off at every byte of the last two entries") {
    for (size_t cut = 1; cut <= 2 * kEntryOnDiskBytes; ++cut) {
      log.log.files.SetContents(entries, good.substr(0, good.size() - cut));
      CheckOnly(log.Replayed(), "damaged", (cut + kEntryOnDiskBytes - 1) / kEntryOnDiskBytes);
    }
  }
  SUBCASE("all of it") {
    log.log.files.SetContents(entries, "");
    const ReplayReport report = log.Replayed();
    CheckSums(report);
    CHECK(NotReplayable(report, "damaged") == report.entries);
    REQUIRE(log.log.files.Remove(entries).ok());
    CHECK(log.Replayed().not_replayable == report.entries);
  }
}

TEST_CASE("DETAILs that are not those of their decision") {
  ReplayBuilder log;
  log.UsePolicy(ReplayBuilder::Allow());
  log.Decide(1, {{"callee.follows(caller)", "true"}});
  const uint64_t at = log.Decide(2, {{"callee.follows(caller)", "true"}});
  Entry entry = log.EntryAt(at);
  entry.header.flags = static_cast<uint16_t>(entry.header.flags | 2u << entry_flags::kDetailShift);
  log.SetEntry(at, entry);
  log.Finish();
  CheckOnly(log.Replayed(), "damaged", 1);
}

TEST_CASE("keys that do not fit") {
  Ten log;
  log.Finish();
  ReplayBuilder::Options options;
  options.facts_keys = log.WithWrongKey(kCallees, 6);
  CheckOnly(log.Replayed(options), "wrong_key", 1);
}

TEST_CASE("an entry that says something else than follows from its facts") {
  struct Forgery {
    const char* stage;
    void (*change)(Entry*);
  };
  const Forgery forgeries[] = {
      {"effect", [](Entry* entry) { entry->header.effect = 4; }},
      {"effect", [](Entry* entry) { entry->header.effect = 200; }},
      {"outcome", [](Entry* entry) { entry->decision.outcome ^= 1; }},
      {"outcome", [](Entry* entry) { entry->decision.outcome = 255; }},
      {"path", [](Entry* entry) { entry->decision.path = 2; }},
      {"path", [](Entry* entry) { entry->decision.path = 0; }},
      {"path", [](Entry* entry) { entry->decision.path = 99; }},
      {"basis", [](Entry* entry) { entry->decision.basis = 1; }},
      {"basis", [](Entry* entry) { entry->decision.basis = 255; }},
      {"rule", [](Entry* entry) { entry->header.rule += 1; }},
      {"rule", [](Entry* entry) { entry->header.rule = 65535; }},
      {"facts read", [](Entry* entry) { entry->decision.sealed_facts[73] ^= 1; }},
  };
  for (const Forgery& forgery : forgeries) {
    CAPTURE(forgery.stage);
    Ten log;
    Entry entry = log.EntryAt(log.decisions[2]);
    forgery.change(&entry);
    log.SetEntry(log.decisions[2], entry);
    log.Finish();
    const ReplayReport report = log.Replayed();
    CheckSums(report);
    CHECK(report.changed == 1);
    CHECK(report.reproduced == 9);
    REQUIRE(report.divergences.size() == 1);
    CHECK(report.divergences[0].stage == forgery.stage);
    CHECK(report.divergences[0].index == log.decisions[2]);
    CHECK(report.divergences[0].month == "2026-10");
    // Nothing is built on it: what another policy would have done of it is not said.
    ReplayBuilder::Options options;
    options.facts_keys = log.FactsKeys(kCallees);
    options.policy = ReplayBuilder::Refuse();
    const ReplayReport other = log.Replayed(options);
    CheckSums(other);
    CHECK(NotReplayable(other, "diverges") == 1);
    CHECK(other.covered() == 9);
  }
}

TEST_CASE("facts that were swapped for another's do not pass") {
  Ten log;
  Entry entry = log.EntryAt(log.decisions[2]);
  entry.decision.sealed_facts = log.EntryAt(log.decisions[4]).decision.sealed_facts;
  entry.decision.sealed_states = log.EntryAt(log.decisions[4]).decision.sealed_states;
  log.SetEntry(log.decisions[2], entry);
  log.Finish();
  CheckOnly(log.Replayed(), "wrong_key", 1);
}

TEST_CASE("shadow evaluations that stand alone") {
  Ten log;
  log.Decide(3, {{"callee.follows(caller)", "true"}}, entry_flags::kShadow);
  log.Decide(3, {{"callee.follows(caller)", "true"}}, entry_flags::kShadow);
  log.log.SkipSeqs(1);
  log.Decide(3, {});
  log.log.SkipSeqs(1);
  log.Decide(3, {}, entry_flags::kShadow);
  log.Finish();
  ReplayBuilder::Options options;
  options.mode = ReplayMode::kShadow;
  const ReplayReport report = log.Replayed(options);
  CheckSums(report);
  // The first one stands behind a decision with the number before its own.
  CHECK(report.entries == 3);
  CHECK(report.shadow == 3);
  CHECK(report.covered() == 1);
  CHECK(NotReplayable(report, "alone") == 2);
}

TEST_CASE("months, times, and ranges that select nothing") {
  ReplayBuilder log("2026-10");
  log.log.time_ns += uint64_t{20} * 86400 * 1'000'000'000;
  log.UsePolicy(ReplayBuilder::Allow());
  log.DecideMany(20);
  const uint64_t between = log.log.time_ns;
  log.DecideMany(10);
  log.log.EndMonth();
  log.log.BeginMonth("2026-11");
  log.log.AddBoot(2, {.previous_boot = 1, .clean = true, .highest_seq = 30});
  log.UsePolicy(ReplayBuilder::Refuse());
  log.DecideMany(40);
  log.Finish();
  ReplayBuilder::Options options;
  options.facts_keys = log.FactsKeys(kCallees);
  const auto entries = [&] {
    const ReplayReport report = log.Replayed(options);
    CheckOnly(report, "damaged", 0);
    return report.entries;
  };
  CHECK(entries() == 70);
  options.month = "2026-10";
  CHECK(entries() == 30);
  options.month = "2026-11";
  CHECK(entries() == 40);
  options.month = "";
  options.to_ns = between;
  CHECK(entries() == 20);
  options.from_ns = between;
  options.to_ns = UINT64_MAX;
  CHECK(entries() == 50);
  options.from_ns = UINT64_MAX;
  CHECK(entries() == 0);
  CHECK(log.Replayed(options).periods.empty());
  options.from_ns = between;
  options.to_ns = between;
  CHECK(entries() == 0);
  options.to_ns = 5;
  CHECK(entries() == 0);
  options = {};
  options.month = "2026-12";
  CHECK(log.TryReplay(options).status().code() == StatusCode::kNotFound);
  options.month = "../2026-10";
  CHECK(log.TryReplay(options).status().code() == StatusCode::kNotFound);
}

TEST_CASE("a log without a decision, and one without a checkpoint") {
  ReplayBuilder log;
  log.log.Write();
  ReplayBuilder::Options options;
  CHECK(log.Replayed(options).entries == 0);
  log.Finish();
  const ReplayReport report = log.Replayed(options);
  CHECK(report.entries == 0);
  CHECK(report.first_ns == 0);
  CHECK(report.policies.empty());
}

TEST_CASE("what cannot be looked at is refused") {
  Ten log;
  log.Finish();
  ReplayBuilder::Options options;
  const std::string note = log.log.files.Contents(log.log.Path(kCheckpointName));
  SUBCASE("no log.json") {
    REQUIRE(log.log.files.Remove("log/log.json").ok());
    CHECK(log.TryReplay(options).status().code() == StatusCode::kNotFound);
  }
  SUBCASE("a checkpoint that is not signed") {
    std::string bad = note;
    bad[bad.size() - 8] ^= 1;
    log.log.files.SetContents(log.log.Path(kCheckpointName), bad);
    CHECK(log.TryReplay(options).status().code() == StatusCode::kCorrupt);
  }
  SUBCASE("one that is signed, of a size nobody can store") {
    const Checkpoint huge{log.log.Origin(0), uint64_t{1} << 60, Hash{}};
    const std::string signed_note = SignCheckpoint(huge, log.log.signing_seed);
    log.log.files.SetContents(log.log.Path(kCheckpointName), signed_note);
    CHECK(log.TryReplay(options).status().code() == StatusCode::kCorrupt);
  }
}

TEST_CASE("what belongs together is found together, wherever a thread's stretch ends") {
  constexpr uint64_t kStretch = 8192;
  const FactTexts with_detail = {
      {"callee.follows(caller)", "true"},
      {"callee.relay_calls", std::string(ReplayBuilder::kAloneUnavailable)}};
  for (uint64_t before = 0; before < 6; ++before) {
    CAPTURE(before);
    ReplayBuilder log;
    log.UsePolicy(ReplayBuilder::Allow());
    log.Decide(1, {});
    while (log.log.last().entries.size() + before < kStretch) {
      log.log.AddClock(ClockEvent::kHeartbeat);
    }
    const uint64_t first = log.log.last().entries.size();
    const uint64_t decision = log.Decide(2, with_detail);
    const uint64_t shadow = log.Decide(2, with_detail, entry_flags::kShadow);
    CHECK(decision == first + 1);  // behind its DETAIL
    CHECK(shadow == first + 3);
    log.Finish();
    ReplayBuilder::Options options;
    options.facts_keys = log.FactsKeys(kCallees);
    for (const int threads : {1, 3}) {
      options.threads = threads;
      options.mode = ReplayMode::kReproduce;
      CheckOnly(log.Replayed(options), "damaged", 0);
      CHECK(log.Replayed(options).entries == 3);
      options.mode = ReplayMode::kShadow;
      CheckOnly(log.Replayed(options), "alone", 0);
      CHECK(log.Replayed(options).entries == 1);
    }
  }
}

TEST_CASE("the report is the same for any number of threads") {
  ReplayBuilder log("2026-10", 7);
  for (int i = 0; i < 3; ++i) {
    log.UsePolicy(i % 2 == 0 ? ReplayBuilder::Allow() : ReplayBuilder::Refuse());
    log.DecideMany(9000);  // more than one thread's stretch
    log.log.AddGap(2, 1, 2, 1);
  }
  log.Finish();
  ReplayBuilder::Options options;
  options.facts_keys = log.FactsKeys(kCallees - 1);
  options.policy = ReplayBuilder::Refuse();
  const ReplayReport one = log.Replayed(options);
  CheckSums(one);
  CHECK(one.entries == 27006);
  CHECK(one.changed > 0);
  for (const int threads : {2, 3, 7, 0}) {
    options.threads = threads;
    const ReplayReport many = log.Replayed(options);
    CHECK(many.reproduced == one.reproduced);
    CHECK(many.changed == one.changed);
    CHECK(many.sealed == one.sealed);
    CHECK(many.not_replayable == one.not_replayable);
    REQUIRE(many.examples.size() == one.examples.size());
    for (size_t i = 0; i < one.examples.size(); ++i) {
      CHECK(many.examples[i].index == one.examples[i].index);
      CHECK(many.examples[i].proof == one.examples[i].proof);
    }
  }
}

}  // namespace
}  // namespace ringfence
