/* UUID version 7: begins with the time, so keys made one after another sort so. */
#pragma once

enum { UUID_TEXT_SIZE = 37 };

/* 36 lower-case characters and a NUL. */
void uuid_v7(char out[UUID_TEXT_SIZE]);
