// JSON as the tool prints it: a thin writer that cannot produce invalid UTF-8.
// Takes calls in document order; gives the text.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace ringfence::cli {

/// Calls must form one JSON value. Text that is not UTF-8 is escaped as Printable() does it.
class JsonOut {
 public:
  explicit JsonOut(bool indented = false);
  ~JsonOut();
  JsonOut(const JsonOut&) = delete;
  JsonOut& operator=(const JsonOut&) = delete;

  JsonOut& Object();
  JsonOut& EndObject();
  JsonOut& Array();
  JsonOut& EndArray();
  JsonOut& Key(std::string_view key);
  JsonOut& Text(std::string_view text);
  JsonOut& TextOrNull(std::string_view text);  ///< null for an empty text
  JsonOut& Number(uint64_t number);
  JsonOut& Signed(int64_t number);
  JsonOut& Real(double number);
  JsonOut& Bool(bool value);
  JsonOut& Null();
  /// A whole JSON object, as the library serialised it; put into one line.
  JsonOut& Raw(std::string_view json);

  std::string Line() const;  ///< the value and a line feed

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace ringfence::cli
