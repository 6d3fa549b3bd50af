#include "base/util.h"
#include "client/ui/braille.h"

/* Characters of ambiguous width, and what stands for them where the terminal gives them two cells. */
static const struct {
    wchar_t from, to;
} glyphs[] = {
    {L'─', L'-'}, {L'│', L'|'}, {L'┌', L'+'}, {L'┐', L'+'},  {L'└', L'+'},  {L'┘', L'+'}, {L'├', L'+'},
    {L'┤', L'+'}, {L'┬', L'+'}, {L'┴', L'+'}, {L'┼', L'+'},  {L'▸', L'>'},  {L'▶', L'>'}, {L'◂', L'<'},
    {L'▲', L'^'}, {L'▼', L'v'}, {L'●', L'*'}, {L'○', L'o'},  {L'…', L'~'},  {L'·', L'.'}, {L'•', L'*'},
    {L'—', L'-'}, {L'–', L'-'}, {L'―', L'-'}, {L'‘', L'\''}, {L'’', L'\''}, {L'“', L'"'}, {L'”', L'"'},
    {L'×', L'x'}, {L'÷', L'/'}, {L'±', L'~'}, {L'°', L'o'},  {L'√', L'v'},  {L'→', L'>'}, {L'←', L'<'},
    {L'↑', L'^'}, {L'↓', L'v'}, {L'█', L'#'}, {L'▓', L'%'},  {L'▒', L':'},  {L'░', L'.'}, {L'§', L'S'},
    {L'№', L'N'}, {L'¤', L'$'}, {L'®', L'R'}, {L'™', L'T'},  {L'�', L'?'},  {L'★', L'*'}, {L'☆', L'*'},
    {L'□', L'o'}, {L'■', L'#'}, {L'△', L'^'}, {L'▽', L'v'},  {L'◆', L'*'},  {L'◇', L'o'}, {L'▏', L'|'},
    {L'▎', L'|'}, {L'▍', L'='}, {L'▌', L'='}, {L'▋', L'='},  {L'▊', L'#'},  {L'▉', L'#'}, {L'▐', L'='},
    {L'▁', L'_'}, {L'▂', L'_'}, {L'▃', L'-'}, {L'▄', L'-'},  {L'▅', L'='},  {L'▆', L'='}, {L'▇', L'#'},
    {L'▀', L'^'},
};

wchar_t glyph_narrow(wchar_t c)
{
    if (c < 0x80)
        return c;
    for (size_t i = 0; i < array_len(glyphs); i++)
        if (glyphs[i].from == c)
            return glyphs[i].to;
    if (c >= 0x2800 && c < 0x2900)
        return braille_ascii(c);
    return c >= 0x2500 && c < 0x2580 ? L'+' : c;
}
