// The key file.
#include "contacts/keyring.h"
