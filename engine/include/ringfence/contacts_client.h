/* Contact sync on the client's side: canonical identifiers, blinding, checking, tokens. C99.
   Takes what people type into address books; gives what may be uploaded. Link
   libringfence_contacts_client (libsodium, libphonenumber, libidn2, utf8proc; no SQLite).
   Protocol: schema/contact_sync.md. */
#pragma once

#include <ringfence/export.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif
/* NOLINTBEGIN(readability-identifier-naming): C names */

/* Kinds of identifiers, as in the protocol. */
enum { RF_CONTACT_PHONE = 1, RF_CONTACT_EMAIL = 2, RF_CONTACT_HANDLE = 3 };

/* Sizes in bytes. */
enum {
  RF_CONTACT_CANONICAL_BYTES = 254, /* the longest canonical identifier, an e-mail address */
  RF_CONTACT_ELEMENT_BYTES = 32,
  RF_CONTACT_PROOF_BYTES = 64,
  RF_CONTACT_TOKEN_BYTES = 16,
  RF_CONTACT_DIGEST_BYTES = 32,
  RF_CONTACT_MAX_FORMS = 2, /* canonical forms of one entry of a book */
  RF_CONTACT_MAX_BATCH = 1000
};

/* Why an entry gives no identifier, or a step failed. 0 is success. The numbers are stable. */
typedef enum rf_contact_status {
  RF_CONTACT_OK = 0,
  RF_CONTACT_EMPTY = 1,           /* nothing but spaces */
  RF_CONTACT_TOO_LONG = 2,        /* phone: over 64 bytes; e-mail: over 254, local part over 64 */
  RF_CONTACT_NOT_TEXT = 3,        /* not UTF-8, or with a NUL */
  RF_CONTACT_NEEDS_REGION = 4,    /* a national number, and the region is "ZZ" */
  RF_CONTACT_UNKNOWN_REGION = 5,  /* not an ISO 3166 code in capitals that has telephones */
  RF_CONTACT_NOT_A_NUMBER = 6,    /* no telephone number can be read */
  RF_CONTACT_NOT_POSSIBLE = 7,    /* too short or long for its country, or a short number */
  RF_CONTACT_EXTENSION = 8,       /* a desk behind a switchboard, which E.164 cannot name */
  RF_CONTACT_LETTERS = 9,         /* "1-800-FLOWERS", and letters are not allowed */
  RF_CONTACT_AMBIGUOUS = 10,      /* "49 151 ..." in Germany: with or without the country's code? */
  RF_CONTACT_NOT_AN_ADDRESS = 11, /* no single '@', quotes, comments, spaces, empty parts */
  RF_CONTACT_BAD_DOMAIN = 12,     /* not a host name of letters, digits and hyphens (IDNA 2008) */
  RF_CONTACT_BAD_ARGUMENT = 13,   /* of the caller's program: a null pointer, a size, an order */
  RF_CONTACT_BAD_ELEMENT = 14,    /* the server sent no valid group element */
  RF_CONTACT_BAD_PROOF = 15,      /* the server did not use the key it announced */
  RF_CONTACT_NO_MEMORY = 16,
  RF_CONTACT_STATUS_COUNT = 17
} rf_contact_status;

/* A sentence in English without a full stop; never contains input. Static storage. */
RINGFENCE_API const char* rf_contact_status_text(rf_contact_status status);

/* One canonical identifier: cpn1. Erase it (rf_contact_erase) when done. rf_contact_phone and
   rf_contact_email make them. A handle, a name your accounts have, is made by filling the struct:
   kind RF_CONTACT_HANDLE, the name's bytes and their number: 1-254 bytes of UTF-8 without control
   characters. They are compared exactly: fold case and drop a leading '@' first, on the device and
   on the server alike. */
typedef struct rf_contact_identifier {
  uint8_t kind;
  uint8_t size;
  char bytes[RF_CONTACT_CANONICAL_BYTES];
} rf_contact_identifier;

/* Flags of rf_contact_phone. */
enum {
  RF_CONTACT_ALLOW_LETTERS = 1, /* read "1-800-FLOWERS" as its digits */
  RF_CONTACT_ALIASES = 2 /* for books, not for verified numbers: both Argentine mobile forms */
};

/* The name of the canonical form all functions here make. */
#define RF_CONTACT_NORM "cpn1"

/* A telephone number in any way of writing, to E.164. `region`: two capitals ("DE"), that of the
   account's own verified number, or "ZZ" where none is known, as for an account without a number:
   then only numbers with a country code are read. Never guessed: a wrong region admits strangers.
   Gives 1 or 2 forms in `*count`, each reads back as itself; 2 only with RF_CONTACT_ALIASES. On
   failure `*count` is 0. Time is bounded by the 64 bytes. Silences the log of libphonenumber, which
   quotes numbers, for the whole process. Thread-safe, as everything here that has no
   rf_contact_batch. */
RINGFENCE_API rf_contact_status rf_contact_phone(const char* text, size_t size, const char* region,
                                                 unsigned flags,
                                                 rf_contact_identifier forms[RF_CONTACT_MAX_FORMS],
                                                 size_t* count);

/* An e-mail address: NFC with ASCII letters in lower case, domain IDNA 2008 A-labels. Dots and
   "+tag" are kept: they name other mailboxes at most hosts. Spaces around it are dropped. */
RINGFENCE_API rf_contact_status rf_contact_email(const char* text, size_t size,
                                                 rf_contact_identifier* out);

/* A batch of at most RF_CONTACT_MAX_BATCH identifiers on their way to tokens: add, blind, send the
   elements, finish with the answer. One thread at a time. Holds identifiers and secrets in locked
   memory where the system allows, and erases them in rf_contact_batch_free. */
typedef struct rf_contact_batch rf_contact_batch;

/* Null: no memory. */
RINGFENCE_API rf_contact_batch* rf_contact_batch_new(void);
RINGFENCE_API void rf_contact_batch_free(rf_contact_batch* batch); /* null is fine */
/* RF_CONTACT_BAD_ARGUMENT: no canonical identifier, the batch is full (RF_CONTACT_MAX_BATCH), or
   it was blinded before. The batch is as it was then. */
RINGFENCE_API rf_contact_status rf_contact_batch_add(rf_contact_batch* batch,
                                                     const rf_contact_identifier* identifier);
/* Adds random elements until the size is a multiple of `multiple` (1-RF_CONTACT_MAX_BATCH), so that
   the server does not learn the exact size of the book; an empty batch is filled to `multiple`.
   Their tokens match nobody and are part of the book like all others. RF_CONTACT_BAD_ARGUMENT: the
   size would be over RF_CONTACT_MAX_BATCH, or the batch was blinded before. */
RINGFENCE_API rf_contact_status rf_contact_batch_pad(rf_contact_batch* batch, size_t multiple);
/* What was added, padding included. */
RINGFENCE_API size_t rf_contact_batch_size(const rf_contact_batch* batch);
/* Blind of RFC 9497 section 3.3.1 over each; `elements` takes 32 bytes for each, padding
   included. Ends adding and padding. May be repeated: other elements, and only an answer to the
   latest gives tokens. RF_CONTACT_BAD_ARGUMENT: the batch is empty (pad it). */
RINGFENCE_API rf_contact_status rf_contact_batch_blind(rf_contact_batch* batch, uint8_t* elements);
/* Checks the proof against `public_key`, then finalises: 16 bytes a token, in the order added,
   those of the padding at the end. `count` is rf_contact_batch_size, padding included (anything
   else is RF_CONTACT_BAD_ARGUMENT); `evaluated` has 32 bytes for each, `tokens` room for 16. On any
   failure no token is given. `proof` may be null on devices too slow to check (0.2 ms an
   element): a wrong key then looks like an empty address book of everybody else. */
RINGFENCE_API rf_contact_status rf_contact_batch_finish(rf_contact_batch* batch,
                                                        const uint8_t* evaluated, size_t count,
                                                        const uint8_t* proof,
                                                        const uint8_t* public_key, uint8_t* tokens);

/* Sorts `count` tokens in place, drops duplicates (the new count in `*distinct`) and gives the
   digest of a manifest. To know afterwards which token is whose, pass a copy. All tokens of the
   book are meant: kept ones, and padding. On failure `*distinct` is untouched. */
RINGFENCE_API rf_contact_status rf_contact_book_digest(uint8_t* tokens, size_t count,
                                                       size_t* distinct,
                                                       uint8_t digest[RF_CONTACT_DIGEST_BYTES]);

/* Overwrites memory in a way the compiler keeps. */
RINGFENCE_API void rf_contact_erase(void* memory, size_t size);

/* NOLINTEND(readability-identifier-naming) */
#ifdef __cplusplus
}
#endif
