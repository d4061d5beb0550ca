// Status and Result: values, moves, no allocation for success, and the end of those who do not
// look.
#include <doctest/doctest.h>
#include <ringfence/limits.h>
#include <ringfence/status.h>

#include <memory>
#include <set>
#include <string>
#include <utility>

#include "unit/allocations.h"
#include "unit/death.h"

namespace ringfence {
namespace {

Result<std::unique_ptr<int>> Boxed(int value) {
  if (value < 0) return Status(StatusCode::kInvalidArgument, "negative");
  return std::make_unique<int>(value);
}

TEST_CASE("success is one pointer wide and allocates nothing") {
  const uint64_t before = Allocations();
  const Status fine;
  const Status copy = fine;
  Result<int> result = 7;
  const bool all_ok = fine.ok() && copy.ok() && result.ok() && result.status().ok();
  const uint64_t after = Allocations();
  CHECK(all_ok);
  CHECK(after == before);
  CHECK(sizeof(Status) == sizeof(void*));
  CHECK(fine.code() == StatusCode::kOk);
  CHECK(fine.message() == "");
  CHECK(Status(StatusCode::kOk, "dropped").message() == "");
}

TEST_CASE("a failure keeps its code and message through copies and moves") {
  Status failure(StatusCode::kBusy, "locked by another process");
  Status copy = failure;
  CHECK(copy.code() == StatusCode::kBusy);
  CHECK(copy.message() == "locked by another process");
  CHECK(copy.message().data() != failure.message().data());
  Status moved = std::move(failure);
  CHECK(moved.message() == "locked by another process");
  CHECK(failure.ok());  // NOLINT: documented
  copy = Status();
  CHECK(copy.ok());
  copy = moved;
  CHECK(copy.code() == StatusCode::kBusy);
  Status& alias = copy;
  copy = alias;
  CHECK(copy.message() == "locked by another process");
}

TEST_CASE("every code has its own name") {
  std::set<std::string_view> names;
  for (int code = 0; code <= static_cast<int>(StatusCode::kInternal); ++code) {
    names.insert(ToString(static_cast<StatusCode>(code)));
  }
  CHECK(names.size() == static_cast<size_t>(StatusCode::kInternal) + 1);
  CHECK(names.count("unknown status") == 0);
  CHECK(ToString(StatusCode::kInvalidArgument) == "invalid argument");
}

TEST_CASE("a result carries move-only values") {
  Result<std::unique_ptr<int>> boxed = Boxed(5);
  REQUIRE(boxed.ok());
  CHECK(**boxed == 5);
  CHECK(*boxed.value() == 5);
  const std::unique_ptr<int> taken = std::move(boxed).value();
  CHECK(*taken == 5);
  CHECK(*Boxed(6).value() == 6);

  Result<std::string> text = std::string("ring");
  CHECK(text->size() == 4);
  const Result<std::string>& view = text;
  CHECK(view->size() == 4);
  CHECK(*view == "ring");
}

TEST_CASE("a failed result has a status and no value") {
  const Result<std::unique_ptr<int>> failed = Boxed(-1);
  CHECK_FALSE(failed.ok());
  CHECK(failed.status().code() == StatusCode::kInvalidArgument);
  CHECK(failed.status().message() == "negative");
}

TEST_CASE("not looking at a failure aborts with its message") {
  CHECK(AbortText([] { (void)Boxed(-1).value(); }) ==
        "ringfence: value() of a failed Result: invalid argument: negative\n");
  CHECK(AbortText([] { (void)Boxed(-1)->get(); }) ==
        "ringfence: value() of a failed Result: invalid argument: negative\n");
  CHECK(AbortText([] { (void)*Boxed(-1); }) ==
        "ringfence: value() of a failed Result: invalid argument: negative\n");
  CHECK(AbortText([] { Result<int> nothing = Status(); }) ==
        "ringfence: Result of an ok Status: ok: \n");
  CHECK(AbortText([] { (void)Boxed(1).value(); }) == "(no abort)");
}

TEST_CASE("limits that must agree do") {
  CHECK(kFrameBits % 64 == 0);
  CHECK(kMaxConditionBytes < kMaxJsonBytes);
  CHECK(kMaxDiagramNodes <= 1u << 16);
  CHECK(kMaxFacts <= 1u << 8);
  CHECK(kMaxOutcomes <= 64);
  CHECK(2 * kMaxIdBytes < kMaxLineBytes);
}

}  // namespace
}  // namespace ringfence
