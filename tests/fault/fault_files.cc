// Faults at chosen operations of a file system.
#include "fault/fault_files.h"

#include <algorithm>

namespace ringfence {
namespace {

bool Contains(const std::string& path, const std::string& part) {
  return path.find(part) != std::string::npos;
}

Status Full(const std::string& path) {
  return Status(StatusCode::kFull, "cannot write '" + path + "': no room (injected)");
}

}  // namespace

// --- One file

class FaultFile final : public LogFile {
 public:
  FaultFile(FaultFiles* owner, std::unique_ptr<LogFile> base, std::string path)
      : owner_(owner), base_(std::move(base)), path_(std::move(path)) {}

  Status Append(Bytes bytes) override {
    size_t written = 0;
    const Status fault = owner_->Begin(FileOp::kAppend, path_, &written);
    if (!fault.ok()) {
      const Status part = Put(bytes.first(std::min(written, bytes.size())));
      return part.ok() ? fault : part;
    }
    return Put(bytes);
  }

  Status Read(uint64_t offset, std::span<uint8_t> out) const override {
    if (Status fault = owner_->Begin(FileOp::kRead, path_); !fault.ok()) return fault;
    if (Status status = base_->Read(offset, out); !status.ok()) return status;
    owner_->Flip(true, path_, offset, out);
    return Status();
  }

  Status Sync() override {
    if (Status fault = owner_->Begin(FileOp::kSync, path_); !fault.ok()) {
      if (owner_->on_failed_sync_) owner_->on_failed_sync_(path_);
      return fault;
    }
    return base_->Sync();
  }

  Result<uint64_t> Size() const override {
    if (Status fault = owner_->Begin(FileOp::kLook, path_); !fault.ok()) return fault;
    return base_->Size();
  }

  Status Truncate(uint64_t size) override {
    if (Status fault = owner_->Begin(FileOp::kTruncate, path_); !fault.ok()) return fault;
    if (Status status = base_->Truncate(size); !status.ok()) return status;
    owner_->SetSize(path_, size);
    return Status();
  }

 private:
  Status Put(Bytes bytes) {
    const Result<uint64_t> size = base_->Size();
    if (!size.ok()) return size.status();
    const uint64_t fits = owner_->Room(bytes.size());
    std::vector<uint8_t> copy(bytes.begin(), bytes.begin() + static_cast<ptrdiff_t>(fits));
    owner_->Flip(false, path_, *size, copy);
    if (Status status = base_->Append(copy); !status.ok()) return status;
    owner_->SetSize(path_, *size + fits);
    return fits < bytes.size() ? Full(path_) : Status();
  }

  FaultFiles* owner_;
  std::unique_ptr<LogFile> base_;
  std::string path_;
};

// --- What goes wrong

void FaultFiles::Inject(const FileFault& fault) {
  const std::lock_guard lock(mutex_);
  faults_.push_back(fault);
}

void FaultFiles::Inject(const FileFlip& flip) {
  const std::lock_guard lock(mutex_);
  flips_.push_back(flip);
}

void FaultFiles::Heal() {
  const std::lock_guard lock(mutex_);
  faults_.clear();
  flips_.clear();
}

void FaultFiles::SetCapacity(uint64_t bytes) {
  const std::lock_guard lock(mutex_);
  capacity_ = bytes;
}

uint64_t FaultFiles::used() const {
  const std::lock_guard lock(mutex_);
  uint64_t used = 0;
  for (const auto& [path, size] : sizes_) used += size;
  return used;
}

uint64_t FaultFiles::count(FileOp op) const {
  const std::lock_guard lock(mutex_);
  return counts_[static_cast<size_t>(op)];
}

uint64_t FaultFiles::operations() const {
  const std::lock_guard lock(mutex_);
  uint64_t all = 0;
  for (const uint64_t count : counts_) all += count;
  return all;
}

uint64_t FaultFiles::fired() const {
  const std::lock_guard lock(mutex_);
  return fired_;
}

Status FaultFiles::Begin(FileOp op, const std::string& path, size_t* written) {
  if (before_) before_(op, path);
  const std::lock_guard lock(mutex_);
  ++counts_[static_cast<size_t>(op)];
  Status status;
  for (FileFault& fault : faults_) {  // each counts, whether or not another one has struck already
    if ((fault.op && *fault.op != op) || !Contains(path, fault.in) || fault.times == 0) continue;
    if (fault.nth > 1) {
      --fault.nth;
      continue;
    }
    if (!status.ok()) continue;
    if (fault.times != UINT64_MAX) --fault.times;
    ++fired_;
    if (written != nullptr) *written = fault.written;
    status = Status(fault.code, "'" + path + "' fails (injected)");
  }
  return status;
}

void FaultFiles::Flip(bool on_read, const std::string& path, uint64_t offset,
                      std::span<uint8_t> bytes) {
  const std::lock_guard lock(mutex_);
  for (FileFlip& flip : flips_) {
    if (flip.on_read != on_read || flip.times == 0 || !Contains(path, flip.in)) continue;
    if (flip.offset < offset || flip.offset - offset >= bytes.size()) continue;
    if (flip.times != UINT64_MAX) --flip.times;
    ++fired_;
    bytes[flip.offset - offset] ^= flip.mask;
  }
}

uint64_t FaultFiles::Room(uint64_t wanted) const {
  const uint64_t taken = used();
  const std::lock_guard lock(mutex_);
  return taken >= capacity_ ? 0 : std::min(wanted, capacity_ - taken);
}

void FaultFiles::SetSize(const std::string& path, uint64_t size) {
  const std::lock_guard lock(mutex_);
  sizes_[path] = size;
}

// --- The file system

Result<std::unique_ptr<LogFile>> FaultFiles::OpenFile(const std::string& path, Open how) {
  if (Status fault = Begin(FileOp::kOpen, path); !fault.ok()) return fault;
  Result<std::unique_ptr<LogFile>> file = base_->OpenFile(path, how);
  if (!file.ok()) return file;
  const Result<uint64_t> size = (*file)->Size();
  if (!size.ok()) return size.status();
  SetSize(path, *size);
  return std::unique_ptr<LogFile>(new FaultFile(this, std::move(*file), path));
}

Result<std::string> FaultFiles::ReadWhole(const std::string& path, size_t limit) {
  if (Status fault = Begin(FileOp::kRead, path); !fault.ok()) return fault;
  Result<std::string> text = base_->ReadWhole(path, limit);
  if (text.ok()) Flip(true, path, 0, {reinterpret_cast<uint8_t*>(text->data()), text->size()});
  return text;
}

Status FaultFiles::WriteBeside(const std::string& path, std::string_view contents) {
  Result<std::unique_ptr<LogFile>> file = base_->OpenFile(path, Open::kCreate);
  if (!file.ok()) return file.status();
  if (Status status = (*file)->Truncate(0); !status.ok()) return status;
  return (*file)->Append(AsBytes(contents));
}

Status FaultFiles::Replace(const std::string& path, std::string_view contents, int mode) {
  const std::string beside = path + ".new";
  size_t written = 0;
  Status fault = Begin(FileOp::kReplaceWrite, path, &written);
  if (!fault.ok() && written == 0) return fault;
  if (Room(contents.size()) < contents.size()) return Full(path);
  const std::string_view part = fault.ok() ? contents : contents.substr(0, written);
  if (Status status = WriteBeside(beside, part); !status.ok()) return status;
  if (!fault.ok()) return fault;
  if (fault = Begin(FileOp::kReplaceRename, path); !fault.ok()) return fault;
  std::string bytes(contents);
  Flip(false, path, 0, {reinterpret_cast<uint8_t*>(bytes.data()), bytes.size()});
  if (Status status = base_->Replace(path, bytes, mode); !status.ok()) return status;
  SetSize(path, bytes.size());
  return Begin(FileOp::kReplaceSync, path);
}

Status FaultFiles::MakeFolder(const std::string& path) {
  if (Status fault = Begin(FileOp::kMakeFolder, path); !fault.ok()) return fault;
  return base_->MakeFolder(path);
}

Status FaultFiles::SyncFolder(const std::string& path) {
  if (Status fault = Begin(FileOp::kSyncFolder, path); !fault.ok()) return fault;
  return base_->SyncFolder(path);
}

Status FaultFiles::Remove(const std::string& path) {
  if (Status fault = Begin(FileOp::kRemove, path); !fault.ok()) return fault;
  if (Status status = base_->Remove(path); !status.ok()) return status;
  const std::lock_guard lock(mutex_);
  sizes_.erase(path);
  return Status();
}

Result<bool> FaultFiles::Exists(const std::string& path) {
  if (Status fault = Begin(FileOp::kLook, path); !fault.ok()) return fault;
  return base_->Exists(path);
}

Result<std::vector<std::string>> FaultFiles::List(const std::string& folder) {
  if (Status fault = Begin(FileOp::kLook, folder); !fault.ok()) return fault;
  return base_->List(folder);
}

Status FaultFiles::Allocate(const std::string& path, uint64_t bytes) {
  if (Status fault = Begin(FileOp::kAllocate, path); !fault.ok()) return fault;
  uint64_t before = 0;
  {
    const std::lock_guard lock(mutex_);
    const auto found = sizes_.find(path);
    if (found != sizes_.end()) before = found->second;
  }
  const uint64_t more = bytes > before ? bytes - before : 0;
  if (Room(more) < more) return Full(path);
  if (Status status = base_->Allocate(path, bytes); !status.ok()) return status;
  SetSize(path, before + more);
  return Status();
}

}  // namespace ringfence
