// Times of the decision log.
#include "cli/log_time.h"

#include <charconv>
#include <chrono>
#include <ctime>

#include "cli/text.h"

namespace ringfence::cli {
namespace {

namespace chrono = std::chrono;

constexpr size_t kFractionDigits = 9;
// Nanoseconds since 1970 end in 2554; a year later than this is a mistyped one.
constexpr int64_t kLastYear = 2500;

/// Reads a time from its front, piece by piece; nothing fits any more once one did not.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : rest_(text) {}

  /// Exactly `digits` digits.
  int64_t Number(size_t digits) {
    int64_t number = 0;
    const std::string_view piece = rest_.substr(0, digits);
    const auto [end, error] = std::from_chars(piece.data(), piece.data() + piece.size(), number);
    if (piece.size() != digits || error != std::errc() || end != piece.data() + digits ||
        piece[0] == '-') {
      good_ = false;
      return 0;
    }
    rest_.remove_prefix(digits);
    return number;
  }
  void Expect(std::string_view one_of) {
    if (!Take(one_of)) good_ = false;
  }
  bool Take(std::string_view one_of) {
    if (rest_.empty() || one_of.find(rest_[0]) == std::string_view::npos) return false;
    taken_ = rest_[0];
    rest_.remove_prefix(1);
    return true;
  }
  /// ".123" and the like, in nanoseconds; 0 without one. `unit_ns` becomes its last digit's.
  int64_t Fraction(uint64_t* unit_ns) {
    if (!Take(".")) return 0;
    const size_t digits = std::min(rest_.find_first_not_of("0123456789"), rest_.size());
    if (digits == 0 || digits > kFractionDigits) good_ = false;
    if (!good_) return 0;
    int64_t fraction = Number(digits);
    *unit_ns = 1;
    for (size_t i = digits; i < kFractionDigits; ++i) {
      fraction *= 10;
      *unit_ns *= 10;
    }
    return fraction;
  }
  void Refuse() { good_ = false; }
  char taken() const { return taken_; }
  bool good() const { return good_; }
  bool at_end() const { return rest_.empty(); }

 private:
  std::string_view rest_;
  char taken_ = 0;
  bool good_ = true;
};

/// Hours, minutes and seconds of a day, as far as they are written.
struct Clock {
  int64_t seconds = 0, fraction = 0;
  uint64_t unit_ns = 3600 * kNsPerSecond;
};

Clock ScanClock(Scanner* scan) {
  Clock clock;
  const int64_t hour = scan->Number(2);
  int64_t minute = 0, second = 0;
  if (scan->Take(":")) {
    minute = scan->Number(2);
    clock.unit_ns = 60 * kNsPerSecond;
    if (scan->Take(":")) {
      second = scan->Number(2);
      clock.unit_ns = kNsPerSecond;
      clock.fraction = scan->Fraction(&clock.unit_ns);
    }
  }
  if (hour > 23 || minute > 59 || second > 59) scan->Refuse();
  clock.seconds = hour * 3600 + minute * 60 + second;
  return clock;
}

/// Seconds east of UTC: Z, +01:00.
int64_t ScanZone(Scanner* scan) {
  scan->Expect("Zz+-");
  if (!scan->good() || scan->taken() == 'Z' || scan->taken() == 'z') return 0;
  const int64_t sign = scan->taken() == '+' ? 1 : -1;
  const int64_t hours = scan->Number(2);
  scan->Expect(":");
  const int64_t minutes = scan->Number(2);
  if (hours > 23 || minutes > 59) scan->Refuse();
  return sign * (hours * 3600 + minutes * 60);
}

std::optional<TimeSpan> ParseAbsolute(std::string_view text) {
  Scanner scan(text);
  const int64_t year = scan.Number(4);
  scan.Expect("-");
  const int64_t month = scan.Number(2);
  scan.Expect("-");
  const int64_t day = scan.Number(2);
  const chrono::year_month_day date{chrono::year(static_cast<int>(year)),
                                    chrono::month(static_cast<unsigned>(month)),
                                    chrono::day(static_cast<unsigned>(day))};
  if (!scan.good() || !date.ok() || year < 1970 || year > kLastYear) return std::nullopt;
  int64_t seconds = chrono::sys_days(date).time_since_epoch().count() * 86400;
  Clock clock;
  clock.unit_ns = kNsPerDay;
  if (!scan.at_end()) {
    scan.Expect("Tt ");
    clock = ScanClock(&scan);
    seconds += clock.seconds - ScanZone(&scan);
  }
  if (!scan.good() || !scan.at_end() || seconds < 0) return std::nullopt;
  const uint64_t from_ns =
      static_cast<uint64_t>(seconds) * kNsPerSecond + static_cast<uint64_t>(clock.fraction);
  return TimeSpan{from_ns, from_ns + clock.unit_ns};
}

std::optional<TimeSpan> ParseRelative(std::string_view text, uint64_t now_ns) {
  if (!text.starts_with('-')) return std::nullopt;
  const std::optional<TimeLength> before = ParseTimeLength(text.substr(1));
  if (!before) return std::nullopt;
  const uint64_t unit_ns = before->unit_s * kNsPerSecond;
  const uint64_t from_ns =
      before->number > now_ns / unit_ns ? 0 : now_ns - before->number * unit_ns;
  return TimeSpan{from_ns, from_ns + unit_ns};
}

}  // namespace

uint64_t NowNs() {
  const auto now = chrono::system_clock::now().time_since_epoch();
  return static_cast<uint64_t>(chrono::duration_cast<chrono::nanoseconds>(now).count());
}

int64_t NowMs() { return static_cast<int64_t>(NowNs() / kNsPerMs); }

std::optional<TimeLength> ParseTimeLength(std::string_view text) {
  const size_t unit =
      text.empty() ? std::string_view::npos : std::string_view("smhd").find(text.back());
  if (unit == std::string_view::npos) return std::nullopt;
  constexpr uint64_t kSeconds[] = {1, 60, 3600, 86400};
  const std::optional<uint64_t> number = WholeNumber(text.substr(0, text.size() - 1));
  if (!number) return std::nullopt;
  return TimeLength{*number, kSeconds[unit]};
}

Result<TimeSpan> ParseTimeSpan(std::string_view text, std::string_view option, uint64_t now_ns) {
  auto time = text.starts_with('-') ? ParseRelative(text, now_ns) : ParseAbsolute(text);
  if (time) return *time;
  constexpr std::string_view kExpected =
      "expected a time like 2026-11-29T12:00:00Z, a date like 2026-11-29, or a time before now "
      "like -24h or -30d";
  return Status(StatusCode::kInvalidArgument,
                Cat({"--", option, " '", Printable(text), "': ", kExpected}));
}

Result<uint64_t> ParseTime(std::string_view text, std::string_view option, uint64_t now_ns) {
  auto span = ParseTimeSpan(text, option, now_ns);
  if (!span.ok()) return span.status();
  return span->from_ns;
}

std::string TimeText(int64_t unix_seconds) {
  const auto time = static_cast<std::time_t>(unix_seconds);
  std::tm parts = {};
  if (gmtime_r(&time, &parts) == nullptr) return std::to_string(unix_seconds);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
  return text;
}

std::string TimeNsText(uint64_t time_ns) {
  std::string text = TimeText(static_cast<int64_t>(time_ns / kNsPerSecond));
  const std::string fraction = std::to_string(time_ns % kNsPerSecond);
  text.back() = '.';  // in place of the Z
  return Cat({text, std::string(kFractionDigits - fraction.size(), '0'), fraction, "Z"});
}

}  // namespace ringfence::cli
