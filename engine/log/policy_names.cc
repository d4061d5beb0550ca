// Names from policy blobs. See policy_names.h.
#include "log/policy_names.h"

#include <ringfence/limits.h>

#include <utility>

#include "base/check.h"
#include "base/sha256.h"

namespace ringfence {
namespace {

// A month has a few policies. A hostile one may have thousands of megabytes.
constexpr size_t kMaxKnown = 64;

bool IsEnvironment(const Status& status) { return status.code() == StatusCode::kIo; }

}  // namespace

PolicyNames PolicyNames::Of(const PolicyBlob& blob, const Hash& digest) {
  return {ToHex(digest), blob.rules, blob.outcomes, blob.paths};
}

Result<const PolicyNames*> PolicyNamesCache::Get(uint64_t policy_ref) {
  if (last_ != nullptr && policy_ref == last_ref_) return last_;
  auto found = known_.find(policy_ref);
  if (found == known_.end()) {
    Result<PolicyNames> names = Read(policy_ref);
    if (!names.ok()) return names.status();
    if (known_.size() >= kMaxKnown) known_.clear();
    found = known_.emplace(policy_ref, std::move(names).value()).first;
  }
  last_ref_ = policy_ref;
  last_ = &found->second;
  DCHECK(known_.size() <= kMaxKnown);
  return last_;
}

Result<PolicyNames> PolicyNamesCache::Read(uint64_t policy_ref) {
  CHECK(month_ != nullptr);
  const Result<Entry> entry = month_->ReadEntry(policy_ref);
  if (!entry.ok() && IsEnvironment(entry.status())) return entry.status();
  if (!entry.ok() || entry->header.kind != EntryKind::kPolicy) return PolicyNames();
  PolicyPayload payload;
  ringfence::Get(*entry, &payload);
  const Result<std::string> text = month_->Blob(payload.blob, kMaxLogBlobBytes);
  if (!text.ok() && IsEnvironment(text.status())) return text.status();
  if (!text.ok()) return PolicyNames();
  const Result<PolicyBlob> blob = ParsePolicyBlob(*text);
  if (!blob.ok()) return PolicyNames();
  return PolicyNames::Of(*blob, payload.digest);
}

}  // namespace ringfence
