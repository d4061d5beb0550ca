// DecisionLog: the log's writer with a store beside it.
#include <ringfence/log.h>

#include <utility>

#include "api/log_impl.h"
#include "api/store_impl.h"
#include "base/sha256.h"
#include "log/companion.h"
#include "log/writer.h"

namespace ringfence {
namespace {

/// The rows a log keeps in a store.
class StoreCompanion final : public LogCompanion {
 public:
  explicit StoreCompanion(Store store) : store_(std::move(store)) {}

  Result<std::optional<CheckpointCopy>> LoadCheckpoint(std::string_view name) override {
    Result<std::optional<LogCheckpointRow>> row = backend().LoadLogCheckpoint(name);
    if (!row.ok()) return row.status();
    std::optional<CheckpointCopy> copy;
    if (row->has_value()) {
      copy = {std::move((*row)->origin), (*row)->size, (*row)->boot, std::move((*row)->note)};
    }
    return copy;
  }

  Status SaveCheckpoint(std::string_view name, const CheckpointCopy& copy) override {
    return backend().SaveLogCheckpoint(name, {copy.origin, copy.size, copy.boot, copy.note});
  }

  Result<std::vector<PendingEntry>> Pending(std::string_view name) override {
    const Result<std::vector<LogOutboxRow>> rows = backend().LogOutbox();
    if (!rows.ok()) return rows.status();
    std::vector<PendingEntry> pending;
    for (const LogOutboxRow& row : *rows) {
      pending.push_back({row.id, static_cast<EntryKind>(row.kind), row.payload, {}});
    }
    Result<std::vector<LogReportRow>> reports = backend().LogReports(name);
    if (!reports.ok()) return reports.status();
    // Two tables number their rows: those of reports are negative here.
    for (LogReportRow& row : *reports) {
      pending.push_back({-row.id, EntryKind::kReplay, {}, std::move(row.report)});
    }
    return pending;
  }

  Status Done(const std::vector<int64_t>& ids) override {
    std::vector<int64_t> entries, reports;
    for (int64_t id : ids) id > 0 ? entries.push_back(id) : reports.push_back(-id);
    Status status = backend().RemoveFromLogOutbox(entries);
    return status.ok() ? backend().RemoveLogReports(reports) : status;
  }

 private:
  StoreBackend& backend() const { return *store_.impl()->backend; }

  Store store_;
};

}  // namespace

Status DecisionLog::Init(const LogInit& init) { return InitLog(&SystemFiles(), init); }

Result<DecisionLog> DecisionLog::Open(const LogOptions& options,
                                      const std::optional<Store>& store) {
  LogWriter::Setup setup;
  setup.options = options;
  if (store.has_value()) setup.companion = std::make_shared<StoreCompanion>(*store);
  Result<std::shared_ptr<LogWriter>> writer = LogWriter::Open(std::move(setup));
  if (!writer.ok()) return writer.status();
  auto impl = std::make_shared<Impl>();
  impl->writer = std::move(writer).value();
  impl->store = store;
  return DecisionLog(std::move(impl));
}

Result<std::string> DecisionLog::RecordReplay(std::string_view report) {
  Status status = impl_->writer->AppendReport(std::string(report));
  if (status.ok()) status = impl_->writer->Flush();
  if (!status.ok()) return status;
  return Sha256Hex(report);
}

Status DecisionLog::Flush() { return impl_->writer->Flush(); }
LogCounters DecisionLog::Counters() const { return impl_->writer->Counters(); }
Status DecisionLog::Close() { return impl_->writer->Close(); }

Status CheckLogOf(const DecisionLog& log, const std::optional<Store>& store) {
  const std::optional<Store>& own = log.impl()->store;
  const bool same =
      own.has_value() == store.has_value() && (!own.has_value() || own->impl() == store->impl());
  if (same) return Status();
  return Status(StatusCode::kInvalidArgument,
                "the decision log of an engine must be opened with the engine's store");
}

}  // namespace ringfence
