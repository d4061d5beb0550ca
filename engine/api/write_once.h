// One write in a transaction of its own.
#pragma once

#include <ringfence/status.h>

#include <cstdint>
#include <memory>

#include "store/backend.h"

namespace ringfence {

/// The new revision; nothing is applied where `write` fails.
template <class Write>
Result<uint64_t> WriteOnce(StoreBackend& backend, const Write& write) {
  Result<std::unique_ptr<StoreTransaction>> transaction = backend.Begin();
  if (!transaction.ok()) return transaction.status();
  if (Status status = write(**transaction); !status.ok()) return status;
  return (*transaction)->Commit();
}

}  // namespace ringfence
