// Signs what is on the disk: reads new entries back, hashes them into a tree of its own, compares
// with what the sealer says, and only then publishes a checkpoint.
#pragma once

#include <ringfence/status.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "log/companion.h"
#include "log/files.h"
#include "log/folder.h"
#include "log/tree.h"

namespace ringfence {

/// Who signs, and where the copies go.
struct Publisher {
  LogFiles* files = nullptr;
  LogCompanion* companion = nullptr;  ///< may be null
  std::string name;                   ///< of the log: what the companion knows it by
  std::string identity;               ///< in hexadecimal
  Hash signing_seed{};                ///< wiped when destroyed
  uint16_t boot = 0;

  Publisher() = default;
  Publisher(const Publisher&) = default;
  Publisher& operator=(const Publisher&) = default;
  ~Publisher() { Wipe(signing_seed); }
};

/// One month's checkpoints. One thread at a time.
class Checkpointer {
 public:
  /// `edge` is that of the newest checkpoint; empty for a new month.
  static Result<std::unique_ptr<Checkpointer>> Open(const Publisher& publisher, std::string origin,
                                                    std::string folder, TreeEdge edge);

  /// The tree that has been signed.
  uint64_t size() const { return edge_.size(); }
  /// Reads entries size()..`size` back and signs if they lead to `root`. kCorrupt: they do not, and
  /// nothing was signed; final, as any failure but kFull. `note` (may be null) gets the checkpoint.
  Status Publish(uint64_t size, const Hash& root, std::string* note = nullptr);
  /// Gives the newest checkpoint to the companion, if it does not have it. kConflict: the companion
  /// knows of more than we have; final. That it cannot be reached is no error.
  Status Copy();

 private:
  Checkpointer(const Publisher& publisher, std::string origin, std::string folder, TreeEdge edge);
  Status ReadBack(uint64_t size, TreeEdge* edge);
  Status Write(const std::string& note);

  const Publisher publisher_;
  const std::string origin_;
  const std::string folder_;
  TreeEdge edge_;
  uint64_t unwritten_size_ = 0;  ///< of a checkpoint that found no room
  std::string uncopied_;         ///< newest checkpoint that the companion does not have
  TreeHasher hasher_;
  MonthReader reader_;
  std::unique_ptr<LogFile> history_;  ///< checkpoints.ckpt
  std::vector<uint8_t> buffer_;
  std::vector<Hash> leaves_;
};

}  // namespace ringfence
