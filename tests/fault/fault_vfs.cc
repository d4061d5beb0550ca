// A file system that fails on demand: a layer over SQLite's own.
#include "fault/fault_vfs.h"

#include <doctest/doctest.h>
#include <signal.h>

#include <cstring>
#include <fstream>
#include <iterator>
#include <random>

#include "store/sqlite_db.h"
#include "store/sqlite_vfs.h"

namespace ringfence {
namespace {

constexpr size_t kSectorBytes = 512;

FaultVfs* g_installed = nullptr;

// Ours first, SQLite's file behind it in the same allocation.
struct FaultFile {
  sqlite3_file self;
  std::string* path;
  sqlite3_file* base() { return reinterpret_cast<sqlite3_file*>(this + 1); }
};

FaultFile* Ours(sqlite3_file* file) { return reinterpret_cast<FaultFile*>(file); }
sqlite3_file* Base(sqlite3_file* file) { return Ours(file)->base(); }

int Close(sqlite3_file* file) {
  delete Ours(file)->path;
  return Base(file)->pMethods->xClose(Base(file));
}

int Read(sqlite3_file* file, void* buffer, int size, sqlite3_int64 offset) {
  if (const int rc = g_installed->Check(FileOp::kRead); rc != SQLITE_OK) return rc;
  return Base(file)->pMethods->xRead(Base(file), buffer, size, offset);
}

int Write(sqlite3_file* file, const void* buffer, int size, sqlite3_int64 offset) {
  if (const int rc = g_installed->Check(FileOp::kWrite); rc != SQLITE_OK) return rc;
  std::string bytes(static_cast<const char*>(buffer), static_cast<size_t>(size));
  const int rc = g_installed->Change(*Ours(file)->path, FileOp::kWrite, offset, std::move(bytes));
  if (rc != SQLITE_OK) return rc;
  return Base(file)->pMethods->xWrite(Base(file), buffer, size, offset);
}

int Truncate(sqlite3_file* file, sqlite3_int64 size) {
  if (const int rc = g_installed->Check(FileOp::kTruncate); rc != SQLITE_OK) return rc;
  const int rc = g_installed->Change(*Ours(file)->path, FileOp::kTruncate, size, {});
  return rc != SQLITE_OK ? rc : Base(file)->pMethods->xTruncate(Base(file), size);
}

// The disk below is not asked to sync: what counts is what is recorded, and it takes milliseconds.
int Sync(sqlite3_file* file, int) {
  if (const int rc = g_installed->Check(FileOp::kSync); rc != SQLITE_OK) return rc;
  return g_installed->Change(*Ours(file)->path, FileOp::kSync, 0, {});
}

int FileSize(sqlite3_file* file, sqlite3_int64* size) {
  return Base(file)->pMethods->xFileSize(Base(file), size);
}

int Lock(sqlite3_file* file, int level) {
  if (const int rc = g_installed->Check(FileOp::kLock); rc != SQLITE_OK) return rc;
  return Base(file)->pMethods->xLock(Base(file), level);
}

int Unlock(sqlite3_file* file, int level) {
  return Base(file)->pMethods->xUnlock(Base(file), level);
}

int CheckReserved(sqlite3_file* file, int* reserved) {
  return Base(file)->pMethods->xCheckReservedLock(Base(file), reserved);
}

int FileControl(sqlite3_file* file, int op, void* argument) {
  return Base(file)->pMethods->xFileControl(Base(file), op, argument);
}

int SectorSize(sqlite3_file*) { return kSectorBytes; }

// The weakest disk: no write is atomic, none is in order.
int Characteristics(sqlite3_file*) { return 0; }

int ShmMap(sqlite3_file* file, int region, int size, int extend, void volatile** memory) {
  if (const int rc = g_installed->Check(FileOp::kSharedMemory); rc != SQLITE_OK) return rc;
  return Base(file)->pMethods->xShmMap(Base(file), region, size, extend, memory);
}

int ShmLock(sqlite3_file* file, int offset, int count, int flags) {
  // Unlocking never fails.
  if ((flags & SQLITE_SHM_LOCK) != 0) {
    if (const int rc = g_installed->Check(FileOp::kLock); rc != SQLITE_OK) return rc;
  }
  return Base(file)->pMethods->xShmLock(Base(file), offset, count, flags);
}

void ShmBarrier(sqlite3_file* file) { Base(file)->pMethods->xShmBarrier(Base(file)); }

int ShmUnmap(sqlite3_file* file, int remove) {
  return Base(file)->pMethods->xShmUnmap(Base(file), remove);
}

const sqlite3_io_methods kMethods = {
    2,        Close,         Read,        Write,      Truncate,        Sync,   FileSize, Lock,
    Unlock,   CheckReserved, FileControl, SectorSize, Characteristics, ShmMap, ShmLock,  ShmBarrier,
    ShmUnmap, nullptr,       nullptr};

// A layer, and what it lies over: SQLite's default file system and the store's own two.
struct Layer {
  sqlite3_vfs vfs;
  sqlite3_vfs* base;
};
Layer g_layers[3];

int Open(sqlite3_vfs* vfs, const char* name, sqlite3_file* file, int flags, int* out_flags) {
  file->pMethods = nullptr;
  if (const int rc = g_installed->Check(FileOp::kOpen); rc != SQLITE_OK) return rc;
  FaultFile* ours = Ours(file);
  sqlite3_vfs* base = reinterpret_cast<Layer*>(vfs)->base;
  std::memset(ours->base(), 0, static_cast<size_t>(base->szOsFile));
  const int rc = base->xOpen(base, name, ours->base(), flags, out_flags);
  if (rc != SQLITE_OK) {
    if (ours->base()->pMethods != nullptr) ours->base()->pMethods->xClose(ours->base());
    return rc;
  }
  ours->path = new std::string(name == nullptr ? "" : name);
  file->pMethods = &kMethods;
  return SQLITE_OK;
}

int SleepCounted(sqlite3_vfs*, int microseconds) {
  g_installed->CountSleep();
  return microseconds;
}

std::string ReadFile(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(in), {});
}

}  // namespace

const char* ToString(FileOp op) {
  constexpr const char* kNames[] = {"open",     "read",          "write", "sync",
                                    "truncate", "shared memory", "lock"};
  return kNames[static_cast<size_t>(op)];
}

FaultVfs::FaultVfs() {
  REQUIRE(g_installed == nullptr);
  g_installed = this;
  const char* const names[] = {ImpatientVfs(), StrictVfs(), nullptr};
  for (size_t i = 0; i < std::size(names); ++i) {
    Layer& layer = g_layers[i];
    layer.base = sqlite3_vfs_find(names[i]);
    REQUIRE(layer.base != nullptr);
    layer.vfs = *layer.base;  // with its name, so that it is found in the original's place
    layer.vfs.pNext = nullptr;
    layer.vfs.szOsFile += static_cast<int>(sizeof(FaultFile));
    layer.vfs.xOpen = Open;
    if (names[i] != ImpatientVfs()) layer.vfs.xSleep = SleepCounted;
  }
  for (Layer& layer : g_layers) REQUIRE(sqlite3_vfs_register(&layer.vfs, 1) == SQLITE_OK);
}

FaultVfs::~FaultVfs() {
  for (Layer& layer : g_layers) sqlite3_vfs_unregister(&layer.vfs);
  sqlite3_vfs_register(g_layers[2].base, 1);
  g_installed = nullptr;
}

void FaultVfs::FailAt(FileOp op, int64_t n, int error, How how) {
  failing_ = op;
  countdown_ = n;
  error_ = error;
  how_ = how;
  failed_ = false;
}

bool FaultVfs::Disarm() {
  countdown_ = 0;
  return failed_;
}

int FaultVfs::Check(FileOp op) {
  if (power_lost_) return SQLITE_IOERR;
  if (op != failing_ || countdown_ == 0) return SQLITE_OK;
  if (countdown_ > 1) {
    --countdown_;
    return SQLITE_OK;
  }
  failed_ = true;
  if (how_ == How::kKill) raise(SIGKILL);
  if (how_ == How::kOnce) countdown_ = 0;
  return error_;
}

void FaultVfs::Record(const std::vector<std::string>& paths) {
  images_.clear();
  for (const std::string& path : paths) images_[path].durable = ReadFile(path);
}

void FaultVfs::LosePowerAt(int64_t n, uint64_t seed) {
  power_countdown_ = n;
  power_seed_ = seed;
}

void FaultVfs::Apply(const Pending& change, std::string* bytes) {
  const auto offset = static_cast<size_t>(change.offset);
  if (change.truncate) {
    bytes->resize(offset);
    return;
  }
  if (bytes->size() < offset + change.bytes.size()) bytes->resize(offset + change.bytes.size());
  bytes->replace(offset, change.bytes.size(), change.bytes);
}

int FaultVfs::Change(const std::string& path, FileOp op, int64_t offset, std::string bytes) {
  const auto found = images_.find(path);
  if (found == images_.end()) return SQLITE_OK;
  Image& image = found->second;
  if (power_countdown_ > 0 && --power_countdown_ == 0) {
    LosePower();
    return SQLITE_IOERR;
  }
  if (op == FileOp::kSync) {
    for (const Pending& change : image.pending) Apply(change, &image.durable);
    image.pending.clear();
  } else {
    image.pending.push_back({op == FileOp::kTruncate, offset, std::move(bytes)});
  }
  return SQLITE_OK;
}

void FaultVfs::LosePower() {
  power_lost_ = true;
  std::mt19937_64 random(power_seed_);
  // Nothing, all, or any part of what was not synced has reached the disk, sector by sector.
  const uint64_t mode = random() % 4;
  const auto kept = [&] { return mode == 1 || (mode > 1 && random() % 2 == 0); };
  for (const auto& [path, image] : images_) {
    std::string bytes = image.durable;
    for (const Pending& change : image.pending) {
      if (change.truncate) {
        if (kept()) Apply(change, &bytes);
        continue;
      }
      for (size_t at = 0; at < change.bytes.size(); at += kSectorBytes) {
        if (!kept()) continue;
        Apply({false, change.offset + static_cast<int64_t>(at),
               change.bytes.substr(at, kSectorBytes)},
              &bytes);
      }
    }
    disk_[path] = std::move(bytes);
  }
}

}  // namespace ringfence
