// A file that must not be there yet: proofs, keys. Nothing is overwritten, and nothing half-written
// is left. Takes a path and contents.
#pragma once

#include <ringfence/status.h>
#include <sys/types.h>

#include <string>
#include <string_view>

namespace ringfence::cli {

class NewFile {
 public:
  /// Takes the name before the work begins whose result it gets. kInvalidArgument: it is taken.
  static Result<NewFile> Create(const std::string& path, mode_t mode);
  NewFile(NewFile&& other) noexcept;
  NewFile& operator=(NewFile&&) = delete;
  /// Removes the file unless it was written.
  ~NewFile();

  /// All of it, to the disk.
  Status Write(std::string_view contents);

 private:
  NewFile(std::string path, int file) : path_(std::move(path)), file_(file) {}
  Status Failed() const;

  std::string path_;
  int file_;
  bool written_ = false;
};

}  // namespace ringfence::cli
