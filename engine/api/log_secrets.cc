// See log_secrets.h.
#include "api/log_secrets.h"

#include <chrono>
#include <utility>

#include "api/store_impl.h"
#include "base/utf8.h"

namespace ringfence {

uint32_t EpochNow() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return EpochOf(
      static_cast<uint64_t>(std::chrono::duration_cast<std::chrono::nanoseconds>(now).count()));
}

Result<LogKeys> LogKeysOf(const std::string& path, const LogDescription& description) {
  Result<LogKeys> keys = ReadLogKeys(path);
  if (!keys.ok()) return keys;
  if (keys->identity == description.identity) return keys;
  return Status(StatusCode::kInvalidArgument,
                "key file '" + Printable(path) + "' belongs to another log");
}

Result<std::unique_ptr<FactsKeyRing>> ExportedKeysOf(const std::string& contents,
                                                     const LogDescription& description) {
  Result<FactsKeyFile> file = ParseFactsKeys(contents);
  if (!file.ok()) return file.status();
  if (file->identity != description.identity) {
    return Status(StatusCode::kInvalidArgument, "the facts keys belong to another log");
  }
  return std::unique_ptr<FactsKeyRing>(std::make_unique<ExportedKeyRing>(*std::move(file)));
}

Catalog CatalogOf(const LogSecrets& secrets) {
  if (secrets.catalog) return *secrets.catalog;
  return secrets.store ? secrets.store->catalog() : Catalog::Standard();
}

Result<std::vector<Hash>> AllSeeds(const Store& store) {
  std::vector<Hash> seeds;
  Status read = store.impl()->backend->EachLogSeed([&](const LogSeedRow& row) {
    seeds.push_back(row.seed);
    return true;
  });
  if (!read.ok()) return read;
  return seeds;
}

}  // namespace ringfence
