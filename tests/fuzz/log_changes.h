// What somebody may do to a log of two months, by the bytes of a fuzzer: entries changed and signed
// anew, files changed. Takes a LogBuilder that was built.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "unit/log_builder.h"

namespace ringfence {

class Input {
 public:
  explicit Input(std::span<const uint8_t> bytes) : bytes_(bytes) {}
  bool empty() const { return bytes_.empty(); }
  uint8_t Byte() {
    if (bytes_.empty()) return 0;
    const uint8_t byte = bytes_.front();
    bytes_ = bytes_.subspan(1);
    return byte;
  }
  size_t Below(size_t most) {
    const size_t number = static_cast<size_t>(Byte()) << 8 | Byte();
    return most == 0 ? 0 : number % most;
  }
  std::string Text(size_t most) {
    const size_t size = std::min(bytes_.size(), most);
    const std::string text(reinterpret_cast<const char*>(bytes_.data()), size);
    bytes_ = bytes_.subspan(size);
    return text;
  }

 private:
  std::span<const uint8_t> bytes_;
};

// Entries as somebody with the key might have written them.
inline void ChangeEntries(Input* input, LogBuilder* log) {
  for (uint8_t changes = input->Byte() % 8; changes > 0; --changes) {
    const size_t number = input->Byte() % 2;
    std::vector<EntryBytes>& entries = log->month(number).entries;
    const size_t at = input->Below(entries.size());
    switch (input->Byte() % 4) {
      case 0:
        entries[at][input->Byte() % kEntryBytes] ^= input->Byte();
        log->Reseal(at, number);
        break;
      case 1:
        entries.push_back(entries[at]);
        break;
      case 2:
        entries.erase(entries.begin() + static_cast<ptrdiff_t>(at));
        if (entries.empty()) return;
        break;
      default:
        std::swap(entries[at], entries[input->Below(entries.size())]);
    }
  }
  for (size_t number = 0; number < 2; ++number) log->Resign(number);
}

// Bytes of any file but the flag that nobody writes, which would cost a second of waiting.
inline void ChangeFiles(Input* input, LogBuilder* log) {
  std::vector<std::string> names = {"log/log.json"};
  for (size_t number = 0; number < 2; ++number) {
    for (const char* name : {kCheckpointName, kCheckpointsName, kVerifierKeyName, "level1"}) {
      names.push_back(log->Path(name, number));
    }
    names.push_back(log->Path(EntriesName(0), number));
    names.push_back(log->Path(LeavesName(0), number));
    const std::string blobs = log->Path("blobs", number);
    const Result<std::vector<std::string>> hashes = log->files.List(blobs);
    if (!hashes.ok()) continue;
    for (const std::string& hash : *hashes) names.push_back(blobs + "/" + hash);
  }
  while (!input->empty()) {
    const std::string& name = names[input->Byte() % names.size()];
    std::string contents = log->files.Contents(name);
    const size_t at = input->Below(contents.size() + 1);
    switch (input->Byte() % 5) {
      case 0:
        if (at < contents.size()) contents[at] = static_cast<char>(input->Byte());
        break;
      case 1:
        contents.resize(at);
        break;
      case 2:
        contents.insert(at, input->Text(input->Byte()));
        break;
      case 3:
        contents = input->Text(4096);
        break;
      default:
        static_cast<void>(log->files.Remove(name));
        continue;
    }
    log->files.SetContents(name, contents);
  }
}

}  // namespace ringfence
