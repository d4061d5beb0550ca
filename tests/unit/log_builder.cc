// Entries, hashes and signatures without the log's writer. See log_builder.h.
#include "unit/log_builder.h"

#include <algorithm>

#include "base/json_writer.h"
#include "base/sha256.h"
#include "unit/log_keys_support.h"

namespace ringfence {

std::string TestPolicyBlob(std::string_view name, Hash* digest) {
  const std::string policy = "{\"policy\":\"" + std::string(name) + "\"}";
  const std::string catalog = "{\"catalog\":1}";
  TreeHasher hasher;
  *digest = hasher.Of(AsBytes(policy + "\n" + Sha256Hex(catalog)));
  JsonWriter json;
  json.BeginObject();
  json.Key("policy").String(policy);
  json.Key("digest").String(ToHex(*digest));
  json.Key("rules").BeginArray().String("friends").String("strangers").EndArray();
  json.Key("outcomes").BeginArray().String("refused").String("rung").EndArray();
  json.Key("paths").BeginArray().String("direct").String("relay").EndArray();
  json.Key("catalog").String(catalog);
  json.EndObject();
  return json.Finish();
}

LogBuilder::LogBuilder() {
  description.name = "example.com/ring/test";
  description.writer = 7;
  description.identity = KnownLogKeys().identity;
  signing_seed = KnownLogKeys().signing_seed;
  for (const char* folder : {"log", "log/state"}) {
    static_cast<void>(files.MakeFolder(folder));
  }
  files.SetContents("log/log.json", FormatDescription(description));
  files.SetContents("log/state/clean", "");
}

void LogBuilder::BeginMonth(const std::string& name) {
  const std::string previous = months_.empty() ? "" : months_.back().notes.back();
  time_ns = std::max(time_ns, MonthBegins(name));
  months_.push_back({name, {}, {}, {}});
  for (const char* folder : {"", "/blobs", "/seg"}) {
    static_cast<void>(files.MakeFolder(log + "/" + name + folder));
  }
  JsonWriter json;
  json.BeginObject();
  json.Key("origin").String(Origin(months_.size() - 1));
  json.Key("log").String(ToHex(description.identity));
  json.Key("writer").Uint(description.writer);
  json.Key("retention_days").Uint(description.retention_days);
  json.Key("previous");
  if (previous.empty()) {
    json.Null();
  } else {
    json.BeginObject().Key("origin").String(Origin(months_.size() - 2));
    json.Key("checkpoint").String(previous).EndObject();
  }
  json.EndObject();
  Entry entry;
  Put(GenesisPayload{WriteBlob(name, json.Finish())}, &entry);
  Add(entry);
}

void LogBuilder::EndMonth() {
  Entry entry;
  Put(SealPayload{SealCause::kMonth}, &entry);
  Add(entry);
  Checkpoint();
}

uint64_t LogBuilder::Add(Entry entry) {
  if (entry.header.time_ns == 0) entry.header.time_ns = time_ns;
  time_ns += step_ns;
  entry.header.writer = description.writer;
  if (entry.header.boot == 0) entry.header.boot = boot_;
  EntryBytes bytes;
  EncodeEntry(entry, &bytes);
  last().entries.push_back(bytes);
  return last().entries.size() - 1;
}

uint64_t LogBuilder::AddBoot(uint16_t boot, BootPayload payload) {
  boot_ = boot;
  seq_ = 0;
  Entry entry;
  Put(payload, &entry);
  return Add(entry);
}

uint64_t LogBuilder::AddPolicy(std::string_view name) {
  Hash digest;
  const std::string blob = TestPolicyBlob(name, &digest);
  Entry entry;
  Put(PolicyPayload{WriteBlob(last().name, blob), digest, 1}, &entry);
  policy_ = Add(entry);
  return policy_;
}

Entry LogBuilder::Decision() {
  Entry entry;
  entry.header.kind = EntryKind::kDecision;
  entry.header.boot = boot_;
  entry.header.seq = ++seq_;
  entry.header.policy_ref = policy_;
  entry.header.effect = static_cast<uint8_t>(seq_ % 5);
  entry.header.facts_schema = 1;
  entry.header.rule = static_cast<uint16_t>(seq_ % 2);
  for (size_t i = 0; i < 8; ++i) {
    entry.decision.request_id[i] = static_cast<uint8_t>(seq_ >> (8 * i));
    entry.decision.callee[i] = static_cast<uint8_t>(seq_ * 7 >> (8 * i));
  }
  entry.decision.outcome = static_cast<uint8_t>(seq_ % 2);
  return entry;
}

Entry LogBuilder::Shadow(const Entry& decision) {
  Entry shadow = Decision();
  shadow.header.flags = entry_flags::kShadow;
  shadow.header.time_ns = decision.header.time_ns;
  shadow.decision.caller = decision.decision.caller;
  shadow.decision.callee = decision.decision.callee;
  shadow.decision.revision = decision.decision.revision;
  return shadow;
}

void LogBuilder::AddDecisions(uint64_t count) {
  for (uint64_t i = 0; i < count; ++i) AddDecision();
}

uint64_t LogBuilder::AddGap(uint64_t count, uint64_t first_seq, uint64_t last_seq, uint16_t boot) {
  Entry entry;
  GapPayload gap;
  gap.count = count;
  gap.first_seq = first_seq;
  gap.last_seq = last_seq;
  gap.boot = boot;
  Put(gap, &entry);
  return Add(entry);
}

uint64_t LogBuilder::AddClock(ClockEvent event) {
  Entry entry;
  ClockPayload clock;
  clock.event = event;
  Put(clock, &entry);
  return Add(entry);
}

Hash LogBuilder::RootAt(const Month& month, uint64_t size) const {
  TreeHasher hasher;
  TreeEdge edge;
  for (uint64_t i = 0; i < size; ++i) {
    edge.Add(&hasher, hasher.Leaf(month.entries[i]), [](int, const Hash&) {});
  }
  return edge.Root(&hasher);
}

std::string LogBuilder::Note(const Month& month, uint64_t size) const {
  return SignCheckpoint({OriginOf(description, month.name), size, RootAt(month, size)},
                        signing_seed);
}

std::string LogBuilder::Checkpoint() {
  last().sizes.push_back(last().entries.size());
  last().notes.push_back(Note(last(), last().entries.size()));
  return last().notes.back();
}

void LogBuilder::Resign(size_t number) {
  Month& of = months_[number];
  for (size_t i = 0; i < of.notes.size(); ++i) {
    of.sizes[i] = std::min<uint64_t>(of.sizes[i], of.entries.size());
    of.notes[i] = Note(of, of.sizes[i]);
  }
}

Hash LogBuilder::WriteBlob(const std::string& month, std::string_view text) {
  const Hash hash = TreeHasher().Of(AsBytes(text));
  files.SetContents(log + "/" + month + "/" + BlobName(hash), text);
  return hash;
}

void LogBuilder::RemoveMonth(size_t number) {
  const std::string folder = log + "/" + months_[number].name;
  for (const std::string& path : {folder + "/blobs", folder + "/seg", folder}) {
    const Result<std::vector<std::string>> names = files.List(path);
    if (!names.ok()) continue;
    for (const std::string& name : *names) static_cast<void>(files.Remove(path + "/" + name));
    static_cast<void>(files.Remove(path));
  }
}

void LogBuilder::Write() {
  for (const Month& each : months_) WriteMonth(each);
}

void LogBuilder::WriteMonth(const Month& of) {
  const std::string folder = log + "/" + of.name + "/";
  TreeHasher hasher;
  TreeEdge edge;
  std::string entries, leaves;
  std::vector<std::string> levels(kTileLevels);
  const auto text = [](const Hash& hash) {
    return std::string(reinterpret_cast<const char*>(hash.data()), hash.size());
  };
  for (const EntryBytes& entry : of.entries) {
    entries += '\0';
    entries += static_cast<char>(kEntryBytes);
    entries.append(reinterpret_cast<const char*>(entry.data()), entry.size());
    const Hash leaf = hasher.Leaf(entry);
    leaves += text(leaf);
    edge.Add(&hasher, leaf, [&](int level, const Hash& hash) {
      levels[static_cast<size_t>(level)] += text(hash);
    });
  }
  files.SetContents(folder + EntriesName(0), entries);
  files.SetContents(folder + LeavesName(0), leaves);
  for (int level = 1; level < kTileLevels; ++level) {
    const std::string& contents = levels[static_cast<size_t>(level)];
    if (!contents.empty()) files.SetContents(folder + LevelName(level), contents);
  }
  std::string history;
  for (const std::string& note : of.notes) history += FormatCheckpointRecord(note);
  files.SetContents(folder + kCheckpointsName, history);
  if (!of.notes.empty()) files.SetContents(folder + kCheckpointName, of.notes.back());
  const VerifierKey key =
      MakeVerifierKey(OriginOf(description, of.name), kNoteEd25519, PublicKeyOf(signing_seed));
  files.SetContents(folder + kVerifierKeyName, FormatVerifierKey(key) + "\n");
}

}  // namespace ringfence
