#include "client/views/list_face.h"

#include "client/views/list-private.h"

enum { ROWS_LEAST = 4 }; /* of the table, before the head has a line */

void *list_face_context(struct rows *rows)
{
    return list_of(rows->screen)->context;
}

const char *list_face_desk(struct rows *rows)
{
    const struct list *list = list_of(rows->screen);
    return list->face ? list->face->desk : NULL;
}

struct area list_face_draw(struct list *list, struct canvas *canvas, struct area body)
{
    int rows = list->face->head_rows ? list->face->head_rows(list->context, body.cols) : 0;
    rows = MAX(MIN(rows, body.rows - (int)ROWS_LEAST), 0);
    if (rows)
        list->face->draw_head(list->context, canvas, (struct area){body.row, body.col, rows, body.cols});
    body.row += rows;
    body.rows -= rows;
    return body;
}

void list_face_plain(struct list *list, struct str *out)
{
    if (list->face && list->face->plain_head)
        list->face->plain_head(list->context, out);
}
