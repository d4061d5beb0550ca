// Keeping a replay's report.
#include "cli/replay_record.h"

#include <optional>

#include "cli/replay_json.h"
#include "cli/text.h"

namespace ringfence::cli {
namespace {

Result<RecordedReport> RecordHere(const Context& context, const std::string& text) {
  auto log = context.OpenLog(LogOptions(), std::nullopt);
  if (!log.ok()) return log.status();
  auto hash = log->RecordReplay(text);
  if (!hash.ok()) return hash.status();
  if (Status closed = log->Close(); !closed.ok()) return closed;
  return RecordedReport{*std::move(hash), true};
}

}  // namespace

Result<RecordedReport> RecordReport(const Context& context, const LogReader& reader,
                                    const ReplayReport& report, bool verified,
                                    const std::vector<GateResult>& gates) {
  ReplayReport kept = report;
  for (ReplayExample& example : kept.examples) example.facts.clear();
  const std::string text = ReplayJson(kept, verified, gates);
  if (!context.has_db()) return RecordHere(context, text);
  auto store = context.OpenStore(StoreOptions::Mode::kReadWrite);
  if (!store.ok()) return store.status();
  auto hash = RecordReplay(reader, *store, text);
  if (!hash.ok()) return hash.status();
  auto logged = context.LogWhatWaits(*store);
  if (!logged.ok()) return logged.status();
  return RecordedReport{*std::move(hash), *logged};
}

std::string RecordedText(const RecordedReport& recorded) {
  return Cat({"report ", recorded.hash,
              recorded.logged ? " is in the log"
                              : " waits in the database for the process that has the log open"});
}

}  // namespace ringfence::cli
