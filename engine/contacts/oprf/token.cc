// token
#include "contacts/oprf/token.h"
