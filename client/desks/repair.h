/* A data repair: what was, what should be, side by side. */
#pragma once

void repair_view_register(void);
