// Time zones from the system's files, read by cctz.
#include <cctz/time_zone.h>
#include <ringfence/zones.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <mutex>
#include <string_view>
#include <system_error>
#include <utility>

namespace ringfence {
namespace {

constexpr const char* kFolder = "/usr/share/zoneinfo";

/// One name in the folder. Whether it is a zone turns out when it is first asked for: beside zones
/// stand tables.
struct Zone {
  explicit Zone(std::string zone_name) : name(std::move(zone_name)) {}
  std::string name;
  std::once_flag loading;
  bool exists = false;
  cctz::time_zone rules;
};

/// Names of zones begin with a capital letter; "posix", "right" (with leap seconds) and "localtime"
/// are no zones.
bool MayBeZone(std::string_view name) {
  return !name.empty() && name[0] >= 'A' && name[0] <= 'Z' &&
         name.find('.') == std::string_view::npos;
}

class SystemZones final : public TimeZones {
 public:
  explicit SystemZones(std::vector<std::string> names) {
    std::sort(names.begin(), names.end());
    for (std::string& name : names) zones_.push_back(std::make_unique<Zone>(std::move(name)));
  }

  bool ToLocal(std::string_view name, int64_t unix_s, LocalTime* local) const noexcept override {
    const auto found =
        std::lower_bound(zones_.begin(), zones_.end(), name,
                         [](const std::unique_ptr<Zone>& zone, std::string_view wanted) {
                           return zone->name < wanted;
                         });
    if (found == zones_.end() || (*found)->name != name) return false;
    Zone& zone = **found;
    std::call_once(zone.loading,
                   [&zone] { zone.exists = cctz::load_time_zone(zone.name, &zone.rules); });
    if (!zone.exists) return false;
    const cctz::time_point<cctz::seconds> then{cctz::seconds(unix_s)};
    const cctz::civil_second civil = zone.rules.lookup(then).cs;
    local->minute = civil.hour() * 60 + civil.minute();
    local->weekday = static_cast<int>(cctz::get_weekday(cctz::civil_day(civil))) + 1;
    return true;
  }

  std::vector<std::string> Names() const override {
    std::vector<std::string> names;
    names.reserve(zones_.size());
    for (const std::unique_ptr<Zone>& zone : zones_) names.push_back(zone->name);
    return names;
  }

 private:
  std::vector<std::unique_ptr<Zone>> zones_;  ///< by name
};

}  // namespace

Result<std::shared_ptr<const TimeZones>> SystemTimeZones() {
  const char* given = std::getenv("TZDIR");  // where cctz looks as well
  const std::filesystem::path folder = given != nullptr && *given != '\0' ? given : kFolder;
  std::vector<std::string> names;
  std::error_code error;
  std::filesystem::recursive_directory_iterator entry(folder, error);
  for (; !error && entry != std::filesystem::recursive_directory_iterator();
       entry.increment(error)) {
    std::string name = entry->path().lexically_relative(folder).generic_string();
    std::error_code ignored;
    if (entry->is_directory(ignored)) {
      if (!MayBeZone(name)) entry.disable_recursion_pending();
    } else if (MayBeZone(name) && entry->is_regular_file(ignored)) {
      names.push_back(std::move(name));
    }
  }
  if (error || names.empty()) {
    return Status(StatusCode::kNotFound,
                  "no time zones are in the folder TZDIR or /usr/share/zoneinfo: install tzdata");
  }
  return std::shared_ptr<const TimeZones>(std::make_shared<SystemZones>(std::move(names)));
}

}  // namespace ringfence
