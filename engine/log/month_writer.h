// One month's files while they grow: entries, leaf hashes, levels. Takes whole entries; gives the
// root of the tree they make.
#pragma once

#include <ringfence/status.h>

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "log/files.h"
#include "log/folder.h"
#include "log/tree.h"

namespace ringfence {

class MonthWriter {
 public:
  /// The files hold exactly the entries and hashes of `edge`; a folder that is new holds none.
  static Result<std::unique_ptr<MonthWriter>> Open(LogFiles* files, std::string folder,
                                                   TreeEdge edge);

  uint64_t size() const { return edge_.size(); }
  Hash Root() { return edge_.Root(&hasher_); }
  /// Entries that may be appended at once: segments end at a file's end.
  uint64_t Room() const { return kEntriesPerSegment - edge_.size() % kEntriesPerSegment; }
  /// On-disk entries back to back, at most Room(). Where Room() is that of a whole segment,
  /// everything before was synced. kFull: none of them is there, and it can be tried again. Any
  /// other failure is final.
  Status Append(Bytes on_disk);
  /// Everything appended is on the disk. A failure is final.
  Status Sync();
  /// Cuts off what was appended since the last Sync that succeeded.
  Status TakeBackUnsynced();
  const std::string& folder() const { return folder_; }

 private:
  MonthWriter(LogFiles* files, std::string folder, TreeEdge edge)
      : files_(files), folder_(std::move(folder)), edge_(std::move(edge)), synced_(edge_) {}
  Status OpenSegment();
  Status OpenLevel(int level);
  Status AppendHashes();
  Status CutTo(const TreeEdge& edge);

  LogFiles* files_;
  std::string folder_;
  TreeEdge edge_;
  TreeEdge synced_;  ///< as it was when Sync last succeeded
  TreeHasher hasher_;
  uint64_t segment_ = 0;
  std::unique_ptr<LogFile> entries_, leaves_;
  std::array<std::unique_ptr<LogFile>, kTileLevels> levels_;  ///< [0] unused
  // Of one Append, kept for their memory.
  std::vector<uint8_t> new_leaves_;
  std::array<std::vector<uint8_t>, kTileLevels> new_levels_;
  std::array<bool, kTileLevels> dirty_{};  ///< [0]: entries and leaves
};

/// Hashes of a level there are in a tree of that many entries.
uint64_t LevelSize(int level, uint64_t entries);

}  // namespace ringfence
