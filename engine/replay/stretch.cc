// See stretch.h.
#include "replay/stretch.h"

#include <span>

#include "base/check.h"

namespace ringfence {

Status StretchReader::Read(const std::string& month, uint64_t first, uint64_t count) {
  if (!reader_ || month != month_) {
    month_ = month;
    reader_.emplace(files_, log_ + "/" + month);
  }
  buffer_.resize(count * kEntryOnDiskBytes);
  readable_ = count;
  Status status = reader_->ReadEntries(first, count, buffer_);
  if (status.ok() || status.code() != StatusCode::kCorrupt) return status;
  // The files end before: what is there is read one by one.
  for (readable_ = 0; readable_ < count; ++readable_) {
    const auto one = std::span(buffer_).subspan(readable_ * kEntryOnDiskBytes, kEntryOnDiskBytes);
    Status single = reader_->ReadEntries(first + readable_, 1, one);
    if (single.code() == StatusCode::kCorrupt) break;
    if (!single.ok()) return single;
  }
  return Status();
}

Result<Entry> StretchReader::At(uint64_t i) const {
  DCHECK((i + 1) * kEntryOnDiskBytes <= buffer_.size());
  const auto on_disk =
      std::span<const uint8_t>(buffer_).subspan(i * kEntryOnDiskBytes, kEntryOnDiskBytes);
  if (i < readable_ && on_disk[0] == 0 && on_disk[1] == kEntryBytes) {
    return DecodeEntry(on_disk.subspan<2, kEntryBytes>());
  }
  return Status(StatusCode::kCorrupt, "damaged");
}

}  // namespace ringfence
