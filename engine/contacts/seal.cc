// seal: to come.
#include "contacts/seal.h"
