#include "client/views/views.h"

#include "client/views/action.h"
#include "client/views/command.h"
#include "client/views/dial.h"
#include "client/views/draft.h"
#include "client/views/hints.h"
#include "client/views/macro.h"
#include "client/views/start.h"
#include "client/views/notice.h"
#include "client/views/settings.h"
#include "client/views/sms_count.h"
#include "client/views/track_view.h"

void views_register(void)
{
    action_register();
    command_register();
    macro_register();
    hints_register();
    start_register();
    chart_view_register();
    dial_register();
    map_view_register();
    token_view_register();
    track_view_register();
    drafts_register();
    export_views_register();
    files_view_register();
    import_view_register();
    form_register();
    lines_register();
    list_register();
    notice_list_register();
    settings_register();
    security_register();
    sms_preview_register();
    tasks_register();
}
