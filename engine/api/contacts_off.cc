// Contacts in a library built without contact sync: every call says so.
#include <ringfence/contacts.h>

#include "api/contacts_impl.h"

namespace ringfence {

namespace {

Status WithoutContacts() {
  return Status(StatusCode::kInvalidArgument, "this Ringfence was built without contact sync");
}

}  // namespace

Status Contacts::CreateKeyFile(const std::string&) { return WithoutContacts(); }
// NOLINTBEGIN(performance-unnecessary-value-param): as the other build declares them
Result<Contacts> Contacts::Open(Store, const ContactOptions&) { return WithoutContacts(); }
Result<Contacts> Contacts::OpenForReading(Store, const ContactOptions&) {
  return WithoutContacts();
}
// NOLINTEND(performance-unnecessary-value-param)
Status Contacts::ReloadKeys() { return WithoutContacts(); }
Result<ContactParameters> Contacts::Parameters(std::string_view) const { return WithoutContacts(); }
Result<ContactEvaluation> Contacts::Evaluate(std::string_view, int64_t,
                                             std::span<const ContactElement>) {
  return WithoutContacts();
}
Result<std::vector<ContactToken>> Contacts::EvaluateRaw(std::string_view, int64_t,
                                                        std::span<const CanonicalIdentifier>) {
  return WithoutContacts();
}
Result<int64_t> Contacts::BeginSync(std::string_view, const SyncManifest&) {
  return WithoutContacts();
}
Status Contacts::PutSync(std::string_view, int64_t, int64_t, std::span<const ContactToken>,
                         std::span<const ContactToken>) {
  return WithoutContacts();
}
Result<SyncReceipt> Contacts::CommitSync(std::string_view, int64_t) { return WithoutContacts(); }
Result<ContactBook> Contacts::BookOf(std::string_view) const { return WithoutContacts(); }
Result<BookRemoval> Contacts::RemoveBook(std::string_view, bool) { return WithoutContacts(); }
Result<uint64_t> Contacts::AddIdentifier(std::string_view, const CanonicalIdentifier&) {
  return WithoutContacts();
}
Result<uint64_t> Contacts::RemoveIdentifier(std::string_view, const CanonicalIdentifier&) {
  return WithoutContacts();
}
Result<std::vector<VerifiedIdentifier>> Contacts::Identifiers(std::string_view) const {
  return WithoutContacts();
}
Result<uint64_t> Contacts::Suppress(const CanonicalIdentifier&) { return WithoutContacts(); }
Result<uint64_t> Contacts::Unsuppress(const CanonicalIdentifier&) { return WithoutContacts(); }
Result<std::vector<ContactEpoch>> Contacts::Epochs() const { return WithoutContacts(); }
Result<ContactEpoch> Contacts::AddEpoch() { return WithoutContacts(); }
Result<ContactEpoch> Contacts::PromoteEpoch() { return WithoutContacts(); }
Result<ContactEpoch> Contacts::RetireEpoch(int64_t) { return WithoutContacts(); }
Result<uint64_t> Contacts::AccountsWithout(int64_t) const { return WithoutContacts(); }
Result<RotationReport> Contacts::RotateRowKey(const std::function<void(uint64_t, uint64_t)>&) {
  return WithoutContacts();
}
Result<bool> Contacts::EraseAll(Store&) { return WithoutContacts(); }

Result<SweepReport> Contacts::Sweep() { return WithoutContacts(); }

}  // namespace ringfence
