/* message.dress: what stands around every text message, and what may stand in it, so that whoever writes one sees how it will look and how
 * many it will be. */
#include "server/areas/messages/area.h"

/* As the database puts them around it (message_dress() in the schema). */
static const struct sql sql_dress = {
    "message_dress_words", "SELECT coalesce('【' || nullif((SELECT value FROM setting WHERE name = "
                           "'message.signature'), '') || '】', ''), "
                           "json_object_agg(l.language, coalesce(l.pause || nullif(s.value, ''), ''))::text, "
                           "json_object_agg(l.language, rescue_message_sample(l.language))::text "
                           "FROM (VALUES ('en', ' '), ('zh_CN', '，'), ('zh_TW', '，')) l (language, pause) "
                           "LEFT JOIN setting s ON s.name = 'message.opt_out_ending_' || l.language"};

int message_dress(struct request *request)
{
    struct rows *rows = tx_read(request->tx, &sql_dress);
    int result = request_need(request);
    if (result)
        return result;
    str_add(&request->out, "{\"signature\":");
    str_add_json(&request->out, rows_text(rows, 0, 0));
    str_add(&request->out, ",\"endings\":");
    str_add(&request->out, rows_text(rows, 0, 1));
    str_add(&request->out, ",\"samples\":");
    str_add(&request->out, rows_text(rows, 0, 2));
    str_add_char(&request->out, '}');
    return 0;
}
