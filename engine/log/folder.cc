// Names and descriptions of a log folder, and reading what a month holds. What the folder says is
// not trusted: sizes are bounded, names are made here and never taken from a file.
#include "log/folder.h"

#include <algorithm>
#include <deque>
#include <utility>

#include "base/check.h"
#include "base/json.h"
#include "base/json_writer.h"
#include "base/sha256.h"
#include "base/utf8.h"

namespace ringfence {
namespace {

constexpr int64_t kDescriptionVersion = 1;
constexpr size_t kMaxDescriptionBytes = 4096;
constexpr size_t kMaxVerifierKeyBytes = 1024;
constexpr uint64_t kMaxEntries = uint64_t{1} << 48;  // what policy_ref and the tree can name
constexpr int64_t kSecondsPerDay = 86400;
constexpr uint64_t kNsPerSecond = 1000000000;

std::string Quoted(const std::string& path) { return "'" + Printable(path) + "'"; }

std::string Padded(uint64_t number, size_t digits) {
  std::string text = std::to_string(number);
  if (text.size() < digits) text.insert(0, digits - text.size(), '0');
  return text;
}

// Days since 1970-01-01 of the first day of a month, and back (civil_from_days by H. Hinnant).
int64_t DayOfMonth(int64_t year, int64_t month) {
  DCHECK(month >= 1 && month <= 12);
  const int64_t y = month <= 2 ? year - 1 : year;
  const int64_t era = y / 400;
  const int64_t year_of_era = y - era * 400;
  const int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5;
  return era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year -
         719468;
}

std::string MonthOfDay(int64_t day) {
  const int64_t shifted = day + 719468;
  const int64_t era = shifted / 146097;
  const int64_t day_of_era = shifted - era * 146097;
  const int64_t year_of_era =
      (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  const int64_t day_of_year =
      day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const int64_t shifted_month = (5 * day_of_year + 2) / 153;
  DCHECK(day >= 0 && day_of_year >= 0 && day_of_year <= 365);
  const int64_t month = shifted_month < 10 ? shifted_month + 3 : shifted_month - 9;
  const int64_t year = year_of_era + era * 400 + (month <= 2 ? 1 : 0);
  return Padded(static_cast<uint64_t>(year), 4) + "-" + Padded(static_cast<uint64_t>(month), 2);
}

int64_t Number(std::string_view digits) {
  DCHECK(digits.size() <= 18);
  int64_t value = 0;
  for (const char c : digits) value = value * 10 + (c - '0');
  return value;
}

uint64_t MonthStart(int64_t year, int64_t month) {
  const int64_t seconds = DayOfMonth(year, month) * kSecondsPerDay;
  if (seconds <= 0) return 0;
  const auto s = static_cast<uint64_t>(seconds);
  return s > UINT64_MAX / kNsPerSecond ? UINT64_MAX : s * kNsPerSecond;
}

bool TakeInt(const JsonValue& object, std::string_view key, int64_t lowest, int64_t highest,
             int64_t* out) {
  const JsonValue* const value = object.Find(key);
  if (value == nullptr || value->type != JsonValue::Type::kInt) return false;
  *out = value->integer;
  return value->integer >= lowest && value->integer <= highest;
}

bool TakeText(const JsonValue& object, std::string_view key, std::string* out) {
  const JsonValue* const value = object.Find(key);
  if (value == nullptr || value->type != JsonValue::Type::kString) return false;
  *out = value->string;
  return true;
}

Status Bad(const std::string& path, std::string_view what, StatusCode code = StatusCode::kParse) {
  return Status(code, Quoted(path) + ": " + std::string(what));
}

}  // namespace

bool FromHex(std::string_view text, std::span<uint8_t> out) {
  if (text.size() != 2 * out.size()) return false;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const bool digit = c >= '0' && c <= '9';
    if (!digit && (c < 'a' || c > 'f')) return false;
    const auto half = static_cast<uint8_t>(digit ? c - '0' : c - 'a' + 10);
    uint8_t& byte = out[i / 2];
    byte = static_cast<uint8_t>(i % 2 == 0 ? half << 4 : byte | half);
  }
  return true;
}

bool IsLogName(std::string_view name) {
  const auto plain = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
  if (name.empty() || name.size() > 200 || !plain(name.front()) || !plain(name.back())) {
    return false;
  }
  return std::all_of(name.begin(), name.end(), [&](char c) {
    return plain(c) || c == '.' || c == '/' || c == '_' || c == '-';
  });
}

Result<LogDescription> ReadDescription(LogFiles* files, const std::string& log) {
  const std::string path = log + "/log.json";
  const Result<std::string> text = files->ReadWhole(path, kMaxDescriptionBytes);
  if (!text.ok()) {
    if (text.status().code() != StatusCode::kNotFound) return text.status();
    return Status(StatusCode::kNotFound, "no decision log in " + Quoted(log) + ": no log.json");
  }
  Diagnostics diagnostics;
  JsonValue json;
  if (!ParseJson(*text, path, diagnostics, &json)) {
    return Status(StatusCode::kParse, diagnostics.Render(*text));
  }
  const JsonValue* const version = json.Find("ringfence_log");
  if (version == nullptr || version->type != JsonValue::Type::kInt) {
    return Bad(path, "no description of a decision log", StatusCode::kSchema);
  }
  if (version->integer != kDescriptionVersion) {
    return Bad(path,
               "a decision log of version " + std::to_string(version->integer) + ", expected 1",
               StatusCode::kSchema);
  }
  LogDescription description;
  int64_t writer = 0, retention = 0;
  std::string identity;
  if (!TakeText(json, "name", &description.name) || !IsLogName(description.name)) {
    return Bad(path, "'name' must be 1-200 bytes of [a-z0-9./_-]");
  }
  if (!TakeInt(json, "writer", 0, UINT16_MAX, &writer)) {
    return Bad(path, "'writer' must be a number from 0 to 65535");
  }
  if (!TakeText(json, "identity", &identity) || !FromHex(identity, description.identity)) {
    return Bad(path, "'identity' must be 32 hexadecimal digits");
  }
  if (!TakeInt(json, "retention_days", 0, UINT32_MAX, &retention)) {
    return Bad(path, "'retention_days' must be a number of days");
  }
  if (json.members.size() != 5) {
    return Bad(path, "expected ringfence_log, name, writer, identity, retention_days only");
  }
  description.writer = static_cast<uint16_t>(writer);
  description.retention_days = static_cast<uint32_t>(retention);
  return description;
}

std::string FormatDescription(const LogDescription& description) {
  JsonWriter json(JsonWriter::Style::kPretty);
  json.BeginObject();
  json.Key("ringfence_log").Int(kDescriptionVersion);
  json.Key("name").String(description.name);
  json.Key("writer").Uint(description.writer);
  json.Key("identity").String(ToHex(description.identity));
  json.Key("retention_days").Uint(description.retention_days);
  json.EndObject();
  return json.Finish() + "\n";
}

std::string MonthOf(uint64_t time_ns) {
  return MonthOfDay(static_cast<int64_t>(time_ns / kNsPerSecond) / kSecondsPerDay);
}

bool IsMonth(std::string_view name) {
  if (name.size() != 7 || name[4] != '-') return false;
  for (const size_t i : {0u, 1u, 2u, 3u, 5u, 6u}) {
    if (name[i] < '0' || name[i] > '9') return false;
  }
  const int64_t month = Number(name.substr(5));
  return month >= 1 && month <= 12;
}

uint64_t MonthBegins(std::string_view month) {
  CHECK(IsMonth(month));
  return MonthStart(Number(month.substr(0, 4)), Number(month.substr(5)));
}

uint64_t MonthEnds(std::string_view month) {
  CHECK(IsMonth(month));
  const int64_t year = Number(month.substr(0, 4)), number = Number(month.substr(5));
  return number == 12 ? MonthStart(year + 1, 1) : MonthStart(year, number + 1);
}

Result<std::vector<std::string>> Months(LogFiles* files, const std::string& log) {
  Result<std::vector<std::string>> names = files->List(log);
  if (!names.ok()) return names;
  std::erase_if(*names, [](const std::string& name) { return !IsMonth(name); });
  std::sort(names->begin(), names->end());
  return names;
}

std::string OriginOf(const LogDescription& description, std::string_view month) {
  return description.name + "/" + std::string(month);
}

std::string InFolder(std::string folder, std::string_view name) {
  folder += '/';
  folder += name;
  return folder;
}

std::string EntriesName(uint64_t segment) { return "seg/" + Padded(segment, 10) + ".ent"; }
std::string LeavesName(uint64_t segment) { return "seg/" + Padded(segment, 10) + ".l0"; }
std::string LevelName(int level) {
  CHECK(level >= 1 && level < kTileLevels);
  return "level" + std::to_string(level);
}
std::string BlobName(const Hash& hash) { return "blobs/" + ToHex(hash); }

std::string FormatCheckpointRecord(std::string_view note) {
  return std::to_string(note.size()) + "\n" + std::string(note);
}

Status CheckpointCursor::Fill(size_t wanted) {
  constexpr size_t kStep = 65536;
  while (buffer_.size() - used_ < wanted) {
    if (file_ == nullptr) {
      auto opened = files_->OpenFile(path_, LogFiles::Open::kRead);
      if (!opened.ok()) {
        return opened.status().code() == StatusCode::kNotFound ? Status() : opened.status();
      }
      file_ = std::move(opened).value();
    }
    const Result<uint64_t> size = file_->Size();
    if (!size.ok()) return size.status();
    buffer_.erase(0, used_);
    used_ = 0;
    const uint64_t at = offset_ + buffer_.size();
    const uint64_t count = *size > at ? std::min<uint64_t>(*size - at, kStep) : 0;
    if (count == 0) return Status();
    const size_t before = buffer_.size();
    buffer_.resize(before + static_cast<size_t>(count));
    const std::span<uint8_t> room(reinterpret_cast<uint8_t*>(buffer_.data()) + before,
                                  static_cast<size_t>(count));
    if (Status status = file_->Read(at, room); !status.ok()) {
      buffer_.resize(before);
      return status;
    }
  }
  return Status();
}

Result<std::optional<std::string>> CheckpointCursor::Next() {
  constexpr size_t kMostDigits = 7;
  static_assert(kMaxNoteFileBytes < 10000000);
  if (Status status = Fill(kMostDigits + 1); !status.ok()) return status;
  const std::string_view rest = std::string_view(buffer_).substr(used_);
  size_t digits = 0;
  while (digits < rest.size() && digits < kMostDigits && rest[digits] >= '0' &&
         rest[digits] <= '9') {
    ++digits;
  }
  torn_ = !rest.empty();
  if (digits == rest.size()) return std::optional<std::string>();
  const bool line = digits > 0 && digits < rest.size() && rest[digits] == '\n' && rest[0] != '0';
  const auto length = static_cast<size_t>(Number(rest.substr(0, digits)));
  if (!line || length > kMaxNoteFileBytes) {
    return Status(StatusCode::kCorrupt, Quoted(path_) + " at byte " + std::to_string(offset_) +
                                            ": expected a line with the length of a checkpoint");
  }
  const size_t whole = digits + 1 + length;
  DCHECK(digits <= kMostDigits && whole <= kMaxNoteFileBytes + kMostDigits + 1);
  if (Status status = Fill(whole); !status.ok()) return status;
  if (buffer_.size() - used_ < whole) return std::optional<std::string>();
  std::string note = buffer_.substr(used_ + digits + 1, length);
  used_ += whole;
  DCHECK(used_ <= buffer_.size());
  offset_ += whole;
  torn_ = false;
  return std::optional<std::string>(std::move(note));
}

Result<LogFile*> MonthReader::File(const std::string& name, std::unique_ptr<LogFile>* slot,
                                   std::string* open_name) {
  if (*slot != nullptr && (open_name == nullptr || *open_name == name)) return slot->get();
  slot->reset();
  Result<std::unique_ptr<LogFile>> opened =
      files_->OpenFile(folder_ + "/" + name, LogFiles::Open::kRead);
  if (!opened.ok()) {
    // A file that is not there ends before its first byte.
    if (opened.status().code() != StatusCode::kNotFound) return opened.status();
    return Status(StatusCode::kCorrupt, opened.status().message());
  }
  *slot = std::move(opened).value();
  if (open_name != nullptr) *open_name = name;
  return slot->get();
}

Status MonthReader::ReadSegments(uint64_t index, uint64_t count, size_t width,
                                 std::span<uint8_t> out, std::string (*name)(uint64_t),
                                 std::unique_ptr<LogFile>* slot, std::string* open_name) {
  CHECK(count <= SIZE_MAX / width && out.size() == count * width);
  if (index > kMaxEntries || count > kMaxEntries - index) {
    return Bad(folder_, "no entry has number " + std::to_string(index), StatusCode::kCorrupt);
  }
  while (count > 0) {
    const uint64_t first = index % kEntriesPerSegment;
    const uint64_t here = std::min(count, kEntriesPerSegment - first);
    const Result<LogFile*> file = File(name(index / kEntriesPerSegment), slot, open_name);
    if (!file.ok()) return file.status();
    const size_t bytes = static_cast<size_t>(here) * width;
    if (Status status = (*file)->Read(first * width, out.first(bytes)); !status.ok()) return status;
    out = out.subspan(bytes);
    index += here;
    count -= here;
  }
  return Status();
}

Status MonthReader::ReadEntries(uint64_t index, uint64_t count, std::span<uint8_t> out) {
  CHECK(out.size() % kEntryOnDiskBytes == 0);
  return ReadSegments(index, count, kEntryOnDiskBytes, out, EntriesName, &entries_, &entries_name_);
}

Result<Entry> MonthReader::ReadEntry(uint64_t index) {
  std::array<uint8_t, kEntryOnDiskBytes> bytes;
  if (Status status = ReadEntries(index, 1, bytes); !status.ok()) return status;
  if (bytes[0] != 0 || bytes[1] != kEntryBytes) {
    return Bad(folder_, "entry " + std::to_string(index) + " is not preceded by its length, 182",
               StatusCode::kCorrupt);
  }
  Result<Entry> entry = DecodeEntry(std::span(bytes).subspan<2, kEntryBytes>());
  if (entry.ok()) return entry;
  return Bad(folder_, "entry " + std::to_string(index) + ": " + entry.status().message(),
             StatusCode::kCorrupt);
}

Status MonthReader::ReadHashes(int level, uint64_t index, std::span<Hash> out) {
  CHECK(level >= 0 && level < kTileLevels);
  static_assert(sizeof(Hash) == 32);
  if (out.empty()) return Status();
  const std::span<uint8_t> bytes(out.front().data(), out.size() * sizeof(Hash));
  if (level == 0) {
    return ReadSegments(index, out.size(), sizeof(Hash), bytes, LeavesName, &leaves_,
                        &leaves_name_);
  }
  if (index > kMaxEntries || out.size() > kMaxEntries - index) {
    return Bad(folder_, "no hash has number " + std::to_string(index), StatusCode::kCorrupt);
  }
  const Result<LogFile*> file =
      File(LevelName(level), &levels_[static_cast<size_t>(level)], nullptr);
  if (!file.ok()) return file.status();
  return (*file)->Read(index * sizeof(Hash), bytes);
}

TreeEdge::ReadHashes MonthReader::HashSource() {
  return [this](int level, uint64_t index, std::span<Hash> out) {
    return ReadHashes(level, index, out);
  };
}

Result<uint64_t> MonthReader::EntriesOnDisk() {
  constexpr uint64_t kSegmentBytes = kEntriesPerSegment * kEntryOnDiskBytes;
  uint64_t entries = 0;
  while (entries < kMaxEntries) {
    auto file = files_->OpenFile(folder_ + "/" + EntriesName(entries / kEntriesPerSegment),
                                 LogFiles::Open::kRead);
    if (!file.ok()) {
      if (file.status().code() == StatusCode::kNotFound) break;
      return file.status();
    }
    const Result<uint64_t> size = (*file)->Size();
    if (!size.ok()) return size.status();
    entries += std::min(*size, kSegmentBytes) / kEntryOnDiskBytes;
    if (*size < kSegmentBytes) break;
  }
  return entries;
}

Result<VerifierKey> MonthReader::Key() {
  const std::string path = folder_ + "/" + kVerifierKeyName;
  Result<std::string> text = files_->ReadWhole(path, kMaxVerifierKeyBytes);
  if (!text.ok()) return text.status();
  if (text->ends_with('\n')) text->pop_back();
  Result<VerifierKey> key = ParseVerifierKey(*text);
  if (!key.ok()) return Bad(path, key.status().message());
  return key;
}

Result<std::string> MonthReader::CheckpointNote() {
  return files_->ReadWhole(folder_ + "/" + kCheckpointName, kMaxNoteFileBytes);
}

Result<std::vector<std::string>> MonthReader::CheckpointNotes(size_t newest, uint64_t* end) const {
  std::deque<std::string> notes;
  CheckpointCursor cursor = Checkpoints();
  while (true) {
    Result<std::optional<std::string>> note = cursor.Next();
    if (!note.ok()) return note.status();
    if (!note->has_value()) break;
    notes.push_back(std::move(**note));
    if (notes.size() > newest) notes.pop_front();
  }
  if (end != nullptr) *end = cursor.offset();
  return std::vector<std::string>(std::make_move_iterator(notes.begin()),
                                  std::make_move_iterator(notes.end()));
}

Result<std::string> MonthReader::Blob(const Hash& hash, size_t limit) {
  const std::string path = folder_ + "/" + BlobName(hash);
  Result<std::string> blob = files_->ReadWhole(path, limit);
  if (!blob.ok()) return blob;
  if (TreeHasher().Of(AsBytes(*blob)) == hash) return blob;
  return Bad(path, "its contents have another SHA-256 than its name", StatusCode::kCorrupt);
}

}  // namespace ringfence
