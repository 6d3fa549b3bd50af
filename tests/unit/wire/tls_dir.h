/* A directory of its own for the TLS files of a test. */
#pragma once

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { TLS_PATH_SIZE = 340 };

static char tls_dir[64];

static int tls_dir_make(void **state)
{
    snprintf(tls_dir, sizeof(tls_dir), "/tmp/yizhan-tls-XXXXXX");
    return mkdtemp(tls_dir) ? 0 : -1;
}

static const char *tls_path(char out[TLS_PATH_SIZE], const char *name)
{
    snprintf(out, TLS_PATH_SIZE, "%s/%s", tls_dir, name);
    return out;
}

static int tls_dir_remove(void **state)
{
    char path[TLS_PATH_SIZE];
    DIR *dir = opendir(tls_dir);
    for (struct dirent *entry; dir && (entry = readdir(dir));) {
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            unlink(tls_path(path, entry->d_name));
    }
    closedir(dir);
    return rmdir(tls_dir);
}
