#include "client/views/fault.h"

#include <errno.h>
#include <string.h>

#include "base/util.h"
#include "client/ui/words.h"

static const struct {
    int error;
    const char *words;
} faults[] = {
    {ENOENT, N_("there is no such file or folder")},
    {ENOTDIR, N_("there is no such folder")},
    {EISDIR, N_("this is a folder")},
    {EACCES, N_("it is not permitted")},
    {EPERM, N_("it is not permitted")},
    {EROFS, N_("you may not write there")},
    {ENOSPC, N_("the disk is full")},
    {EDQUOT, N_("the disk is full")},
    {EEXIST, N_("A file of this name is there already")},
    {EFBIG, N_("the file is too large")},
    {ENAMETOOLONG, N_("the name is too long")},
    {EIO, N_("the disk cannot be read or written")},
    {EMFILE, N_("too many files are open")},
    {ETIMEDOUT, N_("no answer")},
};

/* Why a line broke is told in words already, the system's or the link's: they are translated as they are shown. */
static const char *const line_faults[] = {
    N_("Connection refused"),
    N_("Connection timed out"),
    N_("Connection reset by peer"),
    N_("Broken pipe"),
    N_("Network is unreachable"),
    N_("No route to host"),
    N_("Name or service not known"),
    N_("Temporary failure in name resolution"),
    N_("No address associated with hostname"),
    N_("no answer"),
    N_("no address"),
    N_("the line was cut"),
    N_("the server sent a line that is too long"),
};

const char *fault_words(int error)
{
    const char *words = strerror(error);
    for (size_t i = 0; i < array_len(faults); i++)
        if (faults[i].error == error)
            return _(faults[i].words);
    for (size_t i = 0; i < array_len(line_faults); i++)
        if (strcmp(line_faults[i], words) == 0)
            return _(line_faults[i]);
    return words;
}
