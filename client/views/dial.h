/* Dialling by a key: whoever a list's row or a record names by a phone number is called; one's own phone rings first. */
#pragma once

void dial_register(void);
