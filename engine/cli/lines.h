// Reads a file or standard input line by line, without reading ahead of what has arrived.
// Takes a path; gives lines without their line ends, numbered, of bounded length.
#pragma once

#include <ringfence/status.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace ringfence::cli {

class LineReader {
 public:
  /// "-" is standard input. kNotFound, kIo.
  static Result<LineReader> Open(const std::string& path);
  LineReader(LineReader&& other) noexcept;
  LineReader& operator=(LineReader&&) = delete;
  ~LineReader();

  enum class Got : uint8_t {
    kLine,     ///< in line(); "\n" or "\r\n" is cut off
    kTooLong,  ///< longer than kMaxLineBytes: skipped
    kEnd,
    kFailed,  ///< see status()
  };
  /// On a pipe or terminal it returns as soon as the line is complete.
  Got Next();

  std::string_view line() const { return line_; }        ///< until the next call
  uint64_t number() const { return number_; }            ///< of that line, from 1
  uint64_t bytes() const { return bytes_; }              ///< consumed, line ends included
  uint64_t total_bytes() const { return total_bytes_; }  ///< of a regular file; else 0
  const Status& status() const { return status_; }
  bool is_stdin() const { return path_ == "-"; }
  /// "follows.tsv", or "standard input".
  std::string Name() const;

 private:
  LineReader(std::string path, int file, uint64_t total_bytes);
  bool Fill();
  Got Finish(size_t length, size_t consumed, bool too_long);

  std::string path_;
  int file_;
  std::string buffer_;
  size_t start_ = 0;
  std::string_view line_;
  uint64_t number_ = 0;
  uint64_t bytes_ = 0;
  uint64_t total_bytes_ = 0;
  bool at_end_ = false;
  Status status_;
};

}  // namespace ringfence::cli
