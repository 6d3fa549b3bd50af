#include "client/views/views.h"

void views_register(void)
{
    form_register();
    list_register();
}
