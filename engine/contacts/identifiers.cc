// identifiers: to come.
#include "contacts/identifiers.h"
