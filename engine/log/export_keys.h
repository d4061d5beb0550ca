// The facts keys an auditor is given: those of the callees whom decisions of some epochs name.
// Takes a log and its keys, then seeds one by one; gives keys, and the entries that say so.
#pragma once

#include <ringfence/log.h>
#include <ringfence/status.h>

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "log/entry.h"
#include "log/files.h"
#include "log/keys.h"

namespace ringfence {

class KeyExport {
 public:
  /// Reads the log: which callees do decisions of the epochs from `first` to `last` name?
  /// kNotFound: none of those epochs has decisions and a key.
  static Result<KeyExport> Begin(LogFiles* files, const std::string& log, const LogKeys& keys,
                                 uint32_t first, uint32_t last, const LogProgress& progress);
  /// Somebody who may be one of them.
  void AddSeed(const Hash& seed);
  /// Ends it: the file's contents, and KEYCOMMIT and ACCESS entries under that case id.
  struct Done {
    FactsKeyExported exported;
    std::vector<Entry> entries;
  };
  Done Finish(const std::array<uint8_t, 16>& case_id);

  KeyExport(KeyExport&&) = default;
  KeyExport& operator=(KeyExport&&) = default;
  ~KeyExport();

 private:
  KeyExport() = default;
  struct Epoch {
    std::vector<Pseudonym> callees;  ///< sorted
    std::unique_ptr<EpochNames> names;
    std::vector<FactsKey> keys;
  };
  std::array<uint8_t, 16> identity_{};
  std::map<uint32_t, Epoch> epochs_;
};

}  // namespace ringfence
