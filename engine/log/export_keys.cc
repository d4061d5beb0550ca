// Exporting facts keys. See export_keys.h.
#include "log/export_keys.h"

#include <algorithm>
#include <set>
#include <utility>

#include "base/check.h"
#include "base/sha256.h"
#include "log/read.h"

namespace ringfence {
namespace {

constexpr uint64_t kEpochNs = kDaysPerEpoch * kNsPerDay;

// UINT64_MAX where it would be later.
uint64_t EpochBegins(uint64_t epoch) {
  return epoch > UINT64_MAX / kEpochNs ? UINT64_MAX : epoch * kEpochNs;
}

}  // namespace

Result<KeyExport> KeyExport::Begin(LogFiles* files, const std::string& log, const LogKeys& keys,
                                   uint32_t first, uint32_t last, const LogProgress& progress) {
  CHECK(first <= last && last <= kLastEpoch);
  KeyExport out;
  out.identity_ = keys.identity;
  std::map<uint32_t, std::set<Pseudonym>> callees;
  ReadRequest request;
  request.files = files;
  request.log = log;
  request.from_ns = EpochBegins(first);
  request.to_ns = EpochBegins(uint64_t{last} + 1);
  request.kind = EntryKind::kDecision;
  request.progress = progress;
  Status read = ReadEntries(request, [&](const RawEntry& raw, PolicyNamesCache*) -> Result<bool> {
    callees[EpochOf(raw.entry.header.time_ns)].insert(raw.entry.decision.callee);
    return true;
  });
  if (!read.ok()) return read;
  for (const auto& [number, named] : callees) {
    Result<Hash> key = keys.EpochKey(number);
    if (!key.ok()) continue;  // destroyed: nobody can open these any more
    Epoch& epoch = out.epochs_[number];
    epoch.callees.assign(named.begin(), named.end());
    epoch.names = std::make_unique<EpochNames>(*key, number);
    Wipe(*key);
    // Of callees nobody knew. They have no pseudonym that could be told from others.
    epoch.keys.push_back({number, Pseudonym{}, epoch.names->FactsKey({})});
  }
  if (!out.epochs_.empty()) return out;
  return Status(StatusCode::kNotFound, callees.empty()
                                           ? "no decision was logged in that time"
                                           : "the keys of the epochs of that time were destroyed");
}

KeyExport::~KeyExport() {
  for (auto& [number, epoch] : epochs_) {
    for (FactsKey& key : epoch.keys) Wipe(key.key);
  }
}

void KeyExport::AddSeed(const Hash& seed) {
  const PartySecret party{PartySecret::Kind::kKnown, seed, {}};
  for (auto& [number, epoch] : epochs_) {
    DCHECK(epoch.names != nullptr && !epoch.keys.empty());
    const Pseudonym callee = epoch.names->Callee(party);
    if (!std::binary_search(epoch.callees.begin(), epoch.callees.end(), callee)) continue;
    epoch.keys.push_back({number, callee, epoch.names->FactsKey(party)});
  }
}

KeyExport::Done KeyExport::Finish(const std::array<uint8_t, 16>& case_id) {
  CHECK(!epochs_.empty());
  Done done;
  TreeHasher hasher;
  std::vector<FactsKey> all;
  for (auto& [number, epoch] : epochs_) {
    std::sort(epoch.keys.begin(), epoch.keys.end(),
              [](const FactsKey& a, const FactsKey& b) { return a.callee < b.callee; });
    Entry commit;
    Put(KeyCommitPayload{number, epoch.keys.size(), FactsKeysRoot(&hasher, epoch.keys)}, &commit);
    done.entries.push_back(commit);
    all.insert(all.end(), epoch.keys.begin(), epoch.keys.end());
  }
  AccessPayload access;
  access.first_epoch = epochs_.begin()->first;
  access.last_epoch = epochs_.rbegin()->first;
  access.keys = all.size();
  CHECK(access.keys >= epochs_.size());
  access.case_id = case_id;
  Entry entry;
  Put(access, &entry);
  done.entries.push_back(entry);
  done.exported.contents = FormatFactsKeys(identity_, all);
  done.exported.first_epoch = access.first_epoch;
  done.exported.last_epoch = access.last_epoch;
  done.exported.keys = access.keys;
  done.exported.case_id = ToHex(case_id);
  for (FactsKey& key : all) Wipe(key.key);
  return done;
}

}  // namespace ringfence
