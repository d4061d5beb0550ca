// The log's writer as a host uses it: what was recorded is there, in order, sealed and signed.
#include <set>

#include "base/sha256.h"
#include "unit/log_writer_support.h"
#include "unit/seed.h"

namespace ringfence {
namespace {

constexpr std::string_view kBlob = R"({"policy":"{}","digest":"","rules":["a","b"],"outcomes":[]})";

uint32_t SomePolicy(LogWriter* writer) {
  Result<uint32_t> number = writer->PolicyNumber(Hash{1}, 7, kBlob);
  REQUIRE_MESSAGE(number.ok(), number.status().message());
  return *number;
}

/// Every entry under the newest checkpoint of the newest month.
std::vector<Entry> Signed(const TestLog& log) {
  LogFiles& files = SystemFiles();
  const Result<std::vector<std::string>> months = Months(&files, log.path());
  REQUIRE(months.ok());
  std::vector<Entry> entries;
  for (const std::string& month : *months) {
    MonthReader reader(&files, log.path() + "/" + month);
    const Result<VerifierKey> key = reader.Key();
    REQUIRE(key.ok());
    const Result<std::string> note = reader.CheckpointNote();
    REQUIRE_MESSAGE(note.ok(), note.status().message());
    const Result<OpenedCheckpoint> opened = OpenCheckpoint(*note, *key);
    REQUIRE_MESSAGE(opened.ok(), opened.status().message());
    TreeHasher hasher;
    const uint64_t size = opened->checkpoint.size;
    TreeEdge edge;
    for (uint64_t i = 0; i < size; ++i) {
      std::array<uint8_t, kEntryOnDiskBytes> bytes;
      REQUIRE(reader.ReadEntries(i, 1, bytes).ok());
      edge.Add(&hasher, hasher.Leaf(std::span(bytes).subspan(2)), [](int, const Hash&) {});
      const Result<Entry> entry = reader.ReadEntry(i);
      REQUIRE_MESSAGE(entry.ok(), entry.status().message());
      entries.push_back(*entry);
    }
    CHECK(edge.Root(&hasher) == opened->checkpoint.root);
    const Result<Hash> tiles = RootFromTiles(&hasher, size, reader.HashSource());
    REQUIRE(tiles.ok());
    CHECK(*tiles == opened->checkpoint.root);
  }
  return entries;
}

std::vector<EntryKind> Kinds(const std::vector<Entry>& entries) {
  std::vector<EntryKind> kinds;
  for (const Entry& entry : entries) kinds.push_back(entry.header.kind);
  return kinds;
}

TEST_CASE("a log that was opened and closed says so, under a checkpoint") {
  const TestLog log;
  log.Open(log.Setup())->Close().ok();
  CHECK(Kinds(Signed(log)) == std::vector{EntryKind::kGenesis, EntryKind::kBoot});
  log.Open(log.Setup())->Close().ok();
  const std::vector<Entry> entries = Signed(log);
  REQUIRE(Kinds(entries) == std::vector{EntryKind::kGenesis, EntryKind::kBoot, EntryKind::kBoot});
  BootPayload boot;
  Get(entries[2], &boot);
  CHECK(boot.clean);
  CHECK(boot.previous_boot == 1);
  CHECK(boot.rings == RingsState::kNoneNeeded);
}

TEST_CASE("what was recorded is there, in order, and opens with the key it was given") {
  std::mt19937_64 random(Seed());
  for (const auto sealing : {LogOptions::Sealing::kSealer, LogOptions::Sealing::kDecider}) {
    const TestLog log;
    LogWriter::Setup setup = log.Setup();
    setup.options.sealing = sealing;
    const std::shared_ptr<LogWriter> writer = log.Open(setup);
    const uint32_t policy = SomePolicy(writer.get());
    std::vector<DecisionRecord> records;
    std::vector<RequestId> receipts;
    {
      const std::unique_ptr<Recorder> recorder = std::move(writer->NewRecorder()).value();
      for (int i = 0; i < 1000; ++i) {
        records.push_back(RandomRecord(policy, &random));
        if (i % 7 == 0) {
          records.back().detail_count = 2;
          records.back().detail_kinds = {DetailKind::kUnavailable, DetailKind::kHost};
          records.back().details[0][3] = 5;
          records.back().details[1][17] = 1;
        }
        RequestId receipt;
        while (recorder->Record(records.back(), recorder->Now(), &receipt) != Recorded::kYes) {
          FAIL("the ring was full, with nothing to wait for");
        }
        receipts.push_back(receipt);
        if (i % 20 == 19) REQUIRE(writer->Flush().ok());
      }
    }
    REQUIRE(writer->Close().ok());
    CtrCipher cipher;
    size_t at = 0;
    uint8_t details = 0;
    for (const Entry& entry : Signed(log)) {
      if (!HasDecisionFields(entry.header.kind)) continue;
      REQUIRE(at < records.size());
      const DecisionRecord& record = records[at];
      CHECK(entry.header.seq == at + 1);
      CHECK(entry.decision.request_id == receipts[at]);
      CHECK(entry.decision.callee == record.callee);
      CHECK(entry.header.policy_ref == 2);
      DecisionFields fields = entry.decision;
      if (entry.header.kind == EntryKind::kDetail) {
        ApplySeal(&cipher, record.facts_key, ++details, &fields);
        FactWords mask;
        REQUIRE(UnpackMask(fields.sealed_facts, &mask));
        CHECK(mask == record.details[details - 1]);
        continue;
      }
      CHECK(details == record.detail_count);
      CHECK((entry.header.flags >> entry_flags::kDetailShift & 3) == details);
      details = 0;
      ApplySeal(&cipher, record.facts_key, 0, &fields);
      FactsRecord facts;
      REQUIRE(UnpackFacts(fields.sealed_facts, fields.sealed_states, &facts));
      CHECK(facts.words == record.facts.words);
      CHECK(entry.header.effect == record.effect);
      CHECK(fields.revision == record.revision);
      ++at;
    }
    CHECK(at == records.size());
  }
}

TEST_CASE("a shadow evaluation opens with the same key, under numbers of its own") {
  std::mt19937_64 random(Seed());
  for (const auto sealing : {LogOptions::Sealing::kSealer, LogOptions::Sealing::kDecider}) {
    const TestLog log;
    LogWriter::Setup setup = log.Setup();
    setup.options.sealing = sealing;
    const std::shared_ptr<LogWriter> writer = log.Open(setup);
    const uint32_t policy = SomePolicy(writer.get());
    const uint32_t other = *writer->PolicyNumber(Hash{2}, 0, kBlob);
    const DecisionRecord record = RandomRecord(policy, &random);
    DecisionRecord shadow = ShadowOf(record, other, &random);
    shadow.facts.words = record.facts.words;
    std::unique_ptr<Recorder> recorder = std::move(writer->NewRecorder()).value();
    RequestId receipt{};
    REQUIRE(recorder->Record(record, recorder->Now(), &receipt, &shadow) == Recorded::kYes);
    recorder.reset();
    REQUIRE(writer->Close().ok());
    const std::vector<Entry> entries = Signed(log);
    REQUIRE(Kinds(entries) == std::vector{EntryKind::kGenesis, EntryKind::kBoot, EntryKind::kPolicy,
                                          EntryKind::kPolicy, EntryKind::kDecision,
                                          EntryKind::kDecision});
    const Entry &first = entries[4], &second = entries[5];
    CHECK(first.header.policy_ref == 2);
    CHECK(second.header.policy_ref == 3);
    CHECK(first.header.flags == 0);
    CHECK(second.header.flags == entry_flags::kShadow);
    CHECK(first.decision.request_id == receipt);
    CHECK(second.decision.request_id != receipt);
    CHECK(first.decision.sealed_facts != second.decision.sealed_facts);
    CHECK(second.header.effect == shadow.effect);
    CHECK(second.header.rule == shadow.rule);
    CtrCipher cipher;
    for (const Entry* entry : {&first, &second}) {
      DecisionFields fields = entry->decision;
      ApplySeal(&cipher, record.facts_key, 0, &fields);
      FactsRecord facts;
      REQUIRE(UnpackFacts(fields.sealed_facts, fields.sealed_states, &facts));
      CHECK(facts.words == record.facts.words);
    }
  }
}

TEST_CASE("a second writer is refused, in this process too") {
  const TestLog log;
  const std::shared_ptr<LogWriter> writer = log.Open(log.Setup());
  Result<std::shared_ptr<LogWriter>> second = LogWriter::Open(log.Setup());
  REQUIRE(!second.ok());
  CHECK(second.status().code() == StatusCode::kBusy);
}

TEST_CASE("a full ring: the number that was not recorded is exact") {
  std::mt19937_64 random(Seed());
  const TestLog log;
  LogWriter::Setup setup = log.Setup();
  setup.threads = false;
  const std::shared_ptr<LogWriter> writer = log.Open(setup);
  const uint32_t policy = SomePolicy(writer.get());
  std::unique_ptr<Recorder> recorder = std::move(writer->NewRecorder()).value();
  RequestId receipt;
  int recorded = 0;
  for (int i = 0; i < 100; ++i) {
    if (recorder->Record(RandomRecord(policy, &random), recorder->Now(), &receipt) ==
        Recorded::kYes) {
      ++recorded;
    }
  }
  CHECK(recorded == 64);
  recorder.reset();
  REQUIRE(writer->Close().ok());
  const std::vector<Entry> entries = Signed(log);
  GapPayload gap;
  for (const Entry& entry : entries) {
    if (entry.header.kind == EntryKind::kGap) Get(entry, &gap);
  }
  CHECK(gap.count == 36);
  CHECK(gap.first_seq == 65);
  CHECK(gap.last_seq == 100);
  CHECK(gap.cause == GapCause::kOverload);
}

TEST_CASE("months change with the time, and the chain of checkpoints goes on") {
  std::mt19937_64 random(Seed());
  TestClock clock;
  const TestLog log;
  LogWriter::Setup setup = log.Setup();
  setup.threads = false;
  setup.clock = &clock;
  const std::shared_ptr<LogWriter> writer = log.Open(setup);
  const uint32_t policy = SomePolicy(writer.get());
  std::unique_ptr<Recorder> recorder = std::move(writer->NewRecorder()).value();
  RequestId receipt;
  for (int i = 0; i < 10; ++i) {
    REQUIRE(recorder->Record(RandomRecord(policy, &random), recorder->Now(), &receipt) ==
            Recorded::kYes);
    clock.Advance(10 * kNsPerDay);
    if (i % 3 == 0) REQUIRE(writer->Flush().ok());
  }
  recorder.reset();
  REQUIRE(writer->Close().ok());
  const Result<std::vector<std::string>> months = Months(&SystemFiles(), log.path());
  REQUIRE(months.ok());
  // The last is a heartbeat's.
  CHECK(*months == std::vector<std::string>{"2026-10", "2026-11", "2026-12", "2027-01", "2027-02"});
  size_t decisions = 0, seals = 0, genesis = 0;
  for (const Entry& entry : Signed(log)) {
    decisions += entry.header.kind == EntryKind::kDecision;
    seals += entry.header.kind == EntryKind::kSeal;
    genesis += entry.header.kind == EntryKind::kGenesis;
  }
  CHECK(decisions == 10);
  CHECK(seals == 4);
  CHECK(genesis == 5);
}

TEST_CASE("durable: when Record returns, the entry is on the disk") {
  std::mt19937_64 random(Seed());
  const TestLog log;
  LogWriter::Setup setup = log.Setup();
  setup.options.ack = LogOptions::Ack::kDurable;
  const std::shared_ptr<LogWriter> writer = log.Open(setup);
  const uint32_t policy = SomePolicy(writer.get());
  const std::unique_ptr<Recorder> recorder = std::move(writer->NewRecorder()).value();
  RequestId receipt;
  for (uint64_t i = 0; i < 20; ++i) {
    REQUIRE(recorder->Record(RandomRecord(policy, &random), recorder->Now(), &receipt) ==
            Recorded::kYes);
    MonthReader reader(&SystemFiles(), writer->MonthFolder());
    const Result<uint64_t> size = reader.EntriesOnDisk();
    REQUIRE(size.ok());
    CHECK(*size >= 3 + i + 1);
  }
}

}  // namespace
}  // namespace ringfence
