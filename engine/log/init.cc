// A new log: its folder, its description, its key file.
#include <algorithm>
#include <cstdio>
#include <filesystem>

#include "base/utf8.h"
#include "log/writer.h"

namespace ringfence {
namespace {

Status CheckName(const std::string& name) {
  if (IsLogName(name)) return Status();
  return Status(StatusCode::kInvalidArgument,
                "the name of a log is 1 to 200 of a-z 0-9 . / _ -, beginning and ending with a "
                "letter or digit, like example.com/ring/n7: not '" +
                    Printable(name) + "'");
}

bool IsInside(const std::string& file, const std::string& folder) {
  std::error_code ignored;
  const auto inner = std::filesystem::weakly_canonical(std::filesystem::absolute(file), ignored);
  auto outer = std::filesystem::weakly_canonical(std::filesystem::absolute(folder), ignored);
  if (!outer.has_filename()) outer = outer.parent_path();  // "log/"
  const auto [end, unused] = std::mismatch(outer.begin(), outer.end(), inner.begin(), inner.end());
  return end == outer.end();
}

Status MakeFolders(LogFiles* files, const std::string& log) {
  Status status = files->MakeFolder(log);
  if (status.ok()) status = files->MakeFolder(log + "/state");
  const std::string parent = std::filesystem::path(log).parent_path().string();
  if (status.ok()) status = files->SyncFolder(parent.empty() ? "." : parent);
  return status;
}

}  // namespace

Status InitLog(LogFiles* files, const LogInit& init) {
  if (Status status = CheckName(init.name); !status.ok()) return status;
  if (init.path.empty() || init.keys.empty()) {
    return Status(StatusCode::kInvalidArgument, "a new log needs a folder and a key file");
  }
  if (IsInside(init.keys, init.path)) {
    return Status(
        StatusCode::kInvalidArgument,
        "the key file must lie outside the log: who copies the log must not get the keys");
  }
  const Result<std::vector<std::string>> there = files->List(init.path);
  if (there.ok() && !there->empty()) {
    return Status(StatusCode::kInvalidArgument,
                  "'" + Printable(init.path) + "' is not empty: name a new folder");
  }
  if (!there.ok() && there.status().code() != StatusCode::kNotFound) return there.status();
  LogKeys keys;
  FillRandom(keys.identity);
  FillRandom(keys.signing_seed);
  FillRandom(keys.first_key);
  keys.first_epoch = EpochOf(SystemClock().UnixNs());
  LogDescription description;
  description.name = init.name;
  description.writer = init.writer;
  description.identity = keys.identity;
  description.retention_days = init.retention_days;
  if (Status status = CreateLogKeys(init.keys, keys); !status.ok()) return status;
  Status made = MakeFolders(files, init.path);
  if (made.ok()) {
    made = files->Replace(init.path + "/log.json", FormatDescription(description), 0644);
  }
  // Nobody needs the key of a log that is not there, and it would be in the way of the next try.
  if (!made.ok()) std::remove(init.keys.c_str());
  return made;
}

}  // namespace ringfence
