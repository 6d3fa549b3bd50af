/*
 * An entity is declared once, as rows: its struct, fields, list, form, flow, hooks. Everything the generic verbs, the catalogue, the trail, the search
 * keys and the manual need is taken from here. Denied by default: a verb is there when its bit is set, and permitted to roles that hold its name.
 */
#pragma once

#include "model/field.h"
#include "server/core/request.h"

enum entity_scope {
    SCOPE_COMPANY, /* no branch column: the same rows for everybody who has the verb */
    SCOPE_BRANCH,  /* branch_id NOT NULL */
    SCOPE_SHARED   /* branch_id may be NULL: company-wide rows beside the branches' own */
};

enum entity_verbs {
    VERB_LIST = 1 << 0,
    VERB_GET = 1 << 1,
    VERB_CREATE = 1 << 2,
    VERB_UPDATE = 1 << 3,
    VERB_DISABLE = 1 << 4, /* and enable */
    VERB_DELETE = 1 << 5,  /* only what nothing refers to */
    VERB_HISTORY = 1 << 6,
    VERBS_READ = VERB_LIST | VERB_GET | VERB_HISTORY,
    VERBS_ALL = VERBS_READ | VERB_CREATE | VERB_UPDATE | VERB_DISABLE | VERB_DELETE
};

enum entity_flags {
    ENTITY_BIG = 1 << 0,    /* unindexed sorts go to the long lane; sortable columns need an index */
    ENTITY_HIDDEN = 1 << 1, /* not in the menu (line entities, base data parts) */
    ENTITY_BARE = 1 << 2,   /* the table has id and what .fields say, no version, created_at … (ledger) */
    ENTITY_HASHES = 1 << 3, /* create hashes a password: it runs on the hash lane */
    /* A big one whose sortable columns have an index without the branch, too: who sees all branches pages through it. */
    ENTITY_WHOLE = 1 << 4,
    ENTITY_UNKEYED = 1 << 5, /* a view of few rows, without search keys: looked for in its columns */
    ENTITY_CLOSED = 1 << 6   /* the table has columns that no field names and workers may not read */
};

/* Fields every entity has without declaring them: id, and unless ENTITY_BARE version, created_at, created_by, updated_at, disabled_at; and
 * branch_id where the scope is by branch. They may be named in columns, sort, tabs and filters. Declare one (a struct member and a row) to give
 * it another label, or to have it in `was` and `now`; only branch_id can be written. Line entities have id, their parent, and what they declare;
 * a declared `position` is filled with the place in the list (from 1) and orders it, otherwise id does. */

struct act;

/* Hooks. check: pure, no database. load: queues reads that ride in the first flush. in_tx: decides on what was read, changes act->now, queues writes.
 * after_commit: must not fail. All but after_commit return 0 or what request_fail() gave. */
typedef int entity_hook(struct act *act);

/* What must hold of a record beside its state for an action on it: the same for what is offered and for what is done. */
struct condition {
    const char *holds;  /* SQL over alias t; the employee is current_setting('app.self')::bigint. NULL is no */
    const char *unless; /* permission over the record without which alone it matters; NULL: none */
    const char *why;    /* msgid of the refusal */
    bool person;        /* it is about who does it: `forbidden`, else `conflict` */
};
#define CONDITIONS(table) .conditions = table, .nconditions = array_len(table)

/* A step of the flow (or, with from "*" and to NULL, an action that keeps the state). A row named update, disable, enable or delete makes no verb
 * of its own: it says from which states the generic verb may be used. */
struct action {
    const char *name;  /* the verb is entity.name */
    char key;          /* letter on the key bar */
    const char *quick; /* does it from the command line: "d" for `d 1042 v07`. NULL: none */
    const char *label; /* msgid */
    const char *help;  /* msgid */
    const char *from;  /* "new dispatched", or "*" */
    const char *to;    /* NULL: unchanged, or set by the hook */
    const char *state; /* name of the state column, NULL: entity.state. (rescue has state and money_state) */
    const char *confirm;    /* msgid of the question, NULL: none */
    const char *undo;       /* the action that takes it back, NULL: none */
    const char *permission; /* NULL: the verb's name */
    const struct condition *conditions;
    size_t nconditions;
    bool bulk;              /* may be used on several marked rows; takes items */
    bool danger;
    enum verb_lane lane;     /* LANE_HASH where check or load hashes a password */
    bool beside;             /* its form shows what stands in the record beside arguments of the same names */
    bool reason;             /* wants `reason` */
    const char *reason_base; /* base data kind that offers reasons */
    const struct field *args;
    size_t nargs;
    entity_hook *load;
    entity_hook *in_tx;
    entity_hook *after_commit;
    /* Takes the whole command instead of generic code and hooks (where only SQL functions may write). */
    int (*run)(struct request *request);
};

struct tab {
    const char *label;         /* msgid */
    const char *const *fields; /* ended by NULL */
};

struct search_extra {
    const char *field; /* text field searched besides those with .search */
};

struct entity {
    const char *name; /* singular; its verbs are name.list, name.create … */
    const char *area; /* where it stands in the menu */
    const char *table;
    const char *label;  /* msgid, singular */
    const char *plural; /* msgid, the menu's */
    const char *help;   /* msgid */
    const char *code;   /* screen code typed on the command line, e.g. "ro" */
    const char *quick;  /* a shorter one, for what is typed all day: "c 1380013". NULL: none */
    size_t size;        /* of the struct */
    enum entity_scope scope;
    const char *own_column;   /* whose rows an `own` grant sees, e.g. "driver_id" */
    const char *party_column; /* whose rows one sees who works for a third party, e.g. "customer_id" */
    const char *only; /* SQL condition over t for descriptors that show a part of a table; NULL: all */
    const struct field *fields;
    size_t nfields;
    const char *title;           /* field that names a record */
    const char *const *columns;  /* of the list, ended by NULL */
    const char *sort;            /* default: "-created_at" */
    const struct tab *tabs;      /* of the form, ended by a row without label */
    const char *state;           /* state column, NULL: none */
    const struct choice *states; /* in the order of the flow line */
    const struct action *actions;
    size_t nactions;
    unsigned verbs;       /* enum entity_verbs */
    unsigned flags;       /* enum entity_flags */
    const char *view;     /* desk of the client, NULL: generic */
    const char *parent;   /* line entities: the column that holds the owner's id */
    const char *sequence; /* of the ids; NULL: <table>_id_seq */
    entity_hook *check;   /* create and update */
    entity_hook *load;    /* create and update */
    entity_hook *in_tx;   /* create and update */
    entity_hook *after_commit;
    entity_hook *decorate; /* get: adds members to the reply by act_reply; act->was is the record */
    /* Get: queues what decorate will read, in the same round trip; only act->id is known. */
    entity_hook *decorate_load;
    /* Disable, enable, delete: may refuse, once the record was read (act->kind says which). */
    entity_hook *guard;
};

enum act_kind { ACT_CREATE, ACT_UPDATE, ACT_DISABLE, ACT_ENABLE, ACT_DELETE, ACT_ACTION, ACT_GET };

/* One command on one record, as its hooks see it. */
struct act {
    struct request *request;
    const struct entity *entity;
    const struct action *action; /* ACT_ACTION */
    enum act_kind kind;
    int64_t id;
    int64_t version; /* as read; 0 at create. After request_need() */
    /* Where the record stands or will stand; NIL: shared. At create from the start, else after request_need(). */
    int64_t branch_id;
    /* As read (entity.state), NULL when there is none or at create. After request_need(). */
    const char *state;
    /* The record as read (struct of the entity), NULL at create; only after request_need(), so not in load. */
    const void *was;
    void *now;       /* the record as it will be; hooks write here and mark */
    uint64_t set[2]; /* which fields of `now` are to be written */
    const char *reason;
    bool many;  /* one of an import's rows: nobody reads what act_reply() would add */
    void *data; /* hook's own, carried from load to in_tx */
};

/* Marks the field (by name) as set in act->now: act_mark(act, "vehicle_id"). Aborts on an unknown name. */
void act_mark(struct act *act, const char *field);
bool act_is_set(const struct act *act, const char *field);
/* Puts the record's own row id: drawn from the sequence in the first flush, so children need no RETURNING. Only after request_need(). */
int64_t act_row_id(const struct act *act);
/* Adds a member to the reply object beside id, version (and state). */
void act_reply(struct act *act, const char *name, const char *json);
/* Puts a line table into the record: `items` as an array of the line entity's struct, in the request's arena. Lines whose struct has an `id`
 * member that is set are kept and updated, the rest are new, those not in the array are deleted. Marks the field. */
void act_set_lines(struct act *act, const char *field, void *items, size_t count);
/* The rows of a line-table argument (ARG(items, FIELD_LINES, .lines = &x_entity)), bound and checked by the gate of actions. Empty when absent. */
struct line_set act_arg_lines(struct act *act, const char *name);
/* Refuses as "not in this state", with the actions that are allowed now. */
int act_refuse(struct act *act, const char *msgid);

/* An area: its entities and its other verbs. The registry is generated from the words in server/areas/meson.build. */
struct area {
    const char *name;
    const char *label; /* msgid of its menu */
    const struct entity *const *entities;
    size_t nentities;
    const struct verb *verbs; /* processes that are no entity verb */
    size_t nverbs;
};

/* The areas in the order of the menu. In main, before threads. */
void entity_set_areas(const struct area *const *areas, size_t count);

/* Makes the generic verbs of every entity. In main, before threads. */
void entity_register(const struct entity *entity);
const struct entity *entity_find(const char *name);
size_t entity_count(void);
const struct entity *entity_at(size_t index);
const struct field *entity_field(const struct entity *entity, const char *name);

/* Queues a look at one record under a grant of one of the entity's verbs: no row where it is not there to be seen. Columns: version (0: it has
 * none), branch (NULL: none), whose own it is (NULL: nobody's). */
struct rows *entity_look(struct request *request, const struct entity *entity, int64_t id,
                         const struct grant *grant);
/* Rows of one entity that belong to a record of another, or one row by itself, as lists show them. */
struct related {
    struct request *request;
    const struct entity *entity;
    const struct grant *grant;  /* over the rows */
    const char *by;             /* column with the id of the other record */
    const char *among;          /* in place of it: SQL over the id as %s that gives the rows' ids, which are few */
    int64_t id;                 /* of the other record, or of the one row */
    const char *const *columns; /* ended by NULL; those it has not are passed over */
    int64_t limit;
    bool unmasked; /* persons' data in full */
};

/* Queues the newest rows within the grant, one more than the limit where there are more: a column of JSON, with the id in each. The table has an
 * index (branch_id, by, created_at, id). */
struct rows *entity_related(const struct related *related);
/* Queues the one row; none where it is not there to be seen. */
struct rows *entity_shown(const struct related *related);

/* Another record changed within a command, through the doors its own commands go through: lock, version, search keys, trail (which names the
 * action `as`). Queues the look within the command's grant; the hooks of whoever asks then work on it as on their own, once
 * act_beside_take() has flushed: 0, or what request_fail() gave. act_beside_write() queues what they changed. It has no reply of its own. */
struct act *act_beside(struct request *request, const struct entity *entity, int64_t id, const char *as);
must_check int act_beside_take(struct act *beside);
must_check int act_beside_write(struct act *beside);

/* What can be seen and updated takes files (server/areas/files): so nothing of the ledger does. */
bool entity_takes_files(const struct entity *entity);

/* One code that fields with .base may hold, as the catalogue offers it and the gate checks it. Labels are data, one a language. */
struct base_choice {
    const char *code;
    const char *label; /* English */
    const char *label_zh_cn, *label_zh_tw;
    bool disabled; /* kept for old records, not taken in new values */
};

/* Where those codes come from: fills an array in the arena, in order; NULL and 0 for a kind that is not there. Any thread.
 * Besides the kinds of base data: "permission" (the verb registry) and "role" (codes of roles). */
typedef const struct base_choice *entity_choices(const char *kind, struct arena *arena, size_t *count_r);
void entity_set_choices_source(entity_choices *source); /* in main, before threads */
entity_choices *entity_choices_source(void);
/* The choices are not what they were: cached catalogue lines are stale. Any thread. */
void entity_choices_changed(void);
