/* A contact sync client: reads an address book's numbers and addresses, one a line, gives what may
   leave the device. Usage: contacts_client REGION PUBLIC_KEY < book, then the server's answer.

   Output: blinded elements, one a line in hexadecimal digits, and an empty line. Then it reads as
   many evaluated elements and the proof from standard input, and prints the number of distinct
   tokens, their digest, and the tokens. An empty line ends the address book; without a line before
   it the book is empty, and padded like any other. At most 1,000 entries. */
#include <ringfence/contacts_client.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { kLineBytes = 1024, kPadding = 50 };

static void PrintHex(const uint8_t* bytes, size_t size) {
  for (size_t i = 0; i < size; ++i) printf("%02x", bytes[i]);
  printf("\n");
}

static int ParseHex(const char* text, uint8_t* bytes, size_t size) {
  if (strlen(text) != 2 * size) return 0;
  for (size_t i = 0; i < size; ++i) {
    unsigned byte = 0;
    if (sscanf(text + 2 * i, "%2x", &byte) != 1) return 0;
    bytes[i] = (uint8_t)byte;
  }
  return 1;
}

/* The next line without its end; 0 at the end of the input. */
static int ReadLine(char* line) {
  if (fgets(line, kLineBytes, stdin) == NULL) return 0;
  line[strcspn(line, "\r\n")] = '\0';
  return 1;
}

static void AddEntry(rf_contact_batch* batch, const char* line, const char* region) {
  rf_contact_identifier forms[RF_CONTACT_MAX_FORMS];
  size_t count = 1;
  rf_contact_status status =
      strchr(line, '@') != NULL
          ? rf_contact_email(line, strlen(line), &forms[0])
          : rf_contact_phone(line, strlen(line), region, RF_CONTACT_ALIASES, forms, &count);
  for (size_t i = 0; status == RF_CONTACT_OK && i < count; ++i) {
    status = rf_contact_batch_add(batch, &forms[i]);
  }
  if (status != RF_CONTACT_OK) fprintf(stderr, "skipped: %s\n", rf_contact_status_text(status));
  rf_contact_erase(forms, sizeof forms);
}

/* Prints what is sent, reads what comes back, gives the tokens. */
static rf_contact_status Exchange(rf_contact_batch* batch, const uint8_t* public_key,
                                  uint8_t* tokens) {
  static uint8_t elements[RF_CONTACT_MAX_BATCH * RF_CONTACT_ELEMENT_BYTES];
  uint8_t proof[RF_CONTACT_PROOF_BYTES];
  char line[kLineBytes];
  const size_t size = rf_contact_batch_size(batch);
  const rf_contact_status status = rf_contact_batch_blind(batch, elements);
  if (status != RF_CONTACT_OK) return status;
  for (size_t i = 0; i < size; ++i) PrintHex(elements + i * RF_CONTACT_ELEMENT_BYTES, 32);
  printf("\n");
  fflush(stdout);
  for (size_t i = 0; i < size; ++i) {
    uint8_t* element = elements + i * RF_CONTACT_ELEMENT_BYTES;
    if (!ReadLine(line) || !ParseHex(line, element, 32)) return RF_CONTACT_BAD_ELEMENT;
  }
  if (!ReadLine(line) || !ParseHex(line, proof, sizeof proof)) return RF_CONTACT_BAD_PROOF;
  return rf_contact_batch_finish(batch, elements, size, proof, public_key, tokens);
}

int main(int argc, char** argv) {
  static uint8_t tokens[RF_CONTACT_MAX_BATCH * RF_CONTACT_TOKEN_BYTES];
  uint8_t public_key[RF_CONTACT_ELEMENT_BYTES];
  uint8_t digest[RF_CONTACT_DIGEST_BYTES];
  char line[kLineBytes];
  if (argc != 3 || !ParseHex(argv[2], public_key, sizeof public_key)) {
    fprintf(stderr, "usage: contacts_client REGION PUBLIC_KEY\n");
    return 2;
  }
  rf_contact_batch* batch = rf_contact_batch_new();
  if (batch == NULL) return 3;
  while (ReadLine(line) && line[0] != '\0') AddEntry(batch, line, argv[1]);
  rf_contact_erase(line, sizeof line);
  rf_contact_status status = rf_contact_batch_pad(batch, kPadding);
  const size_t size = rf_contact_batch_size(batch);
  size_t distinct = 0;
  if (status == RF_CONTACT_OK) status = Exchange(batch, public_key, tokens);
  if (status == RF_CONTACT_OK) status = rf_contact_book_digest(tokens, size, &distinct, digest);
  rf_contact_batch_free(batch);
  if (status != RF_CONTACT_OK) {
    fprintf(stderr, "contacts_client: %s\n", rf_contact_status_text(status));
    return 1;
  }
  printf("%zu\n", distinct);
  PrintHex(digest, sizeof digest);
  for (size_t i = 0; i < distinct; ++i) PrintHex(tokens + i * RF_CONTACT_TOKEN_BYTES, 16);
  rf_contact_erase(tokens, sizeof tokens);
  return 0;
}
