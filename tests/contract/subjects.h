// What the contract suite runs on: both stores, and a host's own source of facts over a map.
// Takes writes by name; gives frames, as a decision would see them.
#pragma once

#include <doctest/doctest.h>

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "contract/temporary_folder.h"
#include "facts/frame.h"
#include "store/backend.h"

namespace ringfence {

/// What tests take for the present, Unix time.
inline constexpr int64_t kNow = 1750000000;

const Layout& StandardLayout();
/// Ids of the standard catalog; a name that is not there fails the test.
FactId Setting(std::string_view entry);
FactId Relation(std::string_view entry);
FactCode Value(FactId id, std::string_view text);

/// The frame of one question, with every group loaded that a store serves.
class Answer {
 public:
  explicit Answer(const Frame& frame) : frame_(frame) {}
  /// The text of a fact's value ("unset" too); "unavailable" where it could not be read.
  std::string Get(std::string_view fact) const;
  bool Absent(Group group) const { return (frame_.absent & Bit(group)) != 0; }
  bool Failed(Group group) const { return (frame_.failed & Bit(group)) != 0; }
  const Frame& frame() const { return frame_; }

 private:
  Frame frame_;
};

/// Loads every group of one question from one source.
Answer AskSource(FactSource& source, const Question& question);
Answer AskSource(FactSource& source, std::string_view caller, std::string_view callee);

class Subject {
 public:
  virtual ~Subject() = default;
  virtual std::string_view name() const = 0;
  virtual Status AddUser(std::string_view user) = 0;
  virtual Status SetUser(std::string_view user, std::string_view entry, std::string_view value) = 0;
  virtual Status Relate(std::string_view subject, std::string_view relation,
                        std::string_view object, std::string_view value = "true") = 0;
  virtual Result<ForgetReport> Forget(std::string_view user) = 0;
  /// In a snapshot of its own.
  virtual Answer Ask(std::string_view caller, std::string_view callee) = 0;
};

/// Runs the body on all three.
void OnEachSubject(const std::function<void(Subject&)>& body);

/// One write in a transaction of its own; the failure of either.
Status Write(StoreBackend& store, const std::function<Status(StoreTransaction&)>& write);
/// Runs the body on both stores.
void OnEachStore(const std::function<void(StoreBackend&)>& body);
/// A new store in a file; fails the test if there is none.
std::unique_ptr<StoreBackend> NewSqliteStore(const std::string& path, int busy_timeout_ms = 100);

}  // namespace ringfence
