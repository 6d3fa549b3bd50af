/* For the files of help only: topics.c (finding and opening pages), topics_rows.c (pages made of rows), topics_texts.c (written pages). */
#pragma once

#include "client/ui/help.h"
#include "client/views/topics.h"

/* A page that was written: paragraphs, and the words of the business. */
struct topic_text {
    const char *name;
    const char *title;             /* msgid */
    const char *const *paragraphs; /* msgids, ended by NULL */
};
size_t topic_text_count(void);
const struct topic_text *topic_text_at(size_t index);
void topic_add_words(struct app_context *app, struct help_lines *lines);

/* Each adds its page; false: there is nothing of this name. */
bool topic_add_entity(struct app_context *app, const char *name, struct help_lines *lines);
bool topic_add_desk(struct app_context *app, const char *name, struct help_lines *lines);
bool topic_add_tool(struct app_context *app, const char *name, struct help_lines *lines);

void topic_add_heading(struct help_lines *lines, const char *text);
void topic_add_text(struct help_lines *lines, const char *text); /* NULL: nothing */
void topic_add_link(struct help_lines *lines, const char *text, const char *link);
