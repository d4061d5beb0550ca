// Batches: identifiers to blinded elements, the server's answer to tokens. Nothing thrown here
// leaves; memory that may run out is asked for politely, because apps live on after that.
#include <ringfence/contacts_client.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <new>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "contacts/oprf/oprf.h"
#include "contacts/oprf/ristretto.h"
#include "contacts/oprf/secret.h"
#include "contacts/oprf/token.h"

using ringfence::Element;
using ringfence::Erase;
using ringfence::EraseGuard;
using ringfence::FinalizeInverted;
using ringfence::OprfMode;
using ringfence::Scalar;
using ringfence::SecretBuffer;
using ringfence::Token;

static_assert(RF_CONTACT_CANONICAL_BYTES == ringfence::kMaxCanonicalBytes);
static_assert(sizeof(Element) == RF_CONTACT_ELEMENT_BYTES);
static_assert(sizeof(ringfence::OprfProof) == RF_CONTACT_PROOF_BYTES);
static_assert(sizeof(Token) == RF_CONTACT_TOKEN_BYTES);

struct rf_contact_batch {
  // Where an identifier stands in `text`: kind, size, bytes. Padding has none.
  struct Entry {
    size_t at = 0;
    bool padding = false;
  };
  std::vector<Entry> entries;
  SecretBuffer text;
  size_t text_size = 0;
  SecretBuffer blinds;           // one scalar for each entry; unused for padding
  std::vector<Element> blinded;  // what went to the server: the proof is about it
};

namespace {

std::span<Scalar> ScalarsIn(SecretBuffer& buffer) {
  static_assert(std::is_trivially_copyable_v<Scalar> && alignof(Scalar) == 1);
  return {reinterpret_cast<Scalar*>(buffer.data()), buffer.size() / sizeof(Scalar)};
}

// Runs `body`; the only thing it can throw is that a vector got no memory.
template <class Body>
rf_contact_status Guarded(Body body) {
  try {
    return body();
  } catch (const std::bad_alloc&) {
    return RF_CONTACT_NO_MEMORY;
  }
}

// Room for `more` bytes of text; what was outgrown is erased.
bool Reserve(rf_contact_batch* batch, size_t more) {
  if (batch->text_size + more <= batch->text.size()) return true;
  size_t size = std::max<size_t>(4096, batch->text.size());
  while (size < batch->text_size + more) size *= 2;
  SecretBuffer larger = SecretBuffer::OrEmpty(size);
  if (larger.size() == 0) return false;
  if (batch->text_size > 0) std::memcpy(larger.data(), batch->text.data(), batch->text_size);
  batch->text = std::move(larger);
  return true;
}

ringfence::OprfInput InputAt(const rf_contact_batch& batch, const rf_contact_batch::Entry& entry) {
  const uint8_t* const at = batch.text.data() + entry.at;
  return ringfence::InputOf(at[0], std::string_view(reinterpret_cast<const char*>(at) + 2, at[1]));
}

rf_contact_status BlindAll(rf_contact_batch* batch) {
  const size_t count = batch->entries.size();
  batch->blinded.clear();
  std::vector<Element> blinded(count);
  batch->blinds = SecretBuffer::OrEmpty(count * sizeof(Scalar));
  if (batch->blinds.size() == 0) return RF_CONTACT_NO_MEMORY;
  const std::span<Scalar> blinds = ScalarsIn(batch->blinds);
  for (size_t i = 0; i < count; ++i) {
    blinds[i] = ringfence::RandomScalar();
    if (batch->entries[i].padding) {
      blinded[i] = ringfence::RandomElement();
      continue;
    }
    ringfence::OprfInput input = InputAt(*batch, batch->entries[i]);
    const EraseGuard erase(&input, sizeof input);
    if (!Blind(OprfMode::kVoprf, input.view(), blinds[i], &blinded[i])) {
      return RF_CONTACT_BAD_ARGUMENT;  // nobody knows an input that hashes to the identity
    }
  }
  batch->blinded = std::move(blinded);
  return RF_CONTACT_OK;
}

rf_contact_status CheckAnswer(const rf_contact_batch& batch, std::span<const Element> evaluated,
                              const uint8_t* proof, const uint8_t* public_key) {
  if (!std::all_of(evaluated.begin(), evaluated.end(), ringfence::IsElement)) {
    return RF_CONTACT_BAD_ELEMENT;
  }
  if (proof == nullptr) return RF_CONTACT_OK;
  Element key;
  std::memcpy(key.data(), public_key, key.size());
  if (!ringfence::IsElement(key)) return RF_CONTACT_BAD_ELEMENT;
  ringfence::OprfProof claimed;
  std::memcpy(claimed.data(), proof, claimed.size());
  return VerifyProof(OprfMode::kVoprf, key, batch.blinded, evaluated, claimed)
             ? RF_CONTACT_OK
             : RF_CONTACT_BAD_PROOF;
}

bool FinishOne(const rf_contact_batch& batch, const rf_contact_batch::Entry& entry,
               const Scalar& inverse, const Element& evaluated, ringfence::OprfOutput* output) {
  // Padding is finalised over a random input, that is over something nobody has.
  if (entry.padding) return FinalizeInverted(inverse, inverse, evaluated, output);
  ringfence::OprfInput input = InputAt(batch, entry);  // made in place: there is no other copy
  const EraseGuard erase(&input, sizeof input);
  return FinalizeInverted(input.view(), inverse, evaluated, output);
}

rf_contact_status FinishAll(const rf_contact_batch& batch, std::span<const Element> evaluated,
                            uint8_t* tokens) {
  const size_t count = batch.entries.size();
  SecretBuffer inverses = SecretBuffer::OrEmpty(count * sizeof(Scalar));
  SecretBuffer scratch = SecretBuffer::OrEmpty(count * sizeof(Scalar));
  if (inverses.size() == 0 || scratch.size() == 0) return RF_CONTACT_NO_MEMORY;
  std::memcpy(inverses.data(), batch.blinds.data(), inverses.size());
  ringfence::InvertAll(ScalarsIn(inverses), ScalarsIn(scratch));
  for (size_t i = 0; i < count; ++i) {
    ringfence::OprfOutput output;
    const EraseGuard erase(&output, sizeof output);
    if (!FinishOne(batch, batch.entries[i], ScalarsIn(inverses)[i], evaluated[i], &output)) {
      return RF_CONTACT_BAD_ELEMENT;
    }
    const Token token = ringfence::TokenOf(output);
    std::memcpy(tokens + i * token.size(), token.data(), token.size());
  }
  return RF_CONTACT_OK;
}

}  // namespace

rf_contact_batch* rf_contact_batch_new(void) {
  ringfence::EnsureSodium();
  return new (std::nothrow) rf_contact_batch;
}

void rf_contact_batch_free(rf_contact_batch* batch) { delete batch; }

rf_contact_status rf_contact_batch_add(rf_contact_batch* batch,
                                       const rf_contact_identifier* identifier) {
  if (batch == nullptr || identifier == nullptr || !batch->blinded.empty() ||
      batch->entries.size() >= RF_CONTACT_MAX_BATCH ||
      identifier->size > RF_CONTACT_CANONICAL_BYTES) {
    return RF_CONTACT_BAD_ARGUMENT;
  }
  return Guarded([&] {
    if (!ringfence::IsCanonicalForm(identifier->kind, {identifier->bytes, identifier->size})) {
      return RF_CONTACT_BAD_ARGUMENT;
    }
    if (!Reserve(batch, size_t{2} + identifier->size)) return RF_CONTACT_NO_MEMORY;
    batch->entries.push_back({batch->text_size, false});
    uint8_t* const at = batch->text.data() + batch->text_size;
    at[0] = identifier->kind;
    at[1] = identifier->size;
    std::memcpy(at + 2, identifier->bytes, identifier->size);
    batch->text_size += size_t{2} + identifier->size;
    return RF_CONTACT_OK;
  });
}

rf_contact_status rf_contact_batch_pad(rf_contact_batch* batch, size_t multiple) {
  if (batch == nullptr || multiple == 0 || multiple > RF_CONTACT_MAX_BATCH ||
      !batch->blinded.empty()) {
    return RF_CONTACT_BAD_ARGUMENT;
  }
  // An empty book gets padding too, so that from outside it looks like any other.
  const size_t used = std::max<size_t>(1, batch->entries.size());
  const size_t size = (used + multiple - 1) / multiple * multiple;
  if (size > RF_CONTACT_MAX_BATCH) return RF_CONTACT_BAD_ARGUMENT;
  return Guarded([&] {
    batch->entries.resize(size, {0, true});
    return RF_CONTACT_OK;
  });
}

size_t rf_contact_batch_size(const rf_contact_batch* batch) {
  return batch == nullptr ? 0 : batch->entries.size();
}

rf_contact_status rf_contact_batch_blind(rf_contact_batch* batch, uint8_t* elements) {
  if (batch == nullptr || elements == nullptr || batch->entries.empty()) {
    return RF_CONTACT_BAD_ARGUMENT;
  }
  const rf_contact_status status = Guarded([&] { return BlindAll(batch); });
  if (status == RF_CONTACT_OK) {
    std::memcpy(elements, batch->blinded.data(), batch->blinded.size() * sizeof(Element));
  }
  return status;
}

rf_contact_status rf_contact_batch_finish(rf_contact_batch* batch, const uint8_t* evaluated,
                                          size_t count, const uint8_t* proof,
                                          const uint8_t* public_key, uint8_t* tokens) {
  if (batch == nullptr || evaluated == nullptr || tokens == nullptr || batch->blinded.empty() ||
      count != batch->entries.size() || (proof != nullptr && public_key == nullptr)) {
    return RF_CONTACT_BAD_ARGUMENT;
  }
  const rf_contact_status status = Guarded([&] {
    std::vector<Element> answer(count);
    std::memcpy(answer.data(), evaluated, count * sizeof(Element));
    const rf_contact_status checked = CheckAnswer(*batch, answer, proof, public_key);
    return checked == RF_CONTACT_OK ? FinishAll(*batch, answer, tokens) : checked;
  });
  if (status != RF_CONTACT_OK) Erase(tokens, count * sizeof(Token));
  return status;
}

rf_contact_status rf_contact_book_digest(uint8_t* tokens, size_t count, size_t* distinct,
                                         uint8_t digest[RF_CONTACT_DIGEST_BYTES]) {
  if ((tokens == nullptr && count > 0) || distinct == nullptr || digest == nullptr) {
    return RF_CONTACT_BAD_ARGUMENT;
  }
  auto* const begin = reinterpret_cast<Token*>(tokens);
  std::sort(begin, begin + count);
  Token* const end = std::unique(begin, begin + count);
  *distinct = static_cast<size_t>(end - begin);
  const auto made = ringfence::DigestOf({begin, *distinct});
  std::memcpy(digest, made.data(), made.size());
  return RF_CONTACT_OK;
}

void rf_contact_erase(void* memory, size_t size) {
  if (memory != nullptr) Erase(memory, size);
}
