// Status and Result<T>: how a function tells its caller that it could not do its work.
// Takes a code and a sentence for a human; gives a value that must be looked at.
#pragma once

#include <ringfence/export.h>

#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>

namespace ringfence {

/// Why a call failed. A Status is never a refusal: a refused call is a decision, and a decision
/// comes with kOk.
//
/// kInvalidArgument, kNotFound, kParse, kLimit and kConflict say that the caller's input is at
/// fault; trying the same again fails the same way (the command line tool exits with 2). All others
/// but kOk are the environment's (exit 3). The numbers are not stable; the names are.
enum class StatusCode {
  kOk,               ///< Nothing failed.
  kInvalidArgument,  ///< A value outside what the function documents.
  kNotFound,         ///< A name that nothing has: a file, a policy, a fact, a user.
  kParse,            ///< Text that is not what its format demands.
  kLimit,            ///< More than limits.h allows.
  kStale,            ///< The store has not yet seen the revision that was asked for.
  kCorrupt,          ///< Stored bytes contradict themselves: a checksum, a page, a program.
  kBusy,             ///< Somebody else holds a lock.
  kReadOnly,         ///< A write to something opened or mounted for reading only.
  kFull,             ///< No space left: disk, quota, queue.
  kIo,               ///< The operating system failed a read or a write.
  kSchema,    ///< A database of another application, or of a version this library does not read.
  kConflict,  ///< Somebody else changed first what this was based on: look again, then repeat.
  kQuota,     ///< More than an account may do in its time; the message says how long to wait.
  kClosed,    ///< The handle was closed before.
  kInternal,  ///< A defect in this library that it noticed in time.
};

/// The code's name in words, lower case, for logs: "ok", "invalid argument", "not found", ...
RINGFENCE_API std::string_view ToString(StatusCode code);

/// Success, or a code with a message. One pointer wide; success allocates nothing. Copyable (a copy
/// of a failure allocates), movable (what was moved from is ok). Distinct objects may be used from
/// distinct threads.
class [[nodiscard]] Status {
 public:
  /// Success.
  Status() = default;

  /// A failure, unless `code` is kOk, in which case `message` is dropped. `message` is a sentence
  /// for a human without a final full stop. It may quote input, which must be escaped by whoever
  /// writes the message.
  Status(StatusCode code, std::string message)
      : failure_(code == StatusCode::kOk ? nullptr : new Failure{code, std::move(message)}) {}

  /// Moving is cheap, and leaves success behind.
  Status(Status&&) noexcept = default;
  Status& operator=(Status&&) noexcept = default;
  Status(const Status& other) : failure_(other.ok() ? nullptr : new Failure(*other.failure_)) {}
  Status& operator=(const Status& other) {
    failure_.reset(other.ok() ? nullptr : new Failure(*other.failure_));
    return *this;
  }

  /// True when nothing failed. O(1).
  bool ok() const { return failure_ == nullptr; }
  /// kOk when ok().
  StatusCode code() const { return ok() ? StatusCode::kOk : failure_->code; }

  /// Empty when ok. Valid until this Status is assigned to or destroyed.
  const std::string& message() const {
    static const std::string none;
    return ok() ? none : failure_->message;
  }

 private:
  struct Failure {
    StatusCode code;
    std::string message;
  };
  std::unique_ptr<Failure> failure_;
};

namespace internal {
/// Prints the status to standard error and aborts.
[[noreturn]] RINGFENCE_API void AbortOnStatus(std::string_view what, const Status& status);
}  // namespace internal

/// A T, or the Status that says why there is none. T may be move-only; it may not be Status.
/// value(), * and -> on a failure print its message and abort: that is a defect of the calling
/// code.
template <class T>
class [[nodiscard]] Result {
  static_assert(!std::is_same_v<T, Status> && !std::is_reference_v<T>);

 public:
  /// Implicit on purpose: `return value;` and `return Status(...)` both work. An ok Status is not
  /// a reason for having no value, and aborts.
  Result(const T& value) : state_(std::in_place_index<0>, value) {}            // NOLINT: implicit
  Result(T&& value) : state_(std::in_place_index<0>, std::move(value)) {}      // NOLINT: implicit
  Result(Status status) : state_(std::in_place_index<1>, std::move(status)) {  // NOLINT: implicit
    if (std::get<1>(state_).ok()) internal::AbortOnStatus("Result of an ok Status", Status());
  }

  /// True when there is a value. O(1).
  bool ok() const { return state_.index() == 0; }

  /// Ok when there is a value.
  const Status& status() const {
    static const Status fine;
    return ok() ? fine : std::get<1>(state_);
  }

  /// The value; views into it live as long as this Result. Aborts when there is none.
  T& value() & {
    Checked();
    return *std::get_if<0>(&state_);
  }
  const T& value() const& {
    Checked();
    return *std::get_if<0>(&state_);
  }
  T&& value() && {
    Checked();
    return std::move(*std::get_if<0>(&state_));
  }

  /// The same, in the shape of a pointer.
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  /// A member of the value, with the same promise.
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

 private:
  void Checked() const {
    if (!ok()) internal::AbortOnStatus("value() of a failed Result", status());
  }

  std::variant<T, Status> state_;
};

}  // namespace ringfence
