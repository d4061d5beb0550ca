// Rings and their control in tmpfs: creating, finding again after a crash, removing.
#include "log/rings.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cstring>
#include <new>
#include <utility>

#include "base/check.h"
#include "base/sha256.h"
#include "base/utf8.h"

namespace ringfence {
namespace {

constexpr uint64_t kControlMagic = 0x314C5443474F4C52;  // "RLOGCTL1"
constexpr uint64_t kRingMagic = 0x31474E49524C4652;     // "RFLRING1"
constexpr size_t kHeaderBytes = 4096;
static_assert(sizeof(RingHeader) <= kHeaderBytes);
static_assert(std::atomic<uint64_t>::is_always_lock_free);

std::string Quoted(const std::string& path) { return "'" + Printable(path) + "'"; }

Status Failed(const char* verb, const std::string& path, int error) {
  const StatusCode code = error == ENOENT                      ? StatusCode::kNotFound
                          : error == ENOSPC || error == EDQUOT ? StatusCode::kFull
                                                               : StatusCode::kIo;
  return Status(code,
                std::string("cannot ") + verb + " " + Quoted(path) + ": " + std::strerror(error));
}

/// Closes its descriptor.
class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (fd_ >= 0) close(fd_);
  }
  int get() const { return fd_; }

 private:
  int fd_;
};

}  // namespace

// --- SharedMemory

SharedMemory::SharedMemory(SharedMemory&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}

SharedMemory& SharedMemory::operator=(SharedMemory&& other) noexcept {
  std::swap(data_, other.data_);
  std::swap(size_, other.size_);
  return *this;
}

SharedMemory::~SharedMemory() {
  if (data_ != nullptr) munmap(data_, size_);
}

Result<SharedMemory> SharedMemory::Create(const std::string& path, size_t bytes) {
  const Descriptor file(
      open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (file.get() < 0) return Failed("create", path, errno);
  // Without reserved blocks a full tmpfs would end the process at some later store.
  int error = EINTR;
  while (error == EINTR) error = posix_fallocate(file.get(), 0, static_cast<off_t>(bytes));
  Result<SharedMemory> memory =
      error == 0 ? Open(path, bytes) : Result<SharedMemory>(Failed("reserve", path, error));
  if (!memory.ok()) unlink(path.c_str());
  return memory;
}

Result<SharedMemory> SharedMemory::Open(const std::string& path, size_t least) {
  const Descriptor file(open(path.c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW));
  if (file.get() < 0) return Failed("open", path, errno);
  struct stat info;
  if (fstat(file.get(), &info) != 0) return Failed("look at", path, errno);
  if (static_cast<uint64_t>(info.st_size) < least) {
    return Status(StatusCode::kCorrupt, Quoted(path) + " is too short");
  }
  SharedMemory memory;
  memory.size_ = static_cast<size_t>(info.st_size);
  void* const data = mmap(nullptr, memory.size_, PROT_READ | PROT_WRITE, MAP_SHARED, file.get(), 0);
  if (data == MAP_FAILED) return Failed("map", path, errno);
  memory.data_ = static_cast<uint8_t*>(data);
  madvise(data, memory.size_, MADV_DONTDUMP);
  return memory;
}

// --- Ring

Ring::Ring(SharedMemory memory, uint64_t capacity)
    : memory_(std::move(memory)),
      slots_(reinterpret_cast<RingSlot*>(memory_.data() + kHeaderBytes)),
      capacity_(capacity) {}

Result<Ring> Ring::Create(const std::string& path, uint32_t capacity) {
  CHECK(std::has_single_bit(capacity));
  Result<SharedMemory> memory =
      SharedMemory::Create(path, kHeaderBytes + capacity * sizeof(RingSlot));
  if (!memory.ok()) return memory.status();
  auto* const header = new (memory->data()) RingHeader();
  header->capacity = capacity;
  header->magic = kRingMagic;
  return Ring(std::move(memory).value(), capacity);
}

Result<Ring> Ring::Open(const std::string& path) {
  Result<SharedMemory> memory = SharedMemory::Open(path, kHeaderBytes);
  if (!memory.ok()) return memory.status();
  const auto& header = *reinterpret_cast<const RingHeader*>(memory->data());
  const uint64_t capacity = header.capacity;
  const uint64_t head = header.head, tail = header.tail;
  const bool sound = header.magic == kRingMagic && std::has_single_bit(capacity) &&
                     (memory->size() - kHeaderBytes) / sizeof(RingSlot) == capacity &&
                     tail <= head && head - tail <= capacity;
  if (!sound) return Status(StatusCode::kCorrupt, Quoted(path) + " is no ring of a log");
  return Ring(std::move(memory).value(), capacity);
}

// --- RingFolder

Result<RingFolder> RingFolder::Find(const std::string& root,
                                    const std::array<uint8_t, 16>& identity) {
  struct statfs kind;
  if (statfs(root.c_str(), &kind) != 0) return Failed("look at", root, errno);
  if (kind.f_type != TMPFS_MAGIC && kind.f_type != RAMFS_MAGIC) {
    return Status(StatusCode::kInvalidArgument,
                  "the ring folder " + Quoted(root) +
                      " is not in memory: entries wait there in clear, so name a tmpfs");
  }
  RingFolder folder(root + "/ringfence-" + ToHex(identity));
  if (mkdir(folder.path_.c_str(), 0700) != 0 && errno != EEXIST) {
    return Failed("create", folder.path_, errno);
  }
  struct stat info;
  if (lstat(folder.path_.c_str(), &info) != 0) return Failed("look at", folder.path_, errno);
  if (!S_ISDIR(info.st_mode) || info.st_uid != geteuid() || (info.st_mode & 077) != 0) {
    return Status(StatusCode::kInvalidArgument,
                  Quoted(folder.path_) + " is not a folder of ours alone: remove it");
  }
  return folder;
}

Result<RingFolder::Left> RingFolder::OpenLeft() const {
  Left left;
  Result<SharedMemory> control = SharedMemory::Open(path_ + "/control", sizeof(ControlBlock));
  if (!control.ok()) return control.status();
  left.control = std::move(control).value();
  const ControlBlock& block = left.block();
  const uint32_t rings = block.ring_count;
  if (block.magic != kControlMagic || rings > kMaxLogRings || block.stamp > 1 ||
      block.policy_count > kMaxLogPolicies) {
    return Status(StatusCode::kCorrupt, Quoted(path_ + "/control") + " is no control of a log");
  }
  for (uint32_t i = 0; i < rings; ++i) {
    Result<Ring> ring = Ring::Open(path_ + "/ring." + std::to_string(i));
    if (!ring.ok()) return ring.status();
    left.rings.push_back(std::move(ring).value());
  }
  return left;
}

Status RingFolder::Clear() const {
  DIR* const folder = opendir(path_.c_str());
  if (folder == nullptr) return Failed("list", path_, errno);
  Status status;
  while (const dirent* const item = readdir(folder)) {
    const std::string name = item->d_name;
    if (name == "." || name == "..") continue;
    if (unlink((path_ + "/" + name).c_str()) != 0 && errno != ENOENT) {
      status = Failed("remove", path_ + "/" + name, errno);
    }
  }
  closedir(folder);
  return status;
}

Status RingFolder::Remove() const {
  if (Status status = Clear(); !status.ok()) return status;
  return rmdir(path_.c_str()) == 0 ? Status() : Failed("remove", path_, errno);
}

Result<SharedMemory> RingFolder::CreateControl(uint32_t boot) const {
  Result<SharedMemory> memory = SharedMemory::Create(path_ + "/control", sizeof(ControlBlock));
  if (!memory.ok()) return memory;
  auto* const block = new (memory->data()) ControlBlock();
  block->boot = boot;
  block->magic = kControlMagic;
  return memory;
}

Status RingFolder::KeepPolicy(uint32_t number, std::string_view blob) const {
  const std::string path = path_ + "/policy." + std::to_string(number);
  const Result<SharedMemory> memory = SharedMemory::Create(path, std::max<size_t>(blob.size(), 1));
  if (!memory.ok()) return memory.status();
  std::copy(blob.begin(), blob.end(), memory->data());
  return Status();
}

Result<std::string> RingFolder::KeptPolicy(uint32_t number) const {
  const Result<SharedMemory> memory =
      SharedMemory::Open(path_ + "/policy." + std::to_string(number), 1);
  if (!memory.ok()) return memory.status();
  return std::string(reinterpret_cast<const char*>(memory->data()), memory->size());
}

Result<Ring> RingFolder::CreateRing(uint32_t number, uint32_t capacity) const {
  return Ring::Create(path_ + "/ring." + std::to_string(number), capacity);
}

}  // namespace ringfence
