// A user's request to be left alone: eight bytes of time, little-endian, and a byte of exceptions.
#include "derived/quiet_rows.h"

#include "base/bytes.h"

namespace ringfence {

std::string PackQuiet(const QuietRow& row) {
  std::string bytes;
  AppendUint(static_cast<uint64_t>(row.until_s), 8, &bytes);
  bytes.push_back(row.except_listed ? 1 : 0);
  return bytes;
}

bool UnpackQuiet(std::span<const uint8_t> bytes, QuietRow* row) {
  if (bytes.size() != kQuietBytes || bytes[8] > 1) return false;
  const uint64_t until_s = ReadUint(bytes.first(8));
  // Beyond this a comparison in milliseconds would overflow.
  if (until_s > INT64_MAX / 1000) return false;
  row->until_s = static_cast<int64_t>(until_s);
  row->except_listed = bytes[8] != 0;
  return true;
}

}  // namespace ringfence
