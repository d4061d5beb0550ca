// What a DecisionLog holds: the writer, and the store its users are named by.
#pragma once

#include <ringfence/log.h>

#include <memory>
#include <optional>

namespace ringfence {

class LogWriter;

struct DecisionLog::Impl {
  std::shared_ptr<LogWriter> writer;
  std::optional<Store> store;
};

/// kInvalidArgument where an engine with that store cannot use the log: users would be named as
/// unknown, and could not be erased.
Status CheckLogOf(const DecisionLog& log, const std::optional<Store>& store);

}  // namespace ringfence
