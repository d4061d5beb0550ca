// What an auditor does with a log that Readers have written, through the public headers: verify,
// read, prove, export keys, forget, prune.
#include <ringfence/log.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "base/sha256.h"
#include "log/folder.h"
#include "log/keys.h"
#include "log/note.h"
#include "unit/api_log_world.h"

namespace ringfence {
namespace {

/// A store with a few people, and a log of what they were told.
class Audited : public LogFolder {
 public:
  Audited() : store_(OpenStore(folder.file("calls.db"))) {
    REQUIRE(DecisionLog::Init({log_path(), keys_path(), "example.com/ring/test"}).ok());
    REQUIRE(store_.Relate("bob", "follows", "alice").ok());
    REQUIRE(store_.Block("bob", "mallory").ok());
  }
  Store& store() { return store_; }

  /// Opens the log, asks, closes it.
  void Decide(const std::vector<std::pair<const char*, const char*>>& calls) {
    Result<DecisionLog> log = DecisionLog::Open(Options(), store_);
    REQUIRE_MESSAGE(log.ok(), log.status().message());
    {
      EngineOptions engine_options;
      engine_options.store = store_;
      engine_options.log = *log;
      Engine engine = OpenEngine(std::move(engine_options));
      Reader reader = OpenReader(engine);
      for (const auto& [caller, callee] : calls) Ask(reader, Between(caller, callee));
    }
    REQUIRE(log->Close().ok());
  }

  LogReader Open() const {
    Result<LogReader> reader = LogReader::Open(log_path());
    REQUIRE_MESSAGE(reader.ok(), reader.status().message());
    return *reader;
  }
  LogVerification Verify() {
    LogVerifyOptions options;
    options.store = store_;
    const Result<LogVerification> verified = Open().Verify(options);
    REQUIRE_MESSAGE(verified.ok(), verified.status().message());
    for (const LogFinding& finding : verified->findings) {
      MESSAGE(finding.month << " " << finding.check << ": " << finding.detail);
    }
    return *verified;
  }
  std::vector<LogEntry> Read(const LogFilter& filter, const LogSecrets& secrets = {}) const {
    std::vector<LogEntry> entries;
    Status status = Open().Each(filter, secrets, [&](const LogEntry& entry) {
      entries.push_back(entry);
      return true;
    });
    REQUIRE_MESSAGE(status.ok(), status.message());
    return entries;
  }
  LogSecrets Secrets() const {
    LogSecrets secrets;
    secrets.store = store_;
    secrets.keys = keys_path();
    return secrets;
  }

 private:
  Store store_;
};

LogFilter Decisions() {
  LogFilter filter;
  filter.kind = "decision";
  return filter;
}

TEST_CASE("what Readers wrote verifies, over several openings, beside its database") {
  Audited world;
  world.Decide({{"alice", "bob"}, {"mallory", "bob"}});
  world.Decide({{"bob", "alice"}, {"stranger", "bob"}, {"alice", "nobody"}});
  const LogVerification verified = world.Verify();
  CHECK(verified.findings.empty());
  CHECK(verified.notes.empty());
  CHECK(verified.name == "example.com/ring/test");
  CHECK(verified.decisions == 5);
  CHECK(verified.boots == 2);
  CHECK(verified.unclean_boots == 0);
  CHECK(verified.beyond == 0);
  CHECK(verified.checkpoints >= 2);
}

TEST_CASE("an older copy of the folder is refused by the database beside it") {
  Audited world;
  world.Decide({{"alice", "bob"}});
  std::filesystem::copy(world.log_path(), world.folder.file("older"),
                        std::filesystem::copy_options::recursive);
  world.Decide({{"mallory", "bob"}});
  const Result<LogReader> older = LogReader::Open(world.folder.file("older"));
  REQUIRE(older.ok());
  CHECK(older->Verify({})->findings.empty());
  LogVerifyOptions options;
  options.store = world.store();
  const Result<LogVerification> verified = older->Verify(options);
  REQUIRE(verified.ok());
  REQUIRE(verified->findings.size() == 1);
  CHECK(verified->findings[0].check == "rollback");
}

TEST_CASE("no log; keys nobody can read") {
  Audited world;
  CHECK(LogReader::Open(world.folder.path()).status().code() == StatusCode::kSchema);
  LogVerifyOptions options;
  options.keys = {"nonsense"};
  CHECK(world.Open().Verify(options).status().code() == StatusCode::kParse);
  options.keys.clear();
  options.witnesses = {"nonsense"};
  CHECK(world.Open().Verify(options).status().code() == StatusCode::kParse);
}

TEST_CASE("entries in words; facts with the keys; people by name") {
  Audited world;
  world.Decide({{"alice", "bob"}, {"mallory", "bob"}, {"bob", "alice"}, {"alice", "nobody"}});
  const std::vector<LogEntry> sealed = world.Read(Decisions());
  REQUIRE(sealed.size() == 4);
  CHECK(sealed[0].effect == Effect::kRing);
  CHECK(sealed[1].rule == "blocked");
  CHECK(sealed[0].policy_digest.size() == 64);
  CHECK(!sealed[0].outcome.starts_with("#"));
  CHECK(!sealed[0].facts_opened);
  CHECK(sealed[0].facts.empty());
  const std::vector<LogEntry> opened = world.Read(Decisions(), world.Secrets());
  for (const LogEntry& entry : opened) CHECK(entry.facts_opened);
  const std::vector<std::string>& facts = opened[0].facts;
  CHECK(std::find(facts.begin(), facts.end(), "callee.follows(caller)=true") != facts.end());
  CHECK(std::find(facts.begin(), facts.end(), "callee.blocks(caller)=false") != facts.end());

  LogFilter filter = Decisions();
  filter.callee = "bob";
  const std::vector<LogEntry> to_bob = world.Read(filter, world.Secrets());
  REQUIRE(to_bob.size() == 2);
  CHECK(to_bob[0].facts_opened);
  filter.caller = "mallory";
  CHECK(world.Read(filter, world.Secrets()).size() == 1);
  filter.callee = "nobody";
  filter.caller = "alice";
  CHECK(world.Read(filter, world.Secrets()).size() == 1);
  filter = LogFilter();
  filter.rule = "blocked";
  CHECK(world.Read(filter).size() == 1);
  filter.rule = "no_such_rule";
  CHECK(world.Read(filter).empty());
  filter = LogFilter();
  const std::vector<LogEntry> all = world.Read(filter);
  REQUIRE(all.size() >= 7);
  CHECK(all[0].kind == "genesis");
  CHECK(all[1].kind == "boot");
  filter.effect = Effect::kRing;
  for (const LogEntry& entry : world.Read(filter)) CHECK(entry.effect == Effect::kRing);

  const auto code = [&](const LogFilter& bad, const LogSecrets& secrets) {
    return world.Open().Each(bad, secrets, [](const LogEntry&) { return true; }).code();
  };
  filter = LogFilter();
  filter.kind = "nonsense";
  CHECK(code(filter, {}) == StatusCode::kInvalidArgument);
  filter = LogFilter();
  filter.callee = "bob";
  CHECK(code(filter, {}) == StatusCode::kInvalidArgument);
  LogSecrets secrets;
  secrets.facts_keys = "nonsense";
  CHECK(code({}, secrets) == StatusCode::kParse);
}

TEST_CASE("exported facts keys open what they should, and the log says that they went out") {
  Audited world;
  world.Decide({{"alice", "bob"}, {"mallory", "bob"}, {"alice", "nobody"}});
  const Result<FactsKeyExported> exported =
      ExportFactsKeys(world.log_path(), world.keys_path(), world.store(), {});
  REQUIRE_MESSAGE(exported.ok(), exported.status().message());
  CHECK(exported->keys == 2);  // bob's and the epoch's own: nobody rang the others
  CHECK(exported->case_id.size() == 32);
  CHECK(exported->contents.find("bob") == std::string::npos);
  LogSecrets secrets;
  secrets.facts_keys = exported->contents;
  for (const LogEntry& entry : world.Read(Decisions(), secrets)) CHECK(entry.facts_opened);
  world.Decide({});
  LogFilter filter;
  filter.kind = "access";
  const std::vector<LogEntry> access = world.Read(filter);
  REQUIRE(access.size() == 1);
  CHECK(std::any_of(access[0].fields.begin(), access[0].fields.end(), [&](const LogField& field) {
    return field.name == "case_id" && field.value == exported->case_id;
  }));
  filter.kind = "keycommit";
  CHECK(world.Read(filter).size() == 1);
  CHECK(world.Verify().accesses == 1);
  FactsKeyExport nothing;
  nothing.to_ns = 1;
  CHECK(ExportFactsKeys(world.log_path(), world.keys_path(), world.store(), nothing)
            .status()
            .code() == StatusCode::kNotFound);
  nothing.from_ns = 1;
  CHECK(ExportFactsKeys(world.log_path(), world.keys_path(), world.store(), nothing)
            .status()
            .code() == StatusCode::kInvalidArgument);
}

TEST_CASE("whoever is forgotten can be found no more, and the tree is what it was") {
  Audited world;
  world.Decide({{"alice", "bob"}});
  LogFilter filter = Decisions();
  filter.callee = "bob";
  REQUIRE(world.Read(filter, world.Secrets()).size() == 1);
  REQUIRE(world.store().Forget("bob").ok());
  CHECK(world.Read(filter, world.Secrets()).empty());
  const std::vector<LogEntry> decisions = world.Read(Decisions(), world.Secrets());
  REQUIRE(decisions.size() == 1);
  CHECK(!decisions[0].facts_opened);
  world.Decide({});
  const LogVerification verified = world.Verify();
  CHECK(verified.findings.empty());
  CHECK(verified.erasures == 1);
}

TEST_CASE("months, proofs, tiles, cosignatures") {
  Audited world;
  world.Decide({{"alice", "bob"}, {"mallory", "bob"}});
  LogReader reader = world.Open();
  CHECK(reader.path() == world.log_path());
  const Result<std::vector<LogReader::Month>> months = reader.ListMonths();
  REQUIRE(months.ok());
  REQUIRE(months->size() == 1);
  const LogReader::Month& month = months->back();
  CHECK(month.origin == "example.com/ring/test/" + month.month);
  CHECK(month.entries >= 5);
  const Result<VerifierKey> key = ParseVerifierKey(month.vkey);
  REQUIRE(key.ok());

  const LogEntry entry = world.Read(Decisions())[0];
  const Result<std::string> text = reader.Prove(entry.month, entry.index);
  const Result<std::string> bytes = reader.EntryBytes(entry.month, entry.index);
  REQUIRE(text.ok());
  REQUIRE(bytes.ok());
  const Result<TlogProof> proof = ParseTlogProof(*text);
  REQUIRE(proof.ok());
  const Result<OpenedCheckpoint> opened = OpenCheckpoint(proof->checkpoint, *key);
  REQUIRE(opened.ok());
  TreeHasher hasher;
  const Hash leaf = hasher.Leaf(AsBytes(*bytes));
  CHECK(ToHex(leaf) == entry.leaf_hash);
  CHECK(VerifyInclusion(&hasher, leaf, entry.index, opened->checkpoint.size, proof->hashes,
                        opened->checkpoint.root));

  const std::string tiles = world.folder.file("tiles");
  REQUIRE(reader.WriteTiles("", tiles).ok());
  CHECK(std::filesystem::exists(tiles + "/checkpoint"));
  CHECK(std::filesystem::file_size(tiles + "/tile/entries/000.p/" +
                                   std::to_string(month.entries)) == month.entries * 184);

  const Hash seed{7};
  const VerifierKey witness =
      MakeVerifierKey("witness.example", kNoteCosignatureV1, PublicKeyOf(seed));
  SignedNote note = ParseNote(proof->checkpoint).value();
  note.signatures = {Cosign(note.text, "witness.example", seed, 1790000000)};
  const std::string line = FormatNote(note).substr(note.text.size() + 1);
  REQUIRE(reader.AddCosignature(line, FormatVerifierKey(witness), "").ok());
  LogVerifyOptions options;
  options.witnesses = {FormatVerifierKey(witness)};
  options.trusted = {proof->checkpoint};
  options.store = world.store();
  const Result<LogVerification> verified = reader.Verify(options);
  REQUIRE(verified.ok());
  CHECK(verified->findings.empty());
  CHECK(verified->cosignatures == 1);
  world.Decide({{"alice", "bob"}});  // the writer goes on behind it
  CHECK(world.Verify().findings.empty());
}

TEST_CASE("pruning leaves the newest month; its keys go when their time has come") {
  Audited world;
  world.Decide({{"alice", "bob"}});
  const uint64_t time_ns = world.Read(Decisions())[0].time_ns;
  Result<std::vector<std::string>> pruned = PruneLog(world.log_path(), world.keys_path(), time_ns);
  REQUIRE(pruned.ok());
  CHECK(pruned->empty());
  CHECK(world.Read(Decisions(), world.Secrets())[0].facts_opened);
  pruned = PruneLog(world.log_path(), world.keys_path(), time_ns + 1000 * kNsPerDay);
  REQUIRE(pruned.ok());
  CHECK(pruned->empty());
  CHECK(!world.Read(Decisions(), world.Secrets())[0].facts_opened);
  CHECK(world.Verify().findings.empty());
}

}  // namespace
}  // namespace ringfence
