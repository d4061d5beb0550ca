// Contacts.
#include <ringfence/contacts.h>
