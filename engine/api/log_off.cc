// The decision log in a library built without it: every call says so.
#include <ringfence/audit.h>
#include <ringfence/log.h>

#include "api/log_impl.h"
#include "api/recording.h"

namespace ringfence {
namespace {

Status WithoutLog() {
  return Status(StatusCode::kInvalidArgument, "this Ringfence was built without the decision log");
}

}  // namespace

Status DecisionLog::Init(const LogInit&) { return WithoutLog(); }
Result<DecisionLog> DecisionLog::Open(const LogOptions&, const std::optional<Store>&) {
  return WithoutLog();
}
Result<std::string> DecisionLog::RecordReplay(std::string_view) { return WithoutLog(); }
Status DecisionLog::Flush() { return WithoutLog(); }
LogCounters DecisionLog::Counters() const { return {}; }
Status DecisionLog::Close() { return WithoutLog(); }
Status CheckLogOf(const DecisionLog&, const std::optional<Store>&) { return WithoutLog(); }

Result<LogReader> LogReader::Open(const std::string&) { return WithoutLog(); }
Result<LogVerification> LogReader::Verify(const LogVerifyOptions&) const { return WithoutLog(); }
Status LogReader::Each(const LogFilter&, const LogSecrets&,
                       const std::function<bool(const LogEntry&)>&, const LogProgress&) const {
  return WithoutLog();
}
Result<std::string> LogReader::Prove(std::string_view, uint64_t) const { return WithoutLog(); }
Result<std::string> LogReader::Report(std::string_view, uint64_t) const { return WithoutLog(); }
Result<std::string> LogReader::EntryBytes(std::string_view, uint64_t) const { return WithoutLog(); }
Status LogReader::WriteTiles(std::string_view, const std::string&, const LogProgress&) const {
  return WithoutLog();
}
Result<std::vector<LogReader::Month>> LogReader::ListMonths() const { return WithoutLog(); }
Status LogReader::AddCosignature(std::string_view, const std::string&, std::string_view) {
  return WithoutLog();
}
const std::string& LogReader::name() const { return path(); }
const std::string& LogReader::path() const {
  static const std::string none;
  return none;
}
uint32_t LogReader::retention_days() const { return 0; }
Result<FactsKeyExported> ExportFactsKeys(const std::string&, const std::string&, const Store&,
                                         const FactsKeyExport&, const LogProgress&) {
  return WithoutLog();
}
Result<std::string> RecordReplay(const LogReader&, const Store&, std::string_view) {
  return WithoutLog();
}
Result<std::vector<std::string>> PruneLog(const std::string&, const std::string&, uint64_t) {
  return WithoutLog();
}

Result<LogAudit> Audit(const LogReader&, const LogAuditOptions&) { return WithoutLog(); }
std::string_view ToString(AuditOutcome) { return {}; }

// What a Reader of a library without logs does for it: nothing, ever.
struct Recording::Impl {};
Recording::Recording(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Recording::~Recording() = default;
Result<std::unique_ptr<Recording>> Recording::Open(const std::optional<DecisionLog>&,
                                                   StoreSession*) {
  return std::unique_ptr<Recording>();
}
void Recording::Pin(const Policy&, int64_t) {}
void Recording::PinShadow(const Policy*) {}
void Recording::Begin(size_t) {}
bool Recording::Remembers(int64_t) { return true; }
void Recording::Collect(const Question&, const Sources&, EvalScratch*) {}
void Recording::Note(size_t, const Question&, const EvalScratch&, const Decision&) {}
bool Recording::TakesShadows() const { return false; }
void Recording::NoteShadow(size_t, const EvalScratch&, const Decision&) {}
void Recording::Commit(size_t, Decision*) {}
Status MakeKnown(const DecisionLog&, const Policy&) { return WithoutLog(); }

}  // namespace ringfence
