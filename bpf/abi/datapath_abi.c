// Compiling the header in user space checks its static assertions on this side, too.
#include "apus_datapath.h"
