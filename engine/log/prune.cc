// Pruning. See prune.h.
#include "log/prune.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "base/utf8.h"
#include "log/folder.h"
#include "log/keys.h"

namespace ringfence {
namespace {

// A month's folder and what a writer puts there; other things in it keep it from going.
Status RemoveMonth(LogFiles* files, const std::string& folder) {
  CHECK(IsMonth(std::string_view(folder).substr(folder.size() - 7)));
  for (const std::string& path : {folder + "/seg", folder + "/blobs", folder}) {
    const Result<std::vector<std::string>> names = files->List(path);
    if (!names.ok()) {
      if (names.status().code() == StatusCode::kNotFound) continue;
      return names.status();
    }
    for (const std::string& name : *names) {
      if (Status status = files->Remove(InFolder(path, name)); !status.ok()) return status;
    }
    if (Status status = files->Remove(path); !status.ok()) return status;
  }
  return Status();
}

}  // namespace

Result<std::vector<std::string>> PruneMonths(LogFiles* files, const std::string& log,
                                             const std::string& keys, uint64_t now_ns) {
  const Result<LogDescription> description = ReadDescription(files, log);
  if (!description.ok()) return description.status();
  const Result<LogKeys> key_file = ReadLogKeys(keys);
  if (!key_file.ok()) return key_file.status();
  if (key_file->identity != description->identity) {
    return Status(
        StatusCode::kInvalidArgument,
        "key file '" + Printable(keys) + "' belongs to another log than '" + Printable(log) + "'");
  }
  Result<std::vector<std::string>> months = Months(files, log);
  if (!months.ok()) return months;
  const uint64_t retention_days = description->retention_days;
  const uint64_t today = DayOf(now_ns);
  const uint64_t kept_from = today - std::min(today, retention_days);
  CHECK(kept_from <= today);
  // First the keys: what is deleted may live on in copies, what has no key is gone everywhere.
  const auto epoch = static_cast<uint32_t>(kept_from / kDaysPerEpoch);
  if (Status status = DestroyEpochsBefore(keys, epoch); !status.ok()) return status;
  std::vector<std::string> deleted;
  for (size_t i = 0; i + 1 < months->size(); ++i) {
    const std::string& month = (*months)[i];
    if (DayOf(MonthEnds(month)) > kept_from) break;
    if (Status status = RemoveMonth(files, InFolder(log, month)); !status.ok()) return status;
    if (Status status = files->SyncFolder(log); !status.ok()) return status;
    deleted.push_back(month);
  }
  return deleted;
}

}  // namespace ringfence
