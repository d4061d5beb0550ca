// What a store must do, whatever it is made of: writes, sessions that read facts, listings.
// Two implementations: sqlite (file) and memory. One contract suite runs on both.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "facts/frame.h"
#include <ringfence/fact_source.h>
#include <ringfence/status.h>
#include <ringfence/store.h>

namespace ringfence {

/// What a snapshot says about itself.
struct SnapshotInfo {
  uint64_t revision = 0;
  int64_t policy_number = 0;  ///< 0: none in force
};

/// One Reader's view: a connection, its statements and at most one open snapshot.
class StoreSession : public FactSource {
 public:
  /// Opens a snapshot lazily: nothing is read until a group or Info is asked for.
  virtual void BeginSnapshot() = 0;
  virtual void EndSnapshot() = 0;
  /// Revision and policy of the snapshot. Cheap (no table read) when nothing was written since the last
  /// snapshot of this session. kBusy or kIo when it cannot be read.
  virtual Status Info(SnapshotInfo* info) = 0;
  /// The policy of that number, in this snapshot. Allocates.
  virtual Status PolicyText(int64_t number, PolicyRecord* record) = 0;
  virtual Result<int64_t> Resolve(std::string_view user) = 0;
};

class StoreTransaction {
 public:
  virtual ~StoreTransaction() = default;  ///< rolls back unless committed
  virtual Status AddUser(std::string_view user) = 0;
  virtual Status SetUser(std::string_view user, FactId fact, FactCode code) = 0;
  virtual Status Relate(std::string_view subject, FactId relation, std::string_view object,
                        FactCode code) = 0;
  virtual Status Forget(std::string_view user, ForgetReport* report) = 0;
  virtual Status AddPolicy(const PolicyRecord& record) = 0;
  virtual Result<uint64_t> Commit() = 0;
};

class StoreBackend {
 public:
  virtual ~StoreBackend() = default;
  virtual Result<std::unique_ptr<StoreSession>> NewSession() = 0;
  virtual Result<std::unique_ptr<StoreTransaction>> Begin() = 0;
  virtual Result<uint64_t> Revision() = 0;
  virtual Result<UserInfo> ShowUser(std::string_view user) = 0;
  virtual Result<std::vector<RelationInfo>> Relations(std::string_view user) = 0;
  virtual Status EachUser(const std::function<bool(const UserInfo&)>& sink) = 0;
  virtual Status EachRelation(const std::function<bool(const RelationInfo&)>& sink) = 0;
  virtual Result<std::vector<PolicyRecord>> Policies() = 0;  ///< newest first
  virtual Result<bool> Purge() = 0;
  virtual Result<std::vector<DoctorFinding>> Doctor() = 0;
};

Result<std::unique_ptr<StoreBackend>> OpenSqliteStore(const StoreOptions& options,
                                                      const Layout& layout);
Result<std::unique_ptr<StoreBackend>> OpenMemoryStore(const Layout& layout);
Result<std::pair<int, int>> MigrateSqliteStore(const std::string& path);

}  // namespace ringfence
