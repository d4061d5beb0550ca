// The keys a caller has, read and checked: for everything in api/ that opens facts of a log.
#pragma once

#include <ringfence/log.h>
#include <ringfence/store.h>

#include <memory>
#include <string>
#include <vector>

#include "log/facts_keys.h"
#include "log/folder.h"
#include "log/keys.h"

namespace ringfence {

uint32_t EpochNow();
/// A log's key file. kInvalidArgument: of another log; and as ReadLogKeys.
Result<LogKeys> LogKeysOf(const std::string& path, const LogDescription& description);
/// From the contents of a file that was exported. kInvalidArgument: of another log; kParse.
Result<std::unique_ptr<FactsKeyRing>> ExportedKeysOf(const std::string& contents,
                                                     const LogDescription& description);
/// What recorded facts are read with: the catalog given, else the store's, else the standard one.
Catalog CatalogOf(const LogSecrets& secrets);
/// Of everybody who has one; for the caller to wipe.
Result<std::vector<Hash>> AllSeeds(const Store& store);

}  // namespace ringfence
