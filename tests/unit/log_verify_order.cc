// Verifying what entries say of each other: months, boots, numbers, policies, details, times.
#include <doctest/doctest.h>

#include <algorithm>

#include "log/sequence.h"
#include "unit/log_verify_support.h"

namespace ringfence {
namespace {

constexpr uint64_t kSecond = 1'000'000'000;

void Begin(LogBuilder* builder) {
  builder->BeginMonth("2026-10");
  builder->AddBoot(1);
  builder->AddPolicy();
}

LogVerification Finish(LogBuilder* builder) {
  builder->Checkpoint();
  builder->Write();
  return Verified(builder);
}

std::string Findings(LogBuilder* builder) { return Lines(Finish(builder).findings); }

// --- Months

void TwoMonths(LogBuilder* builder) {
  Begin(builder);
  builder->AddDecisions(10);
  builder->EndMonth();
  builder->BeginMonth("2026-11");
  builder->AddPolicy();
  builder->AddDecisions(10);
  builder->EndMonth();
  builder->BeginMonth("2027-01");
  builder->AddPolicy();
  builder->AddDecisions(10);
}

TEST_CASE("months follow each other; numbers go on across them") {
  LogBuilder builder;
  TwoMonths(&builder);
  const LogVerification verified = Finish(&builder);
  CHECK_MESSAGE(verified.findings.empty(), Lines(verified.findings));
  CHECK(verified.months == 3);
  CHECK(verified.decisions == 30);
}

TEST_CASE("a month that is missing") {
  LogBuilder builder;
  TwoMonths(&builder);
  static_cast<void>(Finish(&builder));
  SUBCASE("in the middle") {
    for (const char* name : {"log.vkey", "checkpoint", "checkpoints.ckpt"}) {
      static_cast<void>(builder.files.Remove(builder.Path(name, 1)));
    }
    const LogVerification verified = Verified(&builder);
    CHECK(Finds(verified, "key"));  // emptied, but there
  }
  SUBCASE("the oldest was pruned") {
    auto pruned = std::make_unique<LogBuilder>();
    TwoMonths(pruned.get());
    pruned->Checkpoint();
    const std::string older = pruned->month(0).notes.back();
    pruned->Write();
    pruned->RemoveMonth(0);
    VerifyRequest request = RequestFor(pruned.get());
    request.trusted = {older};
    const LogVerification verified = Verified(request);
    CHECK_MESSAGE(verified.findings.empty(), Lines(verified.findings));
    CHECK(verified.months == 2);
    CHECK(verified.notes.empty());  // its last checkpoint stands in the next month
    request.trusted = {
        SignCheckpoint({"example.com/ring/test/2026-10", 14, EmptyRoot()}, pruned->signing_seed)};
    CHECK(OnlyFinds(Verified(request), {"trusted"}));
    request.trusted = {
        SignCheckpoint({"example.com/ring/test/2026-10", 3, EmptyRoot()}, pruned->signing_seed)};
    const LogVerification unsure = Verified(request);
    CHECK(unsure.findings.empty());
    CHECK(unsure.notes.size() == 1);
  }
}

TEST_CASE("a month that was replaced by a shorter one, with the key") {
  LogBuilder builder;
  TwoMonths(&builder);
  builder.month(1).entries.erase(builder.month(1).entries.begin() + 5);
  builder.Resign(1);
  const LogVerification verified = Finish(&builder);
  CHECK(Finds(verified, "month", 0));
}

TEST_CASE("a month without an end, or with something behind it") {
  LogBuilder builder;
  TwoMonths(&builder);
  SUBCASE("no SEAL") {
    builder.month(0).entries.pop_back();
    builder.Resign(0);
    CHECK(Finds(Finish(&builder), "seal", 12));
  }
  SUBCASE("an entry behind it") {
    builder.month(2).entries.push_back(builder.month(0).entries.back());
    builder.Checkpoint();
    builder.AddDecision();
    CHECK(Findings(&builder).find("seal: an entry behind the SEAL") != std::string::npos);
  }
  SUBCASE("entries behind the last checkpoint") {
    builder.month(0).entries.push_back(builder.month(0).entries.back());
    CHECK(Finds(Finish(&builder), "checkpoint"));
  }
}

TEST_CASE("what a month begins with") {
  LogBuilder builder;
  Begin(&builder);
  builder.AddDecisions(3);
  SUBCASE("no GENESIS") {
    builder.month().entries.erase(builder.month().entries.begin());
    CHECK(Finds(Finish(&builder), "month", 0));
  }
  SUBCASE("a second one") {
    builder.month().entries.push_back(builder.month().entries[0]);
    CHECK(Finds(Finish(&builder), "month", 6));
  }
  SUBCASE("another writer than log.json says") {
    LogDescription other = builder.description;
    other.writer = 9;
    static_cast<void>(Finish(&builder));
    builder.files.SetContents("log/log.json", FormatDescription(other));
    const LogVerification verified = Verified(&builder);
    CHECK(Finds(verified, "month", 0));
    CHECK(Finds(verified, "entry", 3));
  }
  SUBCASE("another identity") {
    LogDescription other = builder.description;
    other.identity[0] ^= 1;
    static_cast<void>(Finish(&builder));
    builder.files.SetContents("log/log.json", FormatDescription(other));
    CHECK(OnlyFinds(Verified(&builder), {"month"}));
  }
  SUBCASE("its blob is missing") {
    static_cast<void>(Finish(&builder));
    GenesisPayload payload;
    const EntryBytes& bytes = builder.month().entries[0];
    Get(*DecodeEntry(bytes), &payload);
    static_cast<void>(builder.files.Remove(builder.Path(BlobName(payload.blob))));
    CHECK(OnlyFinds(Verified(&builder), {"blob"}));
  }
}

// --- Policies

Hash PolicyBlobOf(const LogBuilder& builder, const EntryBytes& bytes) {
  static_cast<void>(builder);
  PolicyPayload payload;
  Get(*DecodeEntry(bytes), &payload);
  return payload.blob;
}

TEST_CASE("policies and their blobs") {
  LogBuilder builder;
  Begin(&builder);
  builder.AddDecisions(3);
  const std::string path =
      builder.Path(BlobName(PolicyBlobOf(builder, builder.month().entries[2])));
  SUBCASE("missing") {
    static_cast<void>(builder.files.Remove(path));
    CHECK(Finds(Finish(&builder), "blob", 2));
  }
  SUBCASE("another text of that name") {
    builder.files.SetContents(path, builder.files.Contents(path) + " ");
    CHECK(Finds(Finish(&builder), "blob", 2));
  }
  SUBCASE("too large") {
    builder.files.SetContents(path, std::string(9'000'000, ' '));
    CHECK(Finds(Finish(&builder), "blob", 2));
  }
  SUBCASE("a blob that is none, many values, a comment") {
    for (const std::string& text :
         {std::string("{}"), "[" + std::string(100000, '['), std::string("/* \" */ {}"),
          "{\"a\":[" + std::string(200000, ',')}) {
      Entry entry;
      Put(PolicyPayload{builder.WriteBlob("2026-10", text), Hash{}, 1}, &entry);
      const uint64_t index = builder.Add(entry);
      CHECK(Finds(Finish(&builder), "blob", index));
    }
  }
  SUBCASE("another digest than that of the policy in it") {
    Entry entry;
    Hash digest;
    const Hash blob = builder.WriteBlob("2026-10", TestPolicyBlob("first", &digest));
    digest[0] ^= 1;
    Put(PolicyPayload{blob, digest, 1}, &entry);
    CHECK(Finds((builder.Add(entry), Finish(&builder)), "policy", 6));
  }
}

TEST_CASE("decisions refer to a POLICY entry before them") {
  LogBuilder builder;
  Begin(&builder);
  builder.AddDecision();
  Entry entry = builder.Decision();
  SUBCASE("a later one") { entry.header.policy_ref = 5; }
  SUBCASE("itself") { entry.header.policy_ref = 4; }
  SUBCASE("the GENESIS") { entry.header.policy_ref = 0; }
  SUBCASE("far away") { entry.header.policy_ref = (uint64_t{1} << 48) - 1; }
  builder.Add(entry);
  builder.AddPolicy("second");
  builder.AddDecision();
  const LogVerification verified = Finish(&builder);
  CHECK(Finds(verified, "policy", 4));
  CHECK(verified.findings.size() == 1);
}

// --- Numbers

TEST_CASE("holes are what GAPs count") {
  LogBuilder builder;
  Begin(&builder);
  builder.AddDecisions(5);
  builder.SkipSeqs(4);
  builder.AddDecisions(5);
  SUBCASE("counted") {
    builder.AddGap(4, 6, 9, 1);
    const LogVerification verified = Finish(&builder);
    CHECK_MESSAGE(verified.findings.empty(), Lines(verified.findings));
    CHECK(verified.gaps == 1);
    CHECK(verified.not_recorded == 4);
  }
  SUBCASE("not counted") {
    CHECK(Findings(&builder) ==
          "2026-10/- sequence: boot 1: 4 decisions are missing, GAP entries count 0 (the first "
          "hole is 6)\n");
  }
  SUBCASE("too few, too many") {
    builder.AddGap(3, 6, 9, 1);
    CHECK(Finds(Finish(&builder), "sequence"));
    builder.AddGap(2, 6, 9, 1);
    CHECK(Finds(Finish(&builder), "sequence"));
  }
  SUBCASE("lost at the end") {
    builder.AddGap(4, 6, 9, 1);
    builder.AddGap(7, 15, 21, 1);
    CHECK(Findings(&builder).empty());
  }
  SUBCASE("a GAP of nothing") {
    builder.AddGap(4, 6, 9, 1);
    const uint64_t index = builder.AddGap(0, 6, 5, 1);
    CHECK(Finds(Finish(&builder), "gap", index));
  }
}

TEST_CASE("decisions may come out of order, but once") {
  LogBuilder builder;
  Begin(&builder);
  std::vector<Entry> entries;
  for (int i = 0; i < 3'000; ++i) entries.push_back(builder.Decision());
  std::reverse(entries.begin() + 100, entries.end());
  for (const Entry& entry : entries) builder.Add(entry);
  SUBCASE("once") { CHECK(Findings(&builder).empty()); }
  SUBCASE("twice") {
    const uint64_t index = builder.Add(entries[50]);
    CHECK(Finds(Finish(&builder), "sequence", index));
  }
  SUBCASE("no number") {
    Entry entry = builder.Decision();
    entry.header.seq = 0;
    const uint64_t index = builder.Add(entry);
    CHECK(Finds(Finish(&builder), "sequence", index));
  }
}

TEST_CASE("far numbers: late ones fill holes, jumps cost nothing") {
  SeqSet set;
  CHECK(set.Insert(1));
  CHECK(set.Insert(uint64_t{1} << 40));
  CHECK(set.FirstHole() == 2);
  CHECK(set.Insert(3));
  CHECK(!set.Insert(3));
  CHECK(set.Insert(2));
  CHECK(set.FirstHole() == 4);
  CHECK(!set.Insert(uint64_t{1} << 40));
  CHECK(set.Insert((uint64_t{1} << 40) - 5));
  CHECK(set.Insert((uint64_t{1} << 48) - 1));
  CHECK(set.Insert((uint64_t{1} << 40) + 1));
  CHECK(!set.Insert((uint64_t{1} << 40) + 1));
  CHECK(set.count() == 7);
  CHECK(set.highest() == (uint64_t{1} << 48) - 1);
}

// --- Boots

TEST_CASE("boots rise, each begins with its BOOT") {
  LogBuilder builder;
  Begin(&builder);
  builder.AddDecisions(3);
  SUBCASE("closed properly") {
    builder.AddBoot(2, {.previous_boot = 1, .clean = true});
    builder.AddDecisions(3);
    CHECK(Findings(&builder).empty());
  }
  SUBCASE("killed: what was in memory is there or counted") {
    builder.AddGap(2, 4, 5, 1);
    BootPayload boot{.previous_boot = 1, .rings = RingsState::kRecovered, .highest_seq = 5};
    builder.AddBoot(2, boot);
    builder.AddDecisions(3);
    CHECK(Findings(&builder).empty());
  }
  SUBCASE("killed, and not counted") {
    BootPayload boot{.previous_boot = 1, .rings = RingsState::kRecovered, .highest_seq = 5};
    builder.AddBoot(2, boot);
    CHECK(Finds(Finish(&builder), "sequence"));
  }
  SUBCASE("without power nobody knows") {
    builder.SkipSeqs(2);
    builder.AddDecision();
    builder.AddBoot(2, {.previous_boot = 1, .rings = RingsState::kLost});
    const LogVerification verified = Finish(&builder);
    CHECK_MESSAGE(verified.findings.empty(), Lines(verified.findings));
    CHECK(verified.notes.size() == 1);
    CHECK(verified.unclean_boots == 2);
  }
  SUBCASE("a log that is open may have holes at its end") {
    builder.SkipSeqs(2);
    builder.AddDecision();
    static_cast<void>(builder.files.Remove("log/state/clean"));
    const LogVerification verified = Finish(&builder);
    CHECK(verified.findings.empty());
    CHECK(verified.notes.size() == 1);
  }
  SUBCASE("the same boot again") {
    const uint64_t index = builder.AddBoot(1);
    CHECK(Finds(Finish(&builder), "boot", index));
  }
  SUBCASE("a decision of an older boot, or of one that did not begin") {
    builder.AddBoot(2, {.previous_boot = 1, .clean = true});
    Entry entry = builder.Decision();
    entry.header.boot = 1;
    const uint64_t older = builder.Add(entry);
    entry.header.boot = 3;
    builder.Add(entry);
    const LogVerification verified = Finish(&builder);
    CHECK(Finds(verified, "boot", older));
    CHECK(Finds(verified, "boot", older + 1));
  }
}

TEST_CASE("a decision before any BOOT") {
  LogBuilder builder;
  builder.BeginMonth("2026-10");
  builder.AddPolicy();
  builder.AddDecision();
  CHECK(Finds(Finish(&builder), "boot", 2));
}

// --- Details

TEST_CASE("DETAIL entries stand before their decision and look like it") {
  LogBuilder builder;
  Begin(&builder);
  Entry decision = builder.Decision();
  decision.header.time_ns = builder.time_ns;
  decision.header.flags = 2 << entry_flags::kDetailShift;
  Entry detail = decision;
  detail.header.kind = EntryKind::kDetail;
  detail.header.effect = 1;
  Entry second = detail;
  second.header.effect = 3;
  SUBCASE("as it should be") {
    builder.Add(detail);
    builder.Add(second);
    builder.Add(decision);
    CHECK(Findings(&builder).empty());
  }
  SUBCASE("one is missing") {
    builder.Add(second);
    builder.Add(decision);
    CHECK(Finds(Finish(&builder), "detail", 4));
  }
  SUBCASE("one too many") {
    for (int i = 0; i < 4; ++i) builder.Add(detail);
    builder.Add(decision);
    CHECK(Finds(Finish(&builder), "detail", 6));
  }
  SUBCASE("another decision's") {
    detail.decision.request_id[0] ^= 1;
    builder.Add(detail);
    builder.Add(second);
    builder.Add(decision);
    CHECK(Finds(Finish(&builder), "detail", 3));
  }
  SUBCASE("of no kind") {
    detail.header.effect = 4;
    builder.Add(detail);
    builder.Add(second);
    builder.Add(decision);
    CHECK(Finds(Finish(&builder), "detail", 3));
  }
  SUBCASE("something between") {
    builder.Add(detail);
    builder.Add(second);
    builder.AddClock(ClockEvent::kHeartbeat);
    builder.Add(decision);
    CHECK(Finds(Finish(&builder), "detail", 5));
  }
  SUBCASE("the newest checkpoint may stand between") {
    builder.Add(detail);
    CHECK(Findings(&builder).empty());
  }
}

// --- Times

/// A decision and its shadow evaluation, not yet added.
struct Tried {
  Tried() {
    Begin(&builder);
    decision = builder.Decision();
    decision.header.time_ns = builder.time_ns;
    shadow = builder.Shadow(decision);
  }
  bool OnlyFindsAt(uint64_t index) {
    const LogVerification verified = Finish(&builder);
    return Finds(verified, "shadow", index) && OnlyFinds(verified, {"shadow"});
  }

  LogBuilder builder;
  Entry decision, shadow;
};

TEST_CASE("a shadow evaluation stands behind its decision") {
  Tried tried;
  LogBuilder& builder = tried.builder;
  Entry &decision = tried.decision, &shadow = tried.shadow;
  SUBCASE("as it should be") {
    builder.Add(decision);
    builder.Add(shadow);
    const Entry next = builder.Decision();
    builder.Add(next);
    const LogVerification verified = Finish(&builder);
    CHECK_MESSAGE(verified.findings.empty(), Lines(verified.findings));
    CHECK(verified.decisions == 2);
    CHECK(verified.shadows == 1);
  }
  SUBCASE("its policy was named anew after a crash") {
    builder.Add(decision);
    shadow.header.policy_ref = builder.AddPolicy("second");
    builder.Add(shadow);
    CHECK(Findings(&builder).empty());
  }
  SUBCASE("with DETAILs of its own") {
    builder.Add(decision);
    shadow.header.flags |= 1 << entry_flags::kDetailShift;
    Entry detail = shadow;
    detail.header.kind = EntryKind::kDetail;
    detail.header.effect = 1;
    builder.Add(detail);
    builder.Add(shadow);
    CHECK(Findings(&builder).empty());
  }
  SUBCASE("before it") {
    builder.Add(shadow);
    builder.Add(decision);
    CHECK(tried.OnlyFindsAt(3));
  }
  SUBCASE("of another month") {
    builder.Add(decision);
    builder.EndMonth();
    builder.BeginMonth("2026-11");
    shadow.header.policy_ref = builder.AddPolicy();
    builder.Add(shadow);
    CHECK(Finds(Finish(&builder), "shadow", 2));
  }
  SUBCASE("something between them") {
    builder.Add(decision);
    builder.AddClock(ClockEvent::kHeartbeat);
    builder.Add(shadow);
    CHECK(tried.OnlyFindsAt(5));
  }
  SUBCASE("a second one") {
    builder.Add(decision);
    builder.Add(shadow);
    builder.Add(builder.Shadow(decision));
    CHECK(tried.OnlyFindsAt(5));
  }
}

TEST_CASE("a shadow evaluation is about the call of the decision before, sealed anew") {
  Tried tried;
  LogBuilder& builder = tried.builder;
  Entry &decision = tried.decision, &shadow = tried.shadow;
  SUBCASE("the decision before is another one") {
    builder.Add(decision);
    SUBCASE("number") {
      builder.SkipSeqs(1);
      shadow = builder.Shadow(decision);
      builder.Add(shadow);
      CHECK(Finds(Finish(&builder), "shadow", 4));
      return;
    }
    SUBCASE("time") { ++shadow.header.time_ns; }
    SUBCASE("caller") { shadow.decision.caller[0] ^= 1; }
    SUBCASE("callee") { shadow.decision.callee[15] ^= 1; }
    SUBCASE("revision") { ++shadow.decision.revision; }
    builder.Add(shadow);
    CHECK(tried.OnlyFindsAt(4));
  }
  SUBCASE("the nonce of its decision") {
    builder.Add(decision);
    shadow.decision.request_id = decision.decision.request_id;
    shadow.decision.request_id[12] ^= 1;
    builder.Add(shadow);
    CHECK(tried.OnlyFindsAt(4));
  }
  SUBCASE("its decision is damaged: that is finding enough") {
    builder.Add(decision);
    builder.Add(shadow);
    builder.Checkpoint();
    builder.month().entries[3][100] ^= 1;
    builder.Write();
    CHECK(!Finds(Verified(&builder), "shadow"));
  }
}

TEST_CASE("times go back by a second, or with a CLOCK that says so") {
  LogBuilder builder;
  Begin(&builder);
  builder.AddDecisions(3);
  Entry entry = builder.Decision();
  SUBCASE("a second") {
    entry.header.time_ns = builder.time_ns - kSecond;
    builder.Add(entry);
    CHECK(Findings(&builder).empty());
  }
  SUBCASE("more") {
    entry.header.time_ns = builder.time_ns - 2 * kSecond;
    builder.Add(entry);
    CHECK(Finds(Finish(&builder), "clock", 6));
  }
  SUBCASE("more, with a CLOCK before it") {
    builder.AddClock(ClockEvent::kBack);
    entry.header.time_ns = builder.time_ns - 2 * kSecond;
    builder.Add(entry);
    const LogVerification verified = Finish(&builder);
    CHECK(verified.findings.empty());
    CHECK(verified.clock_steps == 1);
  }
  SUBCASE("more, with a CLOCK soon behind it") {
    entry.header.time_ns = builder.time_ns - 2 * kSecond;
    builder.Add(entry);
    builder.AddClock(ClockEvent::kBehind);
    CHECK(Findings(&builder).empty());
  }
  SUBCASE("a CLOCK that came much later, or was a heartbeat") {
    entry.header.time_ns = builder.time_ns - 2 * kSecond;
    builder.Add(entry);
    builder.AddClock(ClockEvent::kHeartbeat);
    builder.AddDecisions(70'000);
    builder.AddClock(ClockEvent::kBack);
    CHECK(Finds(Finish(&builder), "clock", 6));
  }
}

// --- Others

TEST_CASE("kinds of a newer version are counted; effects nobody knows are not") {
  LogBuilder builder;
  Begin(&builder);
  Entry entry;
  entry.header.kind = static_cast<EntryKind>(77);
  builder.Add(entry);
  Entry decision = builder.Decision();
  decision.header.effect = 5;
  const uint64_t index = builder.Add(decision);
  const LogVerification verified = Finish(&builder);
  CHECK(verified.unknown_kinds == 1);
  CHECK(Finds(verified, "entry", index));
  CHECK(verified.findings.size() == 1);
}

TEST_CASE("another version of entries is refused") {
  LogBuilder builder;
  BuildMonth(&builder);
  builder.month().entries[5][0] = 2;
  builder.Reseal(5);
  builder.Resign();
  builder.Write();
  CHECK(Finds(Verified(&builder), "entry", 5));
}

}  // namespace
}  // namespace ringfence
