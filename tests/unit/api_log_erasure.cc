// A person is erased from the log: nothing that is kept names them or opens their facts any more,
// and not one byte of the tree or of an older proof changes.
#include <ringfence/log.h>

#include <algorithm>
#include <set>

#include "log/note.h"
#include "log/tree.h"
#include "unit/api_log_world.h"

namespace ringfence {
namespace {

/// What a thief of everything that is kept can try: every seed of the database, every epoch of the
/// key file.
class Thief {
 public:
  explicit Thief(const LogWorld& world) {
    const Result<LogKeys> keys = ReadLogKeys(world.keys_path());
    REQUIRE(keys.ok());
    keys_ = *keys;
    Status read = world.store.impl()->backend->EachLogSeed([&](const LogSeedRow& row) {
      PartySecret secret;
      secret.kind = PartySecret::Kind::kKnown;
      secret.seed = row.seed;
      seeds_.push_back(secret);
      return true;
    });
    REQUIRE(read.ok());
  }

  bool Names(const Entry& entry, bool callee) const {
    const uint64_t time_ns = entry.header.time_ns;
    const EpochNames names(*keys_.EpochKey(EpochOf(time_ns)), EpochOf(time_ns));
    return std::any_of(seeds_.begin(), seeds_.end(), [&](const PartySecret& seed) {
      return callee ? names.Callee(seed) == entry.decision.callee
                    : names.Caller(seed, DayOf(time_ns)) == entry.decision.caller;
    });
  }

  bool Opens(const Entry& entry) const {
    const uint32_t epoch = EpochOf(entry.header.time_ns);
    const EpochNames names(*keys_.EpochKey(epoch), epoch);
    std::vector<Hash> candidates;
    for (const PartySecret& seed : seeds_) candidates.push_back(names.FactsKey(seed));
    PartySecret nobody;
    nobody.kind = PartySecret::Kind::kUnknown;
    candidates.push_back(names.FactsKey(nobody));
    CtrCipher cipher;
    return std::any_of(candidates.begin(), candidates.end(), [&](const Hash& key) {
      DecisionFields fields = entry.decision;
      ApplySeal(&cipher, key, 0, &fields);
      FactsRecord facts;
      return UnpackFacts(fields.sealed_facts, fields.sealed_states, &facts);
    });
  }

 private:
  LogKeys keys_;
  std::vector<PartySecret> seeds_;
};

std::vector<std::string> Proofs(const LogWorld& world, size_t entries) {
  const Result<LogReader> reader = LogReader::Open(world.log_path());
  REQUIRE(reader.ok());
  std::vector<std::string> proofs;
  for (size_t i = 0; i < entries; ++i) {
    const Result<std::string> proof = reader->Prove("", i);
    REQUIRE_MESSAGE(proof.ok(), proof.status().message());
    proofs.push_back(*proof);
  }
  return proofs;
}

/// Every proof that was given away still holds.
void CheckProofs(const LogWorld& world, const std::vector<std::string>& proofs) {
  const Result<LogReader> audit = LogReader::Open(world.log_path());
  REQUIRE(audit.ok());
  TreeHasher hasher;
  for (size_t i = 0; i < proofs.size(); ++i) {
    const Result<TlogProof> proof = ParseTlogProof(proofs[i]);
    REQUIRE(proof.ok());
    const Result<VerifierKey> key = ParseVerifierKey(audit->ListMonths()->back().vkey);
    REQUIRE(key.ok());
    const Result<OpenedCheckpoint> opened = OpenCheckpoint(proof->checkpoint, *key);
    REQUIRE(opened.ok());
    const Result<std::string> bytes = audit->EntryBytes("", i);
    REQUIRE(bytes.ok());
    CHECK(VerifyInclusion(&hasher, hasher.Leaf(AsBytes(*bytes)), i, opened->checkpoint.size,
                          proof->hashes, opened->checkpoint.root));
  }
}

/// Nothing is wrong with the log, and it continues what an older proof was about.
LogVerification Verified(const LogWorld& world, const std::string& proof) {
  const Result<LogReader> audit = LogReader::Open(world.log_path());
  REQUIRE(audit.ok());
  LogVerifyOptions verify;
  verify.store = world.store;
  verify.trusted = {ParseTlogProof(proof)->checkpoint};
  const Result<LogVerification> verified = audit->Verify(verify);
  REQUIRE(verified.ok());
  for (const LogFinding& finding : verified->findings) FAIL_CHECK(finding.check, finding.detail);
  return *verified;
}

TEST_CASE("forgetting a user destroys facts and links, and leaves the tree alone") {
  const LogWorld world;
  Store store = world.store;
  DecisionLog log = world.Open(world.Options());
  Engine engine = world.EngineWith(log);
  Reader reader = OpenReader(engine);
  for (int i = 0; i < 10; ++i) {
    Ask(reader, Between("alice", "bob"));
    Ask(reader, Between("bob", "alice"));
    Ask(reader, Between("mallory", "alice"));
  }
  REQUIRE(log.Flush().ok());
  const std::vector<Entry> before = world.Entries();
  const std::vector<std::string> proofs = Proofs(world, before.size());
  {
    const Thief thief(world);
    for (const Entry& entry : world.Decisions()) {
      CHECK(thief.Names(entry, true));
      CHECK(thief.Names(entry, false));
      CHECK(thief.Opens(entry));
    }
  }
  const EpochNames names = world.NamesAt(world.Decisions()[0].header.time_ns);
  const Pseudonym bob = names.Callee(world.SecretOf("bob"));

  REQUIRE(store.Forget("bob").ok());
  REQUIRE(log.Flush().ok());
  REQUIRE(log.Close().ok());

  const std::vector<Entry> after = world.Entries();
  REQUIRE(after.size() > before.size());
  const Thief thief(world);
  size_t erased = 0;
  for (size_t i = 0; i < before.size(); ++i) {
    EntryBytes old_bytes, new_bytes;
    EncodeEntry(before[i], &old_bytes);
    EncodeEntry(after[i], &new_bytes);
    CHECK(old_bytes == new_bytes);
    if (after[i].header.kind != EntryKind::kDecision) continue;
    const bool bobs = after[i].decision.callee == bob;
    erased += bobs;
    CHECK(thief.Opens(after[i]) == !bobs);
    CHECK(thief.Names(after[i], true) == !bobs);
  }
  CHECK(erased == 10);
  // He was the caller of as many.
  const auto unnamed = std::count_if(after.begin(), after.end(), [&](const Entry& entry) {
    return entry.header.kind == EntryKind::kDecision && !thief.Names(entry, false);
  });
  CHECK(unnamed == 10);
  CHECK(std::count_if(after.begin(), after.end(), [](const Entry& entry) {
          return entry.header.kind == EntryKind::kErasure;
        }) == 1);

  CheckProofs(world, proofs);
  const LogVerification verified = Verified(world, proofs[0]);
  CHECK(verified.erasures == 1);
}

TEST_CASE("an erasure while nobody has the log open is logged by who opens it next") {
  const LogWorld world;
  Store store = world.store;
  REQUIRE(world.Open(world.Options()).Close().ok());
  const Result<ForgetReport> report = store.Forget("bob");
  REQUIRE(report.ok());
  DecisionLog log = world.Open(world.Options());
  REQUIRE(log.Close().ok());
  size_t erasures = 0;
  for (const Entry& entry : world.Entries()) {
    if (entry.header.kind != EntryKind::kErasure) continue;
    ErasurePayload erasure;
    Get(entry, &erasure);
    CHECK(ToHex(erasure.case_id) == report->case_id);
    ++erasures;
  }
  CHECK(erasures == 1);
  CHECK(store.impl()->backend->LogOutbox()->empty());
}

TEST_CASE("neither ids nor keys are in any file of the log") {
  const LogWorld world;
  DecisionLog log = world.Open(world.Options());
  Engine engine = world.EngineWith(log);
  Reader reader = OpenReader(engine);
  Ask(reader, Between("alice", "bob"));
  Ask(reader, Between("+14155550123", "canary@example.org"));
  REQUIRE(log.Flush().ok());
  REQUIRE(log.Close().ok());
  const EpochNames names = world.NamesAt(world.Decisions()[0].header.time_ns);
  const Hash key = names.FactsKey(world.SecretOf("bob"));
  const Hash seed = world.SecretOf("bob").seed;
  std::vector<std::string> secrets = {"alice", "+14155550123", "canary@example"};
  for (const Hash& hash : {key, seed, ReadLogKeys(world.keys_path())->signing_seed}) {
    secrets.emplace_back(hash.begin(), hash.end());
  }
  size_t files = 0;
  for (const auto& file : std::filesystem::recursive_directory_iterator(world.log_path())) {
    if (!file.is_regular_file()) continue;
    const Result<std::string> text = SystemFiles().ReadWhole(file.path().string(), 100000000);
    REQUIRE(text.ok());
    ++files;
    for (const std::string& secret : secrets) CHECK(text->find(secret) == std::string::npos);
  }
  CHECK(files > 5);
}

}  // namespace
}  // namespace ringfence
