/* Files: photos and papers that hang on records, and what is sent to be imported. */
#pragma once

#include "server/entity/entity.h"

extern const struct area files_area;

/* The sweeping of what nobody went on with, and the reading of uploads by imports. In main, before threads. */
void files_register(void);
