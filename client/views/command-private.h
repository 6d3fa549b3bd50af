/* For the files of the command line only: command.c (the line), command_items.c (what is offered), command_find.c (records), command_complete.c (Tab). */
#pragma once

#include "client/ui/palette.h"
#include "client/views/context.h"
#include "client/views/desk.h"
#include "client/views/quick.h"

struct tool;

enum command_kind {
    COMMAND_LINE, /* a quick code */
    COMMAND_DESK,
    COMMAND_KEY,
    COMMAND_PROGRAM,
    COMMAND_RECORD,
    COMMAND_TOOL,
    COMMAND_TOPIC
};
enum command_program { PROGRAM_PASSWORD, PROGRAM_LANGUAGE, PROGRAM_LOGOUT, PROGRAM_QUIT };

struct command_item {
    enum command_kind kind;
    const char *line; /* what to type for the same; NULL: nothing leads there */
    const struct catalogue_entity *entity;
    const struct desk *desk;
    int key;
    enum command_program program;
    const struct tool *tool;
    const char *topic; /* page of help */
    int64_t id;
};

/* One command line is open at most. */
struct command {
    struct app_context *app;
    uint64_t screen;
    VEC(struct command_item) items;
    VEC(struct palette_entry) entries; /* texts in the arena */
    struct arena *arena;
    size_t fixed; /* items before those that were found */
};

extern struct command command;

/* An item with its entry: `search` is a second thing to find it by, `weight` breaks ties. Texts in the arena. */
void command_add(const struct command_item *item, const char *text, const char *detail, const char *search,
                 int weight);
void command_add_items(void); /* everything that is offered now */

/* command_find.c */
void command_find(const char *line, const struct quick *quick); /* the line is another */
void command_find_stop(void);

/* command_complete.c */
const char *command_complete(const struct command_item *item, const char *line);
