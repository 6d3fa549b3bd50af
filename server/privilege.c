#include "server/privilege.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "server/embedded.h"
#include "server/settings.h"

static int take(const struct passwd *pw, struct account *account_r)
{
    struct account *a = account_r;
    if (snprintf(a->name, sizeof(a->name), "%s", pw->pw_name) >= (int)sizeof(a->name) ||
        snprintf(a->home, sizeof(a->home), "%s", pw->pw_dir) >= (int)sizeof(a->home))
        return -ENAMETOOLONG;
    a->uid = pw->pw_uid;
    a->gid = pw->pw_gid;
    return 0;
}

static int choose_named(const char *name, struct account *account_r)
{
    const struct passwd *pw = getpwnam(name ? name : SETTINGS_USER);
    if (!pw && name)
        log_error("user: there is no user %s", name);
    else if (!pw)
        log_error("started by root, and there is no user " SETTINGS_USER
                  " to run as: make it, or name another with the setting user");
    return pw ? take(pw, account_r) : -ENOENT;
}

static int choose_owner(const char *name, uid_t owner, struct account *account_r)
{
    const struct passwd *pw = getpwuid(owner);
    if (!pw) {
        log_error("the owner of the private cluster, %ld, is no user of this machine", (long)owner);
        return -ENOENT;
    }
    if (name && strcmp(name, pw->pw_name) != 0) {
        log_error("user: the private cluster belongs to %s and lets in nobody else: %s cannot run the server",
                  pw->pw_name, name);
        return -EPERM;
    }
    return take(pw, account_r);
}

int account_choose(const struct settings *settings, const struct embedded *embedded,
                   struct account *account_r)
{
    *account_r = (struct account){.uid = geteuid(), .gid = getegid()};
    if (geteuid() != 0) {
        const struct passwd *pw = settings->user ? getpwnam(settings->user) : NULL;
        if (settings->user && (!pw || pw->pw_uid != geteuid()))
            log_warn("user: only root can become %s; the server stays who started it", settings->user);
        return 0;
    }
    int result = embedded ? choose_owner(settings->user, embedded_owner(embedded), account_r)
                          : choose_named(settings->user, account_r);
    if (result == 0 && account_r->uid == 0) {
        log_error("the server does not run as root: name another with the setting user");
        return -EPERM;
    }
    account_r->change = true;
    return result;
}

/* With one name only: nobody can have linked to it a file of somebody else's. */
static int give_file(const struct account *account, int dir, const char *name)
{
    struct stat st;
    int fd cleanup(cleanup_close) = openat(dir, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return errno == ENOENT ? 0 : -errno;
    if (fstat(fd, &st) < 0)
        return -errno;
    if (!S_ISREG(st.st_mode) || st.st_nlink != 1 || st.st_uid == account->uid)
        return 0;
    return fchownat(fd, "", account->uid, account->gid, AT_EMPTY_PATH) < 0 ? -errno : 0;
}

int account_give(const struct account *account, int dir, const char *const names[], size_t n)
{
    int result = 0;
    if (!account->change)
        return 0;
    for (size_t i = 0; result == 0 && i < n; i++)
        result = give_file(account, dir, names[i]);
    if (result == 0 && fchownat(dir, "", account->uid, account->gid, AT_EMPTY_PATH) < 0)
        result = -errno;
    return result;
}

/* libpq looks for files in the home, and another's it could not read. */
static void move_home(const struct account *account)
{
    setenv("HOME", account->home, 1);
    setenv("USER", account->name, 1);
    setenv("LOGNAME", account->name, 1);
}

static int become(const struct account *account)
{
    if (setgroups(0, NULL) < 0 || setresgid(account->gid, account->gid, account->gid) < 0 ||
        setresuid(account->uid, account->uid, account->uid) < 0)
        return -errno;
    if (setuid(0) == 0 || getegid() == 0)
        return -EPERM;
    move_home(account);
    return 0;
}

int privilege_drop(const struct account *account)
{
    int result = account->change ? become(account) : 0;
    if (result == 0 && (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 || prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0))
        result = -errno;
    if (result < 0)
        log_error("the rights of root cannot be given up: %s", strerror(-result));
    else if (account->change)
        log_info("running as %s", account->name);
    return result;
}
