// What a Store holds: the backend that does the work, and the catalog its codes are of.
#pragma once

#include <ringfence/store.h>

#include <memory>
#include <string>

#include "store/backend.h"

namespace ringfence {

struct Store::Impl {
  Catalog catalog;
  std::string path;  ///< empty: in memory
  std::unique_ptr<StoreBackend> backend;
};

}  // namespace ringfence
