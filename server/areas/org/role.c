#include "server/areas/org/role.h"

#include "server/areas/org/permission.h"

#include <ctype.h>
#include <string.h>

static const struct choice scopes[] = {
    {"own", N_("Own rows only")},
    {"branch", N_("Own branch")},
    {"below", N_("Own branch and below")},
    {"all", N_("All branches")},
    {NULL},
};

static const struct field fields[] = {
    FIELD(role, code, .label = N_("Code"), .max = 40, .required = true, .unique = true, .create_only = true,
          .sortable = true, .width = 16,
          .help = N_("Lower-case letters, digits and _; scripts and employees refer to the role by it.")),
    FIELD(role, name, .label = N_("Name"), .max = 60, .required = true, .width = 20,
          .help = N_("What colleagues call the role, for example Dispatcher.")),
    FIELD(role, help, .filled = true, .type = FIELD_NOTE, .label = N_("Description"), .max = 500,
          .help = N_("What people in this role do. Shown where roles are picked.")),
    FIELD(role, scope, .type = FIELD_CHOICE, .label = N_("Reach"), .choices = scopes, .required = true,
          .init = "branch",
          .help = N_("Over which rows its permissions reach, unless a permission says otherwise behind @.")),
    FIELD(role, permissions, .type = FIELD_SET, .base = "permission", .label = N_("Permissions"), .max = 4000,
          .help = N_(
              "What the role may do, as verbs. A verb followed by @own, @branch, @below or @all has a reach "
              "of its own, for example vehicle.list@all.")),
    FIELD(role, shipped, .label = N_("Shipped"), .readonly = true, .width = 3,
          .help = N_("Came with the system: it may be edited and disabled, not deleted.")),
    FIELD(role, position, .filled = true, .label = N_("Position"), .min = 0, .max = 9999, .width = 5,
          .sortable = true, .help = N_("Where the role stands in lists; smaller numbers first.")),
};

static bool code_valid(const char *code)
{
    if (!islower((unsigned char)*code))
        return false;
    while (islower((unsigned char)*code) || isdigit((unsigned char)*code) || *code == '_')
        code++;
    return !*code;
}

static int check(struct act *act)
{
    const struct role *role = act->now;
    if (act_is_set(act, "code") && role->code && !code_valid(role->code))
        return request_fail(act->request, ERR_INVALID, "code",
                            N_("A role's code is made of lower-case letters, digits and _, a letter first"),
                            NULL);
    return 0;
}

static bool held(const struct session *session, const char *code)
{
    for (size_t i = 0; i < session->nroles; i++) {
        if (strcmp(session->roles[i], code) == 0)
            return true;
    }
    return false;
}

static int refuse_own(struct act *act)
{
    const struct role *role = act->was;
    if (!role || !held(act->request->session, role->code))
        return 0;
    return request_fail(act->request, ERR_FORBIDDEN, NULL,
                        N_("Nobody changes a role of their own: ask a colleague"), NULL);
}

static bool set_contains(const struct text_set *set, const char *item)
{
    for (size_t i = 0; i < set->count; i++) {
        if (strcmp(set->items[i], item) == 0)
            return true;
    }
    return false;
}

/* Permissions of work that is not there (yet) stay where they stand; nobody adds one. */
static int judge_permissions(struct act *act)
{
    const struct role *was = act->was, *now = act->now;
    for (size_t i = 0; i < now->permissions.count; i++) {
        const char *permission = now->permissions.items[i];
        if (!permission_valid(permission) && !(was && set_contains(&was->permissions, permission)))
            return request_fail(act->request, ERR_INVALID, "permissions",
                                N_("There is no permission {permission}"), "permission", permission, NULL);
    }
    return 0;
}

static int in_tx(struct act *act)
{
    int result = refuse_own(act);
    return result ? result : judge_permissions(act);
}

static int guard(struct act *act)
{
    const struct role *role = act->was;
    if (act->kind == ACT_DELETE && role->shipped)
        return request_fail(act->request, ERR_CONFLICT, NULL,
                            N_("This role came with the system: it can be disabled, not deleted"), NULL);
    return refuse_own(act);
}

static const char *const columns[] = {"code", "name", "scope", "help", "shipped", NULL};
static const char *const main_tab[] = {"code", "name", "help", "scope", "position", "shipped", NULL};
static const char *const permission_tab[] = {"permissions", NULL};
static const struct tab tabs[] = {
    {N_("Role"), main_tab},
    {N_("Permissions"), permission_tab},
    {NULL},
};

const struct entity role_entity = {
    .name = "role",
    .area = "org",
    .table = "role",
    .label = N_("Role"),
    .plural = N_("Roles"),
    .help = N_("What people may do. A person may hold several roles and has what any of them grants."),
    .code = "rl",
    .size = sizeof(struct role),
    .scope = SCOPE_COMPANY,
    .fields = fields,
    .nfields = array_len(fields),
    .title = "name",
    .columns = columns,
    .sort = "position",
    .tabs = tabs,
    .verbs = VERBS_ALL,
    .check = check,
    .in_tx = in_tx,
    .guard = guard,
};
