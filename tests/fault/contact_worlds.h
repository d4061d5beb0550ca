// A sync, a rotation of the row key and a removal as a run of transactions, and all a store holds
// of contacts as text: what is sealed is opened for it, so half a book shows.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "contract/contact_world.h"

namespace ringfence {

/// Book, upload, identifiers and quota of everybody, and whom the facts let through; or why it
/// cannot be read.
std::string DumpContacts(StoreBackend& store, const ContactKeys& keys);

class ContactRun {
 public:
  /// Writes the state before the run to a file in the folder.
  ContactRun();
  /// A fresh copy of that file.
  void Reset(const std::string& path) const;
  const std::string& path() const { return path_; }
  const TemporaryFolder& folder() const { return folder_; }
  const ContactKeys& keys() const { return keys_; }

  /// The transactions of the run, in order; `acknowledged` is called after each that was committed.
  /// Stops at the first failure and gives it.
  Status Go(StoreBackend& store, const std::function<void()>& acknowledged) const;
  /// What the store holds before the first transaction, and after each.
  const std::vector<std::string>& states() const { return states_; }
  /// The file must open for writing, be healthy, and hold the state after so many transactions or
  /// after one more.
  void CheckFile(const std::string& path, size_t acknowledged) const;

 private:
  TemporaryFolder folder_;
  std::string pristine_ = folder_.file("pristine.db");
  std::string path_ = folder_.file("store.db");
  ContactKeys keys_;
  std::vector<std::string> states_;
};

}  // namespace ringfence
