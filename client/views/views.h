/* Once, before the first screen: what the program must know of the kinds of screens. */
#pragma once

void views_register(void);

/* Of the single views, for views.c. */
void chart_view_register(void);
void map_view_register(void);
void token_view_register(void);
void export_views_register(void);
void files_view_register(void);
void import_view_register(void);
void form_register(void);
void lines_register(void);
void list_register(void);
