// The checkpoints of a month: which is the newest, and whether each is signed and is the root of
// the tree that is there. Takes checkpoints.ckpt and `checkpoint`; gives findings.
#pragma once

#include <ringfence/status.h>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "log/findings.h"
#include "log/folder.h"
#include "log/note.h"

namespace ringfence {

struct CheckpointCheckSetup {
  LogFiles* files = nullptr;
  std::string folder;  ///< of the month
  std::string month;
  VerifierKey key;
  std::span<const VerifierKey> witnesses;
  int threads = 1;
  bool closed = false;  ///< nobody writes: what `checkpoint` lacks will not come
};

class CheckpointCheck {
 public:
  CheckpointCheck(CheckpointCheckSetup setup, Findings* findings)
      : setup_(std::move(setup)), findings_(findings) {}

  /// The largest checkpoint that is signed; nullopt: none. Finds `checkpoint` being another one.
  Result<std::optional<Checkpoint>> FindNewest();
  /// Signatures and roots of all that FindNewest saw, from tiles that were checked before.
  Status CheckAll();

 private:
  struct Job {
    std::string note;
    Status signature, root;
    uint64_t size = 0;
    uint64_t cosigned = 0;
  };
  Status Scan(CheckpointCursor* cursor, bool verify);
  Status ComparePublished(CheckpointCursor* cursor);
  void CheckJobs(std::span<Job> jobs);

  const CheckpointCheckSetup setup_;
  Findings* const findings_;
  std::optional<Checkpoint> newest_;  ///< of what was scanned
  std::string newest_note_;
  bool damaged_ = false;
  uint64_t end_ = 0;  ///< of the file's bytes that were scanned
};

}  // namespace ringfence
