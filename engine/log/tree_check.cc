// Pieces of a month are hashed by several threads and put together in order, by whichever thread
// has the next one. See tree_check.h.
#include "log/tree_check.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <utility>

#include "base/check.h"
#include "log/parallel.h"
#include "log/tree.h"

namespace ringfence {
namespace {

// 3 MiB of entries: they are still in a cache when they are looked at in order.
constexpr uint64_t kPieceEntries = 64 * kTileWidth;

struct Problem {
  const char* check;
  uint64_t index;
  std::string detail;
};

// One piece: what was read, and what came out. Kept for the next one's memory.
class Piece {
 public:
  Piece(LogFiles* files, const std::string& folder) : reader_(files, folder) {}

  Status Check(uint64_t first, uint64_t count);

  uint64_t first() const { return first_; }
  std::span<const uint8_t> on_disk() const { return bytes_; }
  const std::vector<bool>& sound() const { return sound_; }
  const std::vector<Hash>& tiles() const {
    return tiles_;
  }                                      ///< roots; the last one's may be partial
  bool whole() const { return whole_; }  ///< every entry could be read
  std::vector<Problem>& problems() { return problems_; }
  uint64_t more_problems() const { return more_problems_; }

 private:
  void Add(const char* check, uint64_t index, std::string detail) {
    if (problems_.size() < kMaxDiagnostics) {
      problems_.push_back({check, index, std::move(detail)});
    } else {
      ++more_problems_;
    }
  }
  Status Missing(const char* check, Status status, bool* there);
  void CheckEntries(bool have_stored);
  void CheckTiles(bool have_stored);

  MonthReader reader_;
  TreeHasher hasher_;
  uint64_t first_ = 0, count_ = 0;
  bool whole_ = false;
  std::vector<uint8_t> bytes_;
  std::vector<bool> sound_;
  std::vector<Hash> leaves_, stored_, tiles_;
  std::vector<Problem> problems_;
  uint64_t more_problems_ = 0;
};

// What ends too early is a finding; what cannot be read is not ours to judge.
Status Piece::Missing(const char* check, Status status, bool* there) {
  *there = status.ok();
  if (status.ok() || status.code() != StatusCode::kCorrupt) return status;
  Add(check, first_, status.message());
  return Status();
}

Status Piece::Check(uint64_t first, uint64_t count) {
  CHECK(count > 0 && count <= kPieceEntries && first % kTileWidth == 0);
  first_ = first;
  count_ = count;
  problems_.clear();
  more_problems_ = 0;
  tiles_.clear();
  bytes_.resize(count * kEntryOnDiskBytes);
  if (Status status = Missing("entry", reader_.ReadEntries(first, count, bytes_), &whole_);
      !status.ok() || !whole_) {
    return status;
  }
  bool have_stored = false;
  stored_.resize(count);
  Status status = Missing("leaf", reader_.ReadHashes(0, first, stored_), &have_stored);
  if (!status.ok()) return status;
  CheckEntries(have_stored);
  const uint64_t full_tiles = count / kTileWidth;
  stored_.resize(full_tiles);
  status = Missing("tile", reader_.ReadHashes(1, first / kTileWidth, stored_), &have_stored);
  if (!status.ok()) return status;
  CheckTiles(have_stored);
  return Status();
}

void Piece::CheckEntries(bool have_stored) {
  DCHECK(bytes_.size() == count_ * kEntryOnDiskBytes);
  DCHECK(!have_stored || stored_.size() == count_);
  sound_.assign(count_, true);
  leaves_.resize(count_);
  for (uint64_t i = 0; i < count_; ++i) {
    const auto on_disk = std::span<const uint8_t>(bytes_).subspan(i * kEntryOnDiskBytes);
    const auto entry = on_disk.subspan<2, kEntryBytes>();
    const char* wrong = nullptr;
    if (on_disk[0] != 0 || on_disk[1] != kEntryBytes) {
      wrong = "not preceded by its length, 182";
    } else if (entry[0] != kEntryVersion) {
      wrong = "of another version than 1";
    } else if (!HasEntryCrc(entry)) {
      wrong = "its checksum does not fit its contents";
    }
    if (wrong != nullptr) {
      sound_[i] = false;
      Add("entry", first_ + i, wrong);
    }
    leaves_[i] = hasher_.Leaf(entry);
    if (have_stored && leaves_[i] != stored_[i]) {
      Add("leaf", first_ + i, "the stored leaf hash is not that of the entry");
    }
  }
}

void Piece::CheckTiles(bool have_stored) {
  DCHECK(leaves_.size() == count_ && tiles_.empty());
  for (uint64_t begin = 0; begin < count_; begin += kTileWidth) {
    const uint64_t width = std::min(kTileWidth, count_ - begin);
    tiles_.push_back(RootOf(&hasher_, std::span(leaves_).subspan(begin, width)));
    if (width == kTileWidth && have_stored && tiles_.back() != stored_[begin / kTileWidth]) {
      Add("tile", first_ + begin, "level 1 does not hold the root of the tile that begins here");
    }
  }
}

class Check {
 public:
  Check(const TreeCheckSetup& setup, Findings* findings)
      : setup_(setup),
        findings_(findings),
        pieces_((setup.size + kPieceEntries - 1) / kPieceEntries),
        reader_(setup.files, setup.folder) {}

  Result<std::optional<Hash>> Run();

 private:
  void Work();
  void Merge(Piece* piece);
  void AddUpper(int level, const Hash& hash);
  void Report();

  const TreeCheckSetup& setup_;
  Findings* const findings_;
  const uint64_t pieces_;

  std::mutex mutex_;
  std::condition_variable changed_;
  uint64_t next_ = 0;  ///< piece to be taken
  uint64_t turn_ = 0;  ///< piece to be merged
  bool stop_ = false;
  Status status_;

  // Of who has the turn.
  MonthReader reader_;
  TreeHasher hasher_;
  TreeEdge upper_;  ///< its leaves are the roots of tiles, so its level n is level n + 1
  std::array<uint64_t, kTileLevels> merged_{};
  bool whole_ = true;
};

void Check::Work() {
  Piece piece(setup_.files, setup_.folder);
  std::unique_lock lock(mutex_);
  while (!stop_ && next_ < pieces_) {
    const uint64_t number = next_++;
    lock.unlock();
    const uint64_t first = number * kPieceEntries;
    Status status = piece.Check(first, std::min(kPieceEntries, setup_.size - first));
    lock.lock();
    changed_.wait(lock, [&] { return turn_ == number; });
    if (status_.ok() && !status.ok()) status_ = std::move(status);
    if (!status_.ok()) stop_ = true;
    if (!stop_) Merge(&piece);
    ++turn_;
    changed_.notify_all();
  }
}

void Check::Merge(Piece* piece) {
  CHECK(piece->first() == turn_ * kPieceEntries);
  for (Problem& problem : piece->problems()) {
    findings_->Add(problem.check, setup_.month, problem.index, std::move(problem.detail));
  }
  findings_->CountMore(piece->more_problems());
  if (!piece->whole()) {
    whole_ = false;
    stop_ = true;
    return;
  }
  for (const Hash& tile : piece->tiles()) {
    // The root over a partial tile takes part in the tree's root, but in no tile.
    const bool full = (upper_.size() + 1) * kTileWidth <= setup_.size;
    upper_.Add(&hasher_, tile, [&](int level, const Hash& hash) {
      if (full) AddUpper(level + 1, hash);
    });
  }
  if (setup_.sink) setup_.sink(piece->first(), piece->on_disk(), piece->sound());
}

void Check::AddUpper(int level, const Hash& hash) {
  // The tree's size is below 2^48, so the top level never becomes full.
  DCHECK(level < kTileLevels);
  const uint64_t at = merged_[static_cast<size_t>(level)]++;
  const uint64_t index = at << (8 * level);
  Hash stored;
  Status status = reader_.ReadHashes(level, at, {&stored, 1});
  if (status.ok() && stored == hash) return;
  findings_->Add("tile", setup_.month, index,
                 status.ok() ? "level " + std::to_string(level) +
                                   " does not hold the root of the tiles that begin here"
                             : status.message());
}

Result<std::optional<Hash>> Check::Run() {
  const int threads = static_cast<int>(
      std::min<uint64_t>(static_cast<uint64_t>(setup_.threads), std::max<uint64_t>(pieces_, 1)));
  if (threads == 1 && !setup_.progress) {
    Work();
  } else {
    std::vector<std::thread> running;
    running.reserve(static_cast<size_t>(threads));
    for (int i = 0; i < threads; ++i) running.emplace_back([this] { Work(); });
    Report();
    for (std::thread& thread : running) thread.join();
  }
  if (!status_.ok()) return status_;
  if (!whole_) return std::optional<Hash>();
  CHECK(upper_.size() == (setup_.size + kTileWidth - 1) / kTileWidth);
  if (setup_.size == 0) return std::optional<Hash>(EmptyRoot());
  return std::optional<Hash>(upper_.Root(&hasher_));
}

// The callback belongs to the calling thread.
void Check::Report() {
  if (!setup_.progress) return;
  std::unique_lock lock(mutex_);
  while (turn_ < pieces_ && !stop_) {
    changed_.wait_for(lock, std::chrono::milliseconds(100));
    const uint64_t done = std::min(turn_ * kPieceEntries, setup_.size);
    lock.unlock();
    setup_.progress(done, setup_.size);
    lock.lock();
  }
}

}  // namespace

Result<std::optional<Hash>> CheckTree(const TreeCheckSetup& setup, Findings* findings) {
  CHECK(setup.files != nullptr && setup.threads >= 1);
  CHECK(setup.size < uint64_t{1} << 48);
  return Check(setup, findings).Run();
}

}  // namespace ringfence
