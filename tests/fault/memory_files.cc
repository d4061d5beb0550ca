// Files in memory, and what is left of them without power.
#include "fault/memory_files.h"

#include <algorithm>
#include <random>

namespace ringfence {
namespace {

constexpr size_t kPageBytes = 4096;

std::string Normal(const std::string& path) {
  if (path.empty()) return ".";
  std::string normal;
  for (const char c : path) {
    if (c != '/' || normal.empty() || normal.back() != '/') normal += c;
  }
  while (normal.size() > 1 && normal.back() == '/') normal.pop_back();
  return normal;
}

// Of a normal path.
std::string ParentOf(const std::string& path) {
  const size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

bool IsRoot(const std::string& normal) { return normal == "." || normal == "/"; }

Status Failure(StatusCode code, const std::string& path, const char* what) {
  return Status(code, "'" + path + "' " + what);
}

// SplitMix64: neighbouring seeds must not give neighbouring numbers.
uint64_t Mixed(uint64_t seed) {
  seed += 0x9E3779B97F4A7C15ull;
  seed = (seed ^ (seed >> 30)) * 0xBF58476D1CE4E5B9ull;
  seed = (seed ^ (seed >> 27)) * 0x94D049BB133111EBull;
  return seed ^ (seed >> 31);
}

}  // namespace

// --- One file

class MemoryFile final : public LogFile {
 public:
  using Node = MemoryFiles::Node;
  MemoryFile(std::shared_ptr<MemoryFiles::Disk> disk, std::shared_ptr<Node> node, std::string path,
             bool writable)
      : disk_(std::move(disk)), node_(std::move(node)), path_(std::move(path)), may_(writable) {}

  Status Append(Bytes bytes) override {
    const std::lock_guard lock(disk_->mutex);
    if (!may_) return Failure(StatusCode::kIo, path_, "is open for reading");
    node_->now.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    node_->most = std::max(node_->most, node_->now.size());
    return Status();
  }

  Status Read(uint64_t offset, std::span<uint8_t> out) const override {
    const std::lock_guard lock(disk_->mutex);
    const std::string& now = node_->now;
    if (offset > now.size() || out.size() > now.size() - offset) {
      return Failure(StatusCode::kCorrupt, path_, "ends before what was to be read");
    }
    std::copy_n(now.begin() + static_cast<ptrdiff_t>(offset), out.size(), out.begin());
    return Status();
  }

  Status Sync() override {
    const std::lock_guard lock(disk_->mutex);
    node_->durable.resize(std::min(node_->durable.size(), node_->agreed));
    node_->durable.append(node_->now, node_->durable.size());
    for (const auto& [begin, end] : node_->lost) {
      std::fill(node_->durable.begin() + static_cast<ptrdiff_t>(begin),
                node_->durable.begin() + static_cast<ptrdiff_t>(end), '\0');
    }
    node_->agreed = node_->most = node_->now.size();
    return Status();
  }

  Result<uint64_t> Size() const override {
    const std::lock_guard lock(disk_->mutex);
    return uint64_t{node_->now.size()};
  }

  Status Truncate(uint64_t size) override {
    const std::lock_guard lock(disk_->mutex);
    if (!may_) return Failure(StatusCode::kIo, path_, "is open for reading");
    node_->now.resize(size);
    node_->agreed = std::min<size_t>(node_->agreed, size);
    node_->most = std::max<size_t>(node_->most, size);
    for (auto& [begin, end] : node_->lost) end = std::min<size_t>(end, size);
    std::erase_if(node_->lost, [](const auto& range) { return range.first >= range.second; });
    return Status();
  }

 private:
  std::shared_ptr<MemoryFiles::Disk> disk_;
  std::shared_ptr<Node> node_;
  std::string path_;
  bool may_;
};

// --- Names. Callers hold the lock.

MemoryFiles::NodePtr MemoryFiles::Find(const std::string& path) const {
  const auto found = disk_->names.find(Normal(path));
  return found == disk_->names.end() ? nullptr : found->second.back();
}

Status MemoryFiles::CheckFolderOf(const std::string& path) const {
  const std::string parent = ParentOf(Normal(path));
  if (IsRoot(parent)) return Status();
  const NodePtr node = Find(parent);
  if (node != nullptr && node->folder) return Status();
  return Failure(StatusCode::kNotFound, path, "is in a folder that is not there");
}

void MemoryFiles::SetName(const std::string& path, NodePtr node) {
  std::vector<NodePtr>& states = disk_->names[Normal(path)];
  if (states.empty()) states.push_back(nullptr);
  states.push_back(std::move(node));
}

// --- The file system

Result<std::unique_ptr<LogFile>> MemoryFiles::OpenFile(const std::string& path, Open how) {
  const std::lock_guard lock(disk_->mutex);
  NodePtr node = Find(path);
  if (node == nullptr && how != Open::kCreate) {
    return Failure(StatusCode::kNotFound, path, "is not there");
  }
  if (node != nullptr && node->folder) return Failure(StatusCode::kIo, path, "is a folder");
  if (node == nullptr) {
    if (Status status = CheckFolderOf(path); !status.ok()) return status;
    node = std::make_shared<Node>();
    SetName(path, node);
  }
  return std::unique_ptr<LogFile>(new MemoryFile(disk_, node, path, how != Open::kRead));
}

Result<std::string> MemoryFiles::ReadWhole(const std::string& path, size_t limit) {
  const std::lock_guard lock(disk_->mutex);
  const NodePtr node = Find(path);
  if (node == nullptr) return Failure(StatusCode::kNotFound, path, "is not there");
  if (node->folder) return Failure(StatusCode::kIo, path, "is a folder");
  if (node->now.size() > limit) return Failure(StatusCode::kLimit, path, "is larger than allowed");
  return node->now;
}

Status MemoryFiles::Replace(const std::string& path, std::string_view contents, int) {
  const auto node = std::make_shared<Node>();
  node->now = node->durable = contents;
  node->agreed = node->most = contents.size();
  {
    const std::lock_guard lock(disk_->mutex);
    if (Status status = CheckFolderOf(path); !status.ok()) return status;
    const NodePtr there = Find(path);
    if (there != nullptr && there->folder) return Failure(StatusCode::kIo, path, "is a folder");
    SetName(path + ".new", node);
    SetName(path + ".new", nullptr);
    SetName(path, node);
  }
  return SyncFolder(ParentOf(Normal(path)));
}

Status MemoryFiles::MakeFolder(const std::string& path) {
  const std::lock_guard lock(disk_->mutex);
  const NodePtr there = Find(path);
  if (there != nullptr) {
    return there->folder ? Status() : Failure(StatusCode::kIo, path, "is a file");
  }
  if (Status status = CheckFolderOf(path); !status.ok()) return status;
  const auto node = std::make_shared<Node>();
  node->folder = true;
  SetName(path, node);
  return Status();
}

Status MemoryFiles::SyncFolder(const std::string& path) {
  const std::lock_guard lock(disk_->mutex);
  const std::string folder = Normal(path);
  const NodePtr node = Find(folder);
  if (!IsRoot(folder) && (node == nullptr || !node->folder)) {
    return Failure(StatusCode::kNotFound, path, "is no folder");
  }
  for (auto& [name, states] : disk_->names) {
    if (ParentOf(name) == folder) states.erase(states.begin(), states.end() - 1);
  }
  std::erase_if(disk_->names, [](const auto& name) {
    return name.second.size() == 1 && name.second.back() == nullptr;
  });
  return Status();
}

Status MemoryFiles::Remove(const std::string& path) {
  const std::lock_guard lock(disk_->mutex);
  const NodePtr node = Find(path);
  if (node == nullptr) return Status();
  for (const auto& [name, states] : disk_->names) {
    if (node->folder && states.back() != nullptr && ParentOf(name) == Normal(path)) {
      return Failure(StatusCode::kIo, path, "is a folder that is not empty");
    }
  }
  SetName(path, nullptr);
  return Status();
}

Result<bool> MemoryFiles::Exists(const std::string& path) {
  const std::lock_guard lock(disk_->mutex);
  return IsRoot(Normal(path)) || Find(path) != nullptr;
}

Result<std::vector<std::string>> MemoryFiles::List(const std::string& folder) {
  const std::lock_guard lock(disk_->mutex);
  const std::string normal = Normal(folder);
  const NodePtr node = Find(normal);
  if (!IsRoot(normal) && (node == nullptr || !node->folder)) {
    return Failure(StatusCode::kNotFound, folder, "is no folder");
  }
  std::vector<std::string> names;
  for (const auto& [name, states] : disk_->names) {
    if (states.back() != nullptr && ParentOf(name) == normal) {
      names.push_back(name.substr(name.rfind('/') + 1));
    }
  }
  std::sort(names.begin(), names.end());
  return names;
}

Status MemoryFiles::Allocate(const std::string& path, uint64_t bytes) {
  const Result<std::unique_ptr<LogFile>> file = OpenFile(path, Open::kCreate);
  if (!file.ok()) return file.status();
  return (*file)->Truncate(std::max((*file)->Size().value(), bytes));
}

// --- Crashes

std::unique_ptr<MemoryFiles> MemoryFiles::Snapshot() const {
  auto copy = std::make_unique<MemoryFiles>();
  const std::lock_guard lock(disk_->mutex);
  std::map<NodePtr, NodePtr> copies = {{nullptr, nullptr}};
  for (const auto& [name, states] : disk_->names) {
    for (const NodePtr& node : states) {
      NodePtr& twin = copies[node];
      if (twin == nullptr && node != nullptr) twin = std::make_shared<Node>(*node);
      copy->disk_->names[name].push_back(twin);
    }
  }
  return copy;
}

// Of a file with that name; a file that two names stand for may survive twice.
std::string MemoryFiles::Survivor(const Node& node, Loss loss, uint64_t seed) {
  std::mt19937_64 random(Mixed(seed));
  const std::string &now = node.now, &durable = node.durable;
  std::string bytes = durable;
  const auto between = [&](size_t least, size_t most) {
    return least + random() % (most - least + 1);
  };
  if (loss == Loss::kPrefix && (durable.size() == node.agreed || random() % 2 == 0)) {
    bytes = now.substr(0, between(node.agreed, now.size()));
  }
  if (loss == Loss::kPages) {
    bytes = durable.substr(0, node.agreed);
    bytes.resize(between(node.agreed, std::max(node.most, durable.size())));
    for (size_t at = node.agreed; at < bytes.size();) {
      const size_t end = std::min(bytes.size(), (at / kPageBytes + 1) * kPageBytes);
      const uint64_t choice = random() % 3;
      const std::string none;
      const std::string& from = choice == 0 ? durable : choice == 1 ? now : none;
      for (; at < end; ++at) bytes[at] = at < from.size() ? from[at] : '\0';
    }
  }
  for (const auto& [begin, end] : node.lost) {
    for (size_t at = begin; at < std::min(end, bytes.size()); ++at) bytes[at] = '\0';
  }
  return bytes;
}

std::unique_ptr<MemoryFiles> MemoryFiles::AfterPowerLoss(Loss loss, uint64_t seed) const {
  auto after = std::make_unique<MemoryFiles>();
  std::mt19937_64 random(Mixed(seed));
  const std::lock_guard lock(disk_->mutex);
  for (const auto& [name, states] : disk_->names) {  // a folder comes before what is in it
    const uint64_t choice = random(), content = random();
    const NodePtr node = loss == Loss::kAll ? states.front() : states[choice % states.size()];
    if (node == nullptr || !after->CheckFolderOf(name).ok()) continue;
    const auto twin = std::make_shared<Node>();
    twin->folder = node->folder;
    twin->now = twin->durable = Survivor(*node, loss, content);
    twin->agreed = twin->most = twin->now.size();
    after->disk_->names[name] = {twin};
  }
  return after;
}

void MemoryFiles::LosePages(const std::string& path) {
  const std::lock_guard lock(disk_->mutex);
  const NodePtr node = Find(path);
  if (node == nullptr || node->agreed >= node->now.size()) return;
  node->lost.emplace_back(node->agreed, node->now.size());
}

std::string MemoryFiles::Contents(const std::string& path) const {
  const std::lock_guard lock(disk_->mutex);
  const NodePtr node = Find(path);
  return node == nullptr ? std::string() : node->now;
}

void MemoryFiles::SetContents(const std::string& path, std::string_view contents) {
  const std::lock_guard lock(disk_->mutex);
  const auto node = std::make_shared<Node>();
  node->now = node->durable = contents;
  node->agreed = node->most = contents.size();
  disk_->names[Normal(path)] = {node};
}

}  // namespace ringfence
