/* What the client keeps for a person: columns, saved filters, macros, settings. The server stores it and knows who may see it. */
#pragma once

/* preference.list, set and remove. */
void preference_register(void);
