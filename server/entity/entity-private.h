/* For the files of this room only: what is derived from the descriptors, and how a command walks through them. */
#pragma once

#include "base/str.h"
#include "model/filter.h"
#include "model/value.h"
#include "server/core/change.h"
#include "server/entity/entity.h"
#include "server/entity/record.h"

enum {
    ENTITY_MAX = 256,
    ENTITY_FIELDS_MAX = 128, /* bits of act.set */
    ENTITY_ALL_FIELDS_MAX = ENTITY_FIELDS_MAX + 8,
    ENTITY_STATES_MAX = 4,      /* state columns of one entity */
    ENTITY_LINE_FIELDS_MAX = 8, /* line tables of one entity */
    ENTITY_CONDITIONS_MAX = 64, /* of all its actions */
    LIST_LIMIT_DEFAULT = 50,
    LIST_SORT_MAX = 4,
    LIST_OFFSET_MAX = 10000,
    STATEMENTS_MAX = 2000, /* distinct generated statements that get a name */
};

/* A verb made from a descriptor: verb.data points to it. */
struct entity_verb {
    struct verb row;
    const struct entity *entity;
    const struct action *action; /* NULL: generic */
    enum act_kind kind;
};

static inline const struct entity_verb *entity_verb_of(const struct request *request)
{
    return request->verb->data;
}

/* ---- registry_check.c */
void entity_check(const struct entity *entity); /* aborts, with what is wrong in the log */

/* ---- registry.c */
/* A verb of the entity, whose permission is its own name; not yet registered. */
struct entity_verb *entity_verb_create(const struct entity *entity, const char *name, enum act_kind kind,
                                       unsigned flags, int (*run)(struct request *));
/* Declared and built in, in order of the row. */
size_t entity_all_fields(const struct entity *entity, const struct field **fields);
bool entity_has_version(const struct entity *entity);
bool entity_is_scoped(const struct entity *entity);
bool entity_has_persons_data(const struct entity *entity);
/* A branch stands in the scope of itself: its branch_id is computed by the database and never written. */
bool entity_is_branch(const struct entity *entity);
int entity_field_index(const struct entity *entity, const char *name); /* of declared fields; -1 */
const char *field_column(const struct field *field);
bool field_is_stored(const struct field *field);   /* has a column of its own */
bool field_is_readable(const struct field *field); /* may be selected */
bool field_never_null(const struct entity *entity, const struct field *field);
/* Sorting by it is by index: declared so, or the built-in time of entry where it is the list's own order. */
bool field_is_indexed(const struct entity *entity, const struct field *field);
/* The state columns: entity.state first, then those actions name. */
size_t entity_state_columns(const struct entity *entity, const char *columns[ENTITY_STATES_MAX]);
const struct action *entity_action(const struct entity *entity, const char *name);

/* ---- sql.c: a statement being written */
struct builder {
    struct str text;
    struct param *params;
    size_t count, cap;
    struct arena *arena;
};

void builder_init(struct builder *b, struct arena *arena);
void builder_param(struct builder *b, struct param param);    /* adds $n */
void builder_name(struct builder *b, const char *identifier); /* adds it quoted */
/* $n with its type. */
void builder_value(struct builder *b, const struct field *field, const struct value *value);
/* The same text once again is the same statement: named and prepared. */
struct rows *builder_read(struct builder *b, struct tx *tx);
void builder_write(struct builder *b, struct tx *tx);
void builder_write_one(struct builder *b, struct tx *tx);
struct rows *builder_read_unnamed(struct builder *b, struct tx *tx);

struct param value_param(const struct value *value);
/* The raw value of a field over alias t. */
void sql_value(struct str *out, const struct field *field);
void sql_plain_value(struct str *out, const struct field *field);
/* The same as it stands in row JSON; masked: as who may not see persons' data sees it. */
void sql_json_value(struct str *out, const struct field *field, bool masked);
/* `<name>_label` of a reference over alias t, as far as this user may see what it refers to; false: the field has none. */
bool sql_label(struct builder *b, struct request *request, const struct field *field);
void sql_label_name(struct str *out, const struct field *field);
/* " AND …" that keeps a reading of alias t inside the grant and inside what the descriptor shows. */
void sql_scope(struct builder *b, const struct entity *entity, const struct grant *grant,
               const struct session *session);
/* Columns of what decides about a record: version, disabled, branch, own, states, conditions. Ends with a comma. */
void sql_meta(struct builder *b, const struct entity *entity, const struct session *session);

/* By which column rows are somebody's own, and who he is there: an employee, or the third party he works for. column NULL: no row is. */
struct own {
    const char *column;
    int64_t self;
};
struct own entity_own(const struct entity *entity, const struct session *session);
/* As the trail has it; 0: not known. */
int64_t entity_owner(const struct entity *entity, int64_t id, const void *record);
void sql_lines_json(struct builder *b, struct request *request, const struct field *field, bool masked);

struct meta {
    int64_t version, branch_id;
    bool disabled, own;
    const char *states[ENTITY_STATES_MAX];
    uint64_t holds; /* which conditions do, in the order of the actions and of each one's own */
};

/* Reads what sql_meta selected; returns the next column. */
int meta_read(const struct entity *entity, struct rows *rows, size_t row, struct meta *meta_r);

/* ---- record.c: values in structs */
/* and those of record.h */
void record_copy_field(const struct field *field, void *to, const void *from);
struct value rows_value(struct rows *rows, size_t row, int column, const struct field *field);
void bit_clear(uint64_t set[2], size_t index);

/* ---- the command on a record */
struct line_change {
    const struct field *field;
    size_t index; /* of the field */
    bool given;   /* now was put, by the client or a hook */
    bool by_hook;
    struct rows *read; /* lines as they are */
    struct line_set was, now;
    int64_t *was_ids, *now_ids; /* 0: new */
    uint64_t (*now_set)[2];
};

struct command {
    struct act act; /* first: hooks see this */
    const struct entity_verb *verb;
    const char *as; /* the action the trail names; NULL: the verb's */
    struct meta meta;
    struct rows *row, *drawn, *checks;
    struct line_change lines[ENTITY_LINE_FIELDS_MAX];
    size_t nlines;
    bool branch_given;
    int64_t old_branch_id;
    struct str extra; /* members of the reply added by hooks: ,"name":json */
    struct check *refs;
    size_t nrefs, refs_cap;
};

static inline struct command *command_of(struct act *act)
{
    return (struct command *)act;
}

/* ---- bind.c */
/* Takes the flat arguments into act->now. 0 or what request_fail gave. */
must_check int bind_arguments(struct command *command, bool create);
/* Of a new record: what was not given is as the form would show it. */
void bind_defaults(struct command *command);
/* Required fields, once the record is whole. */
must_check int bind_finish(struct command *command, bool create);
must_check int bind_action_arguments(struct command *command, const struct action *action);
must_check int bind_fault(struct request *request, const struct field *field, const char *name,
                          enum field_fault fault, const json_t *value);
bool argument_is_reserved(const char *name);

/* ---- lines.c */
void lines_init(struct command *command);
must_check int lines_bind(struct command *command, const struct field *field, const json_t *json,
                          bool create);
must_check int lines_bind_argument(struct command *command, const struct field *field, const json_t *json,
                                   struct line_set *set_r);
void lines_queue_read(struct command *command);
must_check int lines_merge(struct command *command);
struct line_change *lines_of(struct command *command, const struct field *field);
int lines_find(const struct line_change *change, int64_t id); /* among the lines as they were; -1: none */

static inline void *line_at(const struct entity *line, struct line_set set, size_t i)
{
    return (char *)set.items + i * line->size;
}

/* ---- lines_write.c */
void lines_queue_writes(struct command *command);
void lines_write_json(const struct entity *line, struct line_set set, struct str *out);

/* ---- refs.c: references and base data named by a command exist and are live */
must_check int check_base(struct request *request, const struct field *field, const char *name,
                          const struct value *value);
void check_ref(struct command *command, const char *name, const struct field *field, int64_t id);
void checks_queue(struct command *command);
must_check int checks_judge(struct command *command);
/* What this user may see of the other entity; who may not list it is held to the scope of the command itself. */
const struct grant *ref_grant(struct request *request, const char *entity);

/* ---- allowed.c */
/* JSON array of what this session may do now with a record like this, but for `without` (just refused; NULL: none). */
void allowed_write(const struct entity *entity, const struct session *session, const struct meta *meta,
                   const char *without, struct str *out);
/* ,"cannot":{action: why} of what its state and this session's rights would let through; nothing where there is none. */
void cannot_write(const struct entity *entity, const struct session *session, const struct meta *meta,
                  struct str *out);
/* The same as a column of JSON over t for a list's rows: {} for most. False: it is so for every row, and nothing was added. */
bool cannot_add(struct builder *b, const struct entity *entity, const struct session *session);
/* The first condition that keeps this session from it; NULL: none. */
const struct condition *action_unmet(const struct entity *entity, const struct session *session,
                                     const struct meta *meta, const struct action *action);
bool action_from(const struct action *action, const char *state);
bool grant_reaches(const struct grant *grant, const struct entity *entity, const struct meta *meta);

/* ---- trail.c */
void current_write_json(struct command *command, struct str *out);
void trail_add(struct command *command, const char *state_json);

/* ---- search.c */
bool entity_is_searched(const struct entity *entity);
void search_update(struct command *command);
void search_delete(struct command *command);
/* How words are looked for. */
enum search_by {
    SEARCH_KEYS, /* by their keys */
    SEARCH_OWN,  /* in the columns, for who sees only rows of his own: the keys are hidden from him */
    SEARCH_EACH, /* among the keys of each row, for rows that come in an order */
    SEARCH_DONE, /* not at all: the rows that have them are known */
};

enum search_by search_for(const struct entity *entity, const struct grant *grant,
                          const struct session *session);
/* " AND …" for each word of a search. */
void sql_search(struct builder *b, const struct entity *entity, const char *q, enum search_by by);
/* The same for one word that a key has to begin with. */
void sql_search_word(struct builder *b, const struct entity *entity, const char *text, size_t len,
                     enum search_by by);
/* What keys are looked for: the words of the search and of the filter. */
struct text_set search_words(struct arena *arena, const struct entity *entity, const struct filter *filter);

/* ---- where.c, cursor.c */
void sql_filter(struct builder *b, const struct entity *entity, const struct filter *filter,
                enum search_by by);
/* Of a big table keys name the rows meant. */
bool filter_has_keys(const struct entity *entity, const struct filter_term *term);
/* Begins with, or contains. */
void sql_like(struct builder *b, const struct filter_term *term);

struct sort_key {
    const struct field *field;
    bool descending;
};

struct sort {
    struct sort_key keys[LIST_SORT_MAX + 1]; /* the last one is id */
    size_t count;
    bool by_offset; /* no index leads there */
};

struct cursor {
    bool given;
    int64_t offset;
    struct value values[LIST_SORT_MAX + 1];
};

/* What a page is sorted by: `sort` of the request or the list's own, the id behind it; 0, or the refusal. */
must_check int sort_read(struct request *request, const struct entity *entity, struct sort *sort_r);
/* Its pieces of SQL: the expression of a column, ORDER BY, and the condition of what comes behind the cursor's row. */
void sql_sort_key(struct str *out, const struct entity *entity, const struct sort_key *key);
void sql_order(struct str *out, const struct entity *entity, const struct sort *sort);
void sql_after(struct builder *b, const struct entity *entity, const struct sort *sort,
               const struct cursor *cursor);
/* A cursor goes on only with the filter and the sorting it was made for: their hash stands in it. Written in the arena;
 * read: 0, or `invalid`. */
uint64_t cursor_hash(const char *filter, const char *q, const struct sort *sort);
const char *cursor_write(struct arena *arena, const struct sort *sort, const struct cursor *cursor,
                         uint64_t hash);
must_check int cursor_read(struct request *request, const char *text, const struct sort *sort, uint64_t hash,
                           struct cursor *cursor_r);

/* ---- the generic verbs */
int entity_run_list(struct request *request);
int entity_run_get(struct request *request);
int entity_run_history(struct request *request);

/* as_of.c: E.get with a moment. */
int entity_run_as_of(struct request *request, const struct entity *entity, int64_t id, struct instant at);

/* get.c: the members of a record's JSON over alias t; `lines` writes a line table. */
typedef void add_lines_sql(struct builder *b, struct request *request, const struct field *field);
void get_add_shown(struct builder *b, struct request *request, const struct entity *entity,
                   add_lines_sql *lines);

int entity_run_create(struct request *request);
int entity_run_change(struct request *request); /* update, disable, enable, delete and actions */
int entity_failed(struct request *request);

struct command *command_create(struct request *request);
/* Steps of entity_run_create, for who makes many: where the record stands; its id, where its struct has a place for it; where a hook put it. */
/* Takes the arguments; then create_finish does the rest. */
must_check int create_prepare(struct command *command);
must_check int create_finish(struct command *command);
must_check int create_settle_branch(struct command *command);
void create_identify(struct command *command, int64_t id);
void create_take_branch(struct command *command);
void command_reply(struct command *command, int64_t version);
must_check int command_fault_state(struct command *command, const char *msgid);
void command_after_commit(struct command *command);
bool command_writes(const struct command *command, size_t index);
void queue_insert(struct command *command);
void queue_update(struct command *command);
/* Grant of another verb of the entity, e.g. "list"; NULL: not permitted. */
const struct grant *grant_of(const struct session *session, const char *entity, const char *verb);
const char *session_zone(const struct session *session);

/* ---- describe.c */
void describe_register(void);

/* ---- hold.c */
void hold_register(void);
