// secret
#include "contacts/oprf/secret.h"
