// Reading entries: filters, names, opened facts, people, exported keys, pruning.
#include <doctest/doctest.h>

#include <algorithm>

#include "base/sha256.h"
#include "contract/temporary_folder.h"
#include "log/export_keys.h"
#include "log/parties.h"
#include "log/prune.h"
#include "log/read.h"
#include "unit/log_keys_support.h"
#include "unit/log_verify_support.h"

namespace ringfence {
namespace {

// 2026-10-01 lies in this epoch of 30 days.
const uint32_t kEpoch = EpochOf(MonthBegins("2026-10"));

ReadRequest ReadingOf(LogBuilder* builder) {
  ReadRequest request;
  request.files = &builder->files;
  request.log = builder->log;
  return request;
}

// Indices of what the request lets through.
std::vector<uint64_t> Indices(const ReadRequest& request) {
  std::vector<uint64_t> indices;
  Status status = ReadEntries(request, [&](const RawEntry& raw, PolicyNamesCache*) -> Result<bool> {
    indices.push_back(raw.index);
    return true;
  });
  REQUIRE_MESSAGE(status.ok(), status.message());
  return indices;
}

std::vector<LogEntry> Told(const ReadRequest& request, FactsKeyRing* keys = nullptr) {
  EntryTeller teller(Catalog::Standard(), keys);
  std::vector<LogEntry> entries;
  Status status =
      ReadEntries(request, [&](const RawEntry& raw, PolicyNamesCache* cache) -> Result<bool> {
        const Result<const PolicyNames*> names = cache->Get(raw.entry.header.policy_ref);
        if (!names.ok()) return names.status();
        entries.push_back(teller.Tell(raw, **names));
        return true;
      });
  REQUIRE_MESSAGE(status.ok(), status.message());
  return entries;
}

TEST_CASE("what lies under a checkpoint is read, in order, until the sink has enough") {
  LogBuilder builder;
  BuildMonth(&builder, 20'000);
  builder.AddDecisions(7);
  builder.Write();
  ReadRequest request = ReadingOf(&builder);
  const std::vector<uint64_t> all = Indices(request);
  CHECK(all.size() == 20'003);
  CHECK(std::is_sorted(all.begin(), all.end()));
  uint64_t seen = 0;
  Status status = ReadEntries(
      request, [&](const RawEntry&, PolicyNamesCache*) -> Result<bool> { return ++seen < 5; });
  CHECK(status.ok());
  CHECK(seen == 5);
}

TEST_CASE("filters: time, effect, kind") {
  LogBuilder builder;
  BuildMonth(&builder, 50);
  ReadRequest request = ReadingOf(&builder);
  const uint64_t begin = MonthBegins("2026-10");
  request.from_ns = begin + 10 * builder.step_ns;
  request.to_ns = begin + 12 * builder.step_ns;
  CHECK(Indices(request) == std::vector<uint64_t>{10, 11});
  request = ReadingOf(&builder);
  request.effect = 1;
  const std::vector<uint64_t> rung = Indices(request);
  CHECK(rung.size() == 10);
  CHECK(rung[0] == 3);  // the first decision, whose number is 1
  request = ReadingOf(&builder);
  request.first_index = 51;
  CHECK(Indices(request) == std::vector<uint64_t>{51, 52});
  request.first_index = 1000;
  CHECK(Indices(request).empty());
  request = ReadingOf(&builder);
  request.kind = EntryKind::kBoot;
  CHECK(Indices(request) == std::vector<uint64_t>{1});
  CHECK(KindOf("keycommit") == EntryKind::kKeyCommit);
  CHECK(!KindOf("nonsense"));
  CHECK(!KindOf("unknown"));
}

TEST_CASE("months outside the time are not even opened") {
  LogBuilder builder;
  BuildMonth(&builder, 10);
  builder.EndMonth();
  builder.BeginMonth("2027-03");
  builder.AddPolicy();
  builder.AddDecisions(10);
  builder.EndMonth();
  builder.Write();
  builder.files.SetContents(builder.Path(kVerifierKeyName, 0), "nonsense");
  ReadRequest request = ReadingOf(&builder);
  request.from_ns = MonthBegins("2026-11");
  CHECK(Indices(request).size() == 13);
  request.from_ns = 0;
  request.month = "2027-03";
  CHECK(Indices(request).size() == 13);
  request.month = "2027-04";
  CHECK(Indices(request).empty());
  request.month.clear();
  CHECK(ReadEntries(request, [](const RawEntry&, PolicyNamesCache*) -> Result<bool> {
          return true;
        }).code() == StatusCode::kCorrupt);
  builder.Write();
  builder.files.SetContents(builder.Path(kVerifierKeyName, 1), "nonsense");
  request.to_ns = MonthBegins("2026-11");
  CHECK(Indices(request).size() == 14);
}

TEST_CASE("a damaged entry is an error where it would be shown") {
  LogBuilder builder;
  BuildMonth(&builder, 50);
  std::string entries = builder.files.Contents(builder.Path(EntriesName(0)));
  entries[20 * kEntryOnDiskBytes + 100] ^= 1;
  builder.files.SetContents(builder.Path(EntriesName(0)), entries);
  ReadRequest request = ReadingOf(&builder);
  const auto count = [](const RawEntry&, PolicyNamesCache*) -> Result<bool> { return true; };
  const Status status = ReadEntries(request, count);
  CHECK(status.code() == StatusCode::kCorrupt);
  CHECK(status.message().find("entry 20 of 2026-10") != std::string::npos);
  request.kind = EntryKind::kBoot;
  CHECK(ReadEntries(request, count).ok());
}

TEST_CASE("decisions in words") {
  LogBuilder builder;
  builder.BeginMonth("2026-10");
  builder.AddBoot(1);
  builder.AddPolicy();
  Entry entry = builder.Decision();
  entry.header.rule = 1;
  entry.header.effect = 1;
  entry.decision.outcome = 1;
  entry.decision.path = 2;
  entry.decision.basis = 1;
  entry.decision.revision = 12;
  builder.Add(entry);
  Entry strange = builder.Decision();
  strange.header.rule = 99;
  strange.header.effect = 200;
  strange.decision.outcome = 77;
  strange.decision.path = 9;
  strange.decision.basis = 3;
  builder.Add(strange);
  Entry lost = builder.Decision();
  lost.header.policy_ref = 1;
  builder.Add(lost);
  builder.Checkpoint();
  builder.Write();
  ReadRequest request = ReadingOf(&builder);
  request.kind = EntryKind::kDecision;
  const std::vector<LogEntry> told = Told(request);
  REQUIRE(told.size() == 3);
  CHECK(told[0].kind == "decision");
  CHECK(told[0].month == "2026-10");
  CHECK(told[0].index == 3);
  CHECK(told[0].rule == "strangers");
  CHECK(told[0].outcome == "rung");
  CHECK(told[0].path == "relay");
  CHECK(told[0].effect == Effect::kRing);
  CHECK(told[0].basis == Basis::kPartial);
  CHECK(told[0].revision == 12);
  CHECK(told[0].policy_digest.size() == 64);
  CHECK(told[0].request_id == ToHex(entry.decision.request_id));
  CHECK(told[0].leaf_hash == ToHex(TreeHasher().Leaf(builder.month().entries[3])));
  CHECK(!told[0].facts_opened);
  CHECK(told[1].rule == "#99");
  CHECK(told[1].outcome == "#77");
  CHECK(told[1].path == "#8");
  CHECK(told[1].effect == Effect::kRefuse);
  CHECK(told[1].basis == Basis::kOnUnavailable);
  CHECK(told[2].rule == "#1");
  CHECK(told[2].policy_digest.empty());
}

TEST_CASE("the other kinds by their fields") {
  LogBuilder builder;
  builder.BeginMonth("2026-10");
  builder.AddBoot(3, {.previous_boot = 2,
                      .rings = RingsState::kLost,
                      .recovered = 4,
                      .cut_bytes = 5,
                      .highest_seq = 6});
  builder.AddGap(2, 6, 9, 1);
  builder.AddClock(ClockEvent::kBehind);
  builder.Checkpoint();
  builder.Write();
  const std::vector<LogEntry> told = Told(ReadingOf(&builder));
  REQUIRE(told.size() == 4);
  const auto value = [](const LogEntry& entry, std::string_view name) {
    for (const LogField& field : entry.fields) {
      if (field.name == name) return field.value;
    }
    return std::string("(none)");
  };
  CHECK(value(told[0], "blob").size() == 64);
  CHECK(value(told[1], "previous_boot") == "2");
  CHECK(value(told[1], "rings") == "lost");
  CHECK(value(told[1], "closed_properly") == "false");
  CHECK(value(told[2], "count") == "2");
  CHECK(value(told[2], "cause") == "overload");
  CHECK(value(told[3], "event") == "behind the last entry");
}

// --- Facts and people

struct People {
  LogKeys keys = KnownLogKeys();
  Hash anna = Counting(1), bert = Counting(50);

  People() { keys.first_epoch = kEpoch; }
  EpochNames Names() const { return EpochNames(keys.first_key, kEpoch); }
  static PartySecret Known(const Hash& seed) { return {PartySecret::Kind::kKnown, seed, {}}; }
};

// A call from `caller` to `callee`, with facts sealed under the callee's key.
void AddCall(LogBuilder* builder, const People& people, const PartySecret& caller,
             const PartySecret& callee, const FactsRecord& facts) {
  const EpochNames names = people.Names();
  Entry entry = builder->Decision();
  entry.header.time_ns = builder->time_ns;
  entry.decision.caller = names.Caller(caller, DayOf(builder->time_ns));
  entry.decision.callee = names.Callee(callee);
  if (callee.kind == PartySecret::Kind::kUnknown) entry.header.flags |= entry_flags::kEpochKey;
  PackFacts(facts, &entry.decision.sealed_facts, &entry.decision.sealed_states);
  CtrCipher cipher;
  ApplySeal(&cipher, names.FactsKey(callee), 0, &entry.decision);
  builder->Add(entry);
}

FactsRecord SomeFacts(const Layout& layout) {
  FactsRecord facts;
  const FactId follows = layout.catalog.Find("callee.follows(caller)").value();
  facts.states.Set(Group::kPair, GroupState::kRead);
  facts.words[layout.places[follows].word] |= uint32_t{1} << layout.places[follows].shift;
  facts.states.Set(Group::kAttempts, GroupState::kUnavailable);
  return facts;
}

void BuildCalls(LogBuilder* builder, const People& people) {
  const Layout layout(Catalog::Standard());
  const PartySecret stranger{PartySecret::Kind::kUnknown, {}, "sip:carl@example.com"};
  builder->BeginMonth("2026-10");
  builder->AddBoot(1);
  builder->AddPolicy();
  AddCall(builder, people, People::Known(people.anna), People::Known(people.bert),
          SomeFacts(layout));
  AddCall(builder, people, People::Known(people.bert), People::Known(people.anna),
          SomeFacts(layout));
  AddCall(builder, people, stranger, People::Known(people.bert), SomeFacts(layout));
  AddCall(builder, people, People::Known(people.anna), stranger, SomeFacts(layout));
  builder->Checkpoint();
  builder->Write();
}

TEST_CASE("facts are opened by the callee's key, and by no other") {
  LogBuilder builder;
  const People people;
  BuildCalls(&builder, people);
  ReadRequest request = ReadingOf(&builder);
  request.kind = EntryKind::kDecision;
  FactsKeyFile file;
  file.keys.push_back({kEpoch, Pseudonym{}, people.Names().FactsKey({})});
  file.keys.push_back({kEpoch, people.Names().Callee(People::Known(people.bert)),
                       people.Names().FactsKey(People::Known(people.bert))});
  ExportedKeyRing keys(file);
  const std::vector<LogEntry> told = Told(request, &keys);
  REQUIRE(told.size() == 4);
  CHECK(told[0].facts_opened);
  CHECK(!told[1].facts_opened);
  CHECK(told[2].facts_opened);
  CHECK(told[3].facts_opened);  // nobody knew the callee: the epoch's own key
  const std::vector<std::string>& facts = told[0].facts;
  const auto has = [&](std::string_view text) {
    return std::find(facts.begin(), facts.end(), text) != facts.end();
  };
  CHECK(has("callee.follows(caller)=true"));
  CHECK(has("callee.blocks(caller)=false"));
  CHECK(std::count_if(facts.begin(), facts.end(),
                      [](const std::string& fact) { return fact.ends_with("=unavailable"); }) > 0);
  CHECK(std::none_of(facts.begin(), facts.end(),
                     [](const std::string& fact) { return fact.starts_with("call."); }));
  file.keys[1].key[0] ^= 1;
  ExportedKeyRing others(file);
  CHECK(!Told(request, &others)[0].facts_opened);
}

TEST_CASE("DETAIL entries say what groups cannot") {
  const Layout layout(Catalog::Standard());
  const FactId follows = layout.catalog.Find("callee.follows(caller)").value();
  const FactId blocks = layout.catalog.Find("callee.blocks(caller)").value();
  const FactId media = layout.catalog.Find("call.media").value();
  const auto mask_of = [&](FactId id) {
    FactWords mask{};
    mask[layout.places[id].word] = uint32_t{1} << layout.places[id].shift;
    return mask;
  };
  const Hash key = Counting(9);
  CtrCipher cipher;
  Entry decision;
  decision.header.kind = EntryKind::kDecision;
  const FactsRecord record = SomeFacts(layout);
  PackFacts(record, &decision.decision.sealed_facts, &decision.decision.sealed_states);
  std::vector<Entry> details;
  for (const auto& [kind, id] :
       {std::pair(DetailKind::kUnavailable, blocks), std::pair(DetailKind::kCollected, media),
        std::pair(DetailKind::kHost, follows)}) {
    Entry detail;
    detail.header.kind = EntryKind::kDetail;
    detail.header.effect = static_cast<uint8_t>(kind);
    PackMask(mask_of(id), &detail.decision.sealed_facts);
    details.push_back(detail);
    ApplySeal(&cipher, key, static_cast<uint8_t>(details.size()), &details.back().decision);
  }
  ApplySeal(&cipher, key, 0, &decision.decision);
  const std::optional<OpenedFacts> facts = OpenFacts(&cipher, key, decision, details);
  REQUIRE(facts);
  CHECK(facts->StateOf(layout, blocks) == OpenedFacts::State::kUnavailable);
  CHECK(facts->StateOf(layout, media) == OpenedFacts::State::kValue);
  CHECK(facts->StateOf(layout, follows) == OpenedFacts::State::kValue);
  CHECK(facts->Value(layout, follows) == 1);
  CHECK(facts->FromHost(layout, follows));
  CHECK(!facts->FromHost(layout, blocks));
  std::swap(details[0], details[1]);  // each has a key stream of its own
  CHECK(!OpenFacts(&cipher, key, decision, details));
}

TEST_CASE("decisions of one person") {
  LogBuilder builder;
  const People people;
  BuildCalls(&builder, people);
  const auto matched = [&](std::vector<PartySecret> callers, std::vector<PartySecret> callees,
                           uint32_t last_epoch) {
    PartyMatcher matcher(people.keys, last_epoch, std::move(callers), std::move(callees));
    std::vector<uint64_t> indices;
    ReadRequest request = ReadingOf(&builder);
    request.kind = EntryKind::kDecision;
    Status status =
        ReadEntries(request, [&](const RawEntry& raw, PolicyNamesCache*) -> Result<bool> {
          if (matcher.Matches(raw.entry)) indices.push_back(raw.index);
          return true;
        });
    REQUIRE(status.ok());
    return indices;
  };
  using List = std::vector<uint64_t>;
  const PartySecret anna = People::Known(people.anna), bert = People::Known(people.bert);
  const PartySecret carl{PartySecret::Kind::kUnknown, {}, "sip:carl@example.com"};
  CHECK(matched({anna}, {}, kEpoch) == List{3, 6});
  CHECK(matched({}, {bert}, kEpoch) == List{3, 5});
  CHECK(matched({anna}, {bert}, kEpoch) == List{3});
  CHECK(matched({carl}, {}, kEpoch) == List{5});
  CHECK(matched({}, {anna, carl}, kEpoch) == List{4, 6});
  CHECK(matched({anna}, {}, kEpoch - 1).empty());
}

TEST_CASE("facts keys by seeds") {
  LogBuilder builder;
  const People people;
  BuildCalls(&builder, people);
  ReadRequest request = ReadingOf(&builder);
  request.kind = EntryKind::kDecision;
  SeedKeyRing seeds(people.keys, kEpoch, {people.anna}, 1);
  std::vector<bool> opened;
  for (const LogEntry& entry : Told(request, &seeds)) opened.push_back(entry.facts_opened);
  CHECK(opened == std::vector<bool>{false, true, false, true});
}

TEST_CASE("exported keys: those of callees that occur, committed to") {
  LogBuilder builder;
  const People people;
  BuildCalls(&builder, people);
  Result<KeyExport> exporting =
      KeyExport::Begin(&builder.files, builder.log, people.keys, kEpoch, kEpoch, {});
  REQUIRE_MESSAGE(exporting.ok(), exporting.status().message());
  exporting->AddSeed(people.anna);
  exporting->AddSeed(people.bert);
  exporting->AddSeed(Counting(99));  // nobody rang her
  const std::array<uint8_t, 16> case_id = {1, 2, 3};
  const KeyExport::Done done = exporting->Finish(case_id);
  CHECK(done.exported.keys == 3);
  CHECK(done.exported.first_epoch == kEpoch);
  CHECK(done.exported.last_epoch == kEpoch);
  CHECK(done.exported.case_id == ToHex(case_id));
  const Result<FactsKeyFile> file = ParseFactsKeys(done.exported.contents);
  REQUIRE_MESSAGE(file.ok(), file.status().message());
  CHECK(file->identity == builder.description.identity);
  ReadRequest request = ReadingOf(&builder);
  request.kind = EntryKind::kDecision;
  ExportedKeyRing keys(*file);
  for (const LogEntry& entry : Told(request, &keys)) CHECK(entry.facts_opened);
  REQUIRE(done.entries.size() == 2);
  KeyCommitPayload commit;
  Get(done.entries[0], &commit);
  CHECK(commit.epoch == kEpoch);
  CHECK(commit.keys == 3);
  TreeHasher hasher;
  CHECK(commit.root == FactsKeysRoot(&hasher, file->keys));
  AccessPayload access;
  Get(done.entries[1], &access);
  CHECK(access.keys == 3);
  CHECK(access.case_id == case_id);
}

TEST_CASE("nothing to export") {
  LogBuilder builder;
  People people;
  BuildCalls(&builder, people);
  CHECK(KeyExport::Begin(&builder.files, builder.log, people.keys, 1, 2, {}).status().code() ==
        StatusCode::kNotFound);
  people.keys.first_epoch = kEpoch + 1;
  const Result<KeyExport> destroyed =
      KeyExport::Begin(&builder.files, builder.log, people.keys, kEpoch, kEpoch, {});
  CHECK(destroyed.status().message().find("destroyed") != std::string::npos);
}

TEST_CASE("pruning: whole months that ended long ago, and keys of epochs; never the newest") {
  LogBuilder builder;
  builder.description.retention_days = 90;
  builder.files.SetContents("log/log.json", FormatDescription(builder.description));
  BuildMonth(&builder, 5);
  builder.EndMonth();
  for (const char* month : {"2026-11", "2026-12"}) {
    builder.BeginMonth(month);
    builder.AddPolicy();
    builder.AddDecisions(5);
    builder.EndMonth();
  }
  builder.Write();
  TemporaryFolder folder;
  const std::string keys = folder.file("keys");
  LogKeys log_keys = KnownLogKeys();
  log_keys.first_epoch = kEpoch;
  REQUIRE(CreateLogKeys(keys, log_keys).ok());
  const auto prune = [&](uint64_t now_ns) {
    const Result<std::vector<std::string>> deleted =
        PruneMonths(&builder.files, builder.log, keys, now_ns);
    REQUIRE_MESSAGE(deleted.ok(), deleted.status().message());
    return *deleted;
  };
  using List = std::vector<std::string>;
  const uint64_t ends = MonthEnds("2026-10");
  CHECK(prune(ends + 90 * kNsPerDay - 1).empty());
  CHECK(prune(ends + 90 * kNsPerDay) == List{"2026-10"});
  CHECK(Verified(&builder).findings.empty());
  const Result<LogKeys> left = ReadLogKeys(keys);
  REQUIRE(left.ok());
  CHECK(left->first_epoch == DayOf(ends) / kDaysPerEpoch);
  CHECK(left->first_key == log_keys.EpochKey(left->first_epoch).value());
  CHECK(prune(ends + 3650 * kNsPerDay) == List{"2026-11"});
  CHECK(prune(ends + 3650 * kNsPerDay).empty());
  log_keys.identity[0] ^= 1;
  const std::string others = folder.file("others");
  REQUIRE(CreateLogKeys(others, log_keys).ok());
  CHECK(PruneMonths(&builder.files, builder.log, others, ends).status().code() ==
        StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace ringfence
