#include "server/entity/paper.h"

#include "base/time.h"

#include <cairo-pdf.h>
#include <errno.h>
#include <pango/pangocairo.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { A4_LONG = 842, A4_SHORT = 595, FONT_SIZE = 8, FONT_LARGE = 13, LINES_SHORT = 3, FOOT = 16 };

struct paper {
    struct paper_head head;
    int fd;
    double width, height, y;
    int page, pages;
    bool drawing;
    cairo_surface_t *surface;
    cairo_t *cairo;
    PangoFontMap *fonts;
    PangoContext *context;
    PangoLayout *layout;
    PangoFontDescription *faces[4]; /* by bold and large */
};

static cairo_status_t write_out(void *closure, const unsigned char *bytes, unsigned int n)
{
    struct paper *paper = closure;
    while (n > 0) {
        ssize_t done = write(paper->fd, bytes, n);
        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0)
            return CAIRO_STATUS_WRITE_ERROR;
        bytes += done;
        n -= (unsigned)done;
    }
    return CAIRO_STATUS_SUCCESS;
}

/* One face of TrueType outlines with Latin and Chinese of both scripts: of those cairo keeps the letters used, where of a large font of the other
 * kind it keeps most. What the face lacks, fontconfig finds elsewhere. */
#define FAMILY "WenQuanYi Micro Hei"

#ifdef __SANITIZE_ADDRESS__
/* fontconfig, reading its configuration once, loses a few hundred bytes. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
    return "leak:libfontconfig\n";
}
#endif

static void open_fonts(struct paper *paper)
{
    paper->fonts = pango_cairo_font_map_new();
    paper->context = pango_font_map_create_context(paper->fonts);
    paper->layout = pango_layout_new(paper->context);
    pango_context_set_language(paper->context,
                               pango_language_from_string(!strcmp(paper->head.language, "zh_TW")   ? "zh-tw"
                                                          : !strcmp(paper->head.language, "zh_CN") ? "zh-cn"
                                                                                                   : "en"));
    for (int i = 0; i < 4; i++) {
        PangoFontDescription *face = paper->faces[i] = pango_font_description_new();
        pango_font_description_set_family_static(face, FAMILY);
        pango_font_description_set_absolute_size(face, (i & 2 ? FONT_LARGE : FONT_SIZE) * PANGO_SCALE);
        pango_font_description_set_weight(face, i & 1 ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL);
    }
    pango_layout_set_wrap(paper->layout, PANGO_WRAP_WORD_CHAR);
}

struct paper *paper_create(int fd, const struct paper_head *head)
{
    struct paper *paper = memory_zeroed(1, sizeof(*paper));
    paper->head = *head;
    paper->fd = fd;
    paper->width = head->landscape ? A4_LONG : A4_SHORT;
    paper->height = head->landscape ? A4_SHORT : A4_LONG;
    paper->surface = cairo_pdf_surface_create_for_stream(write_out, paper, paper->width, paper->height);
    paper->cairo = cairo_create(paper->surface);
    if (cairo_status(paper->cairo) != CAIRO_STATUS_SUCCESS) {
        paper_destroy(paper);
        return NULL;
    }
    cairo_pdf_surface_set_metadata(paper->surface, CAIRO_PDF_METADATA_TITLE, head->title);
    cairo_pdf_surface_set_metadata(paper->surface, CAIRO_PDF_METADATA_AUTHOR, head->author);
    cairo_pdf_surface_set_metadata(paper->surface, CAIRO_PDF_METADATA_CREATOR, "yizhan " YIZHAN_VERSION);
    open_fonts(paper);
    return paper;
}

void paper_destroy(struct paper *paper)
{
    if (!paper)
        return;
    for (int i = 0; i < 4 && paper->faces[i]; i++)
        pango_font_description_free(paper->faces[i]);
    if (paper->layout) {
        g_object_unref(paper->layout);
        g_object_unref(paper->context);
        g_object_unref(paper->fonts);
    }
    cairo_destroy(paper->cairo);
    cairo_surface_destroy(paper->surface);
    free(paper);
}

double paper_width(const struct paper *paper)
{
    return paper->width - 2 * PAPER_MARGIN;
}

static void set_text(struct paper *paper, const char *text, double width, unsigned style)
{
    PangoLayout *layout = paper->layout;
    int face = (style & PAPER_BOLD ? 1 : 0) | (style & PAPER_LARGE ? 2 : 0);
    pango_layout_set_font_description(layout, paper->faces[face]);
    pango_layout_set_width(layout, width < 0 ? -1 : (int)(width * PANGO_SCALE));
    pango_layout_set_alignment(layout, style & PAPER_RIGHT ? PANGO_ALIGN_RIGHT : PANGO_ALIGN_LEFT);
    pango_layout_set_height(layout, style & PAPER_WHOLE ? G_MININT : -LINES_SHORT);
    pango_layout_set_ellipsize(layout, style & PAPER_WHOLE ? PANGO_ELLIPSIZE_NONE : PANGO_ELLIPSIZE_END);
    pango_layout_set_text(layout, text, -1);
}

double paper_measure(struct paper *paper, const char *text, unsigned style)
{
    int width;
    set_text(paper, text, -1, style | PAPER_WHOLE);
    pango_layout_get_size(paper->layout, &width, NULL);
    return (double)width / PANGO_SCALE + 1;
}

double paper_height(struct paper *paper, const char *text, double width, unsigned style)
{
    int height;
    set_text(paper, text, width, style);
    pango_layout_get_size(paper->layout, NULL, &height);
    return (double)height / PANGO_SCALE;
}

void paper_text(struct paper *paper, double x, double width, double height, const char *text, unsigned style)
{
    cairo_t *cairo = paper->cairo;
    if (!paper->drawing)
        return;
    if (style & PAPER_GREY) {
        cairo_set_source_rgb(cairo, 0.9, 0.9, 0.9);
        cairo_rectangle(cairo, PAPER_MARGIN + x - 2, paper->y - 1, width + 4, height + 2);
        cairo_fill(cairo);
    }
    double shade = style & PAPER_FAINT ? 0.4 : 0.0;
    cairo_set_source_rgb(cairo, shade, shade, shade);
    set_text(paper, text, width, style);
    cairo_move_to(cairo, PAPER_MARGIN + x, paper->y);
    pango_cairo_show_layout(cairo, paper->layout);
}

void paper_line(struct paper *paper)
{
    if (!paper->drawing)
        return;
    cairo_set_source_rgb(paper->cairo, 0.6, 0.6, 0.6);
    cairo_set_line_width(paper->cairo, 0.4);
    cairo_move_to(paper->cairo, PAPER_MARGIN, paper->y);
    cairo_line_to(paper->cairo, paper->width - PAPER_MARGIN, paper->y);
    cairo_stroke(paper->cairo);
}

void paper_down(struct paper *paper, double height)
{
    paper->y += height;
}

/* "Page {page} of {pages}" */
static void write_number(char *out, size_t size, const char *text, int page, int pages)
{
    size_t len = 0;
    while (*text && len + 16 < size) {
        bool one = strncmp(text, "{page}", 6) == 0, all = strncmp(text, "{pages}", 7) == 0;
        if (one || all) {
            len += (size_t)snprintf(out + len, size - len, "%d", one ? page : pages);
            text += one ? 6 : 7;
        } else {
            out[len++] = *text++;
        }
    }
    out[len] = '\0';
}

static void draw_foot(struct paper *paper)
{
    char text[96];
    double y = paper->y;
    write_number(text, sizeof(text), paper->head.page, paper->page, paper->pages);
    paper->y = paper->height - PAPER_MARGIN - FOOT + 6;
    paper_text(paper, 0, paper_width(paper), FONT_SIZE, text, PAPER_RIGHT | PAPER_FAINT);
    paper->y = y;
}

static void draw_head(struct paper *paper)
{
    const struct paper_head *head = &paper->head;
    double width = paper_width(paper), half = width * 0.62, right = width - half;
    double title = paper_height(paper, head->title, half, PAPER_LARGE | PAPER_BOLD);
    double below = head->left ? paper_height(paper, head->left, width, PAPER_FAINT) : 0;
    paper_text(paper, 0, half, title, head->title, PAPER_LARGE | PAPER_BOLD);
    if (head->right)
        paper_text(paper, half, right, title, head->right, PAPER_RIGHT | PAPER_FAINT);
    paper_down(paper, title + 2);
    if (head->left)
        paper_text(paper, 0, width, below, head->left, PAPER_FAINT);
    paper_down(paper, below + 3);
    paper_line(paper);
    paper_down(paper, 5);
}

static void begin_page(struct paper *paper)
{
    paper->page++;
    paper->y = PAPER_MARGIN;
    draw_head(paper);
}

static void end_page(struct paper *paper)
{
    if (paper->page == 0)
        return;
    draw_foot(paper);
    if (paper->drawing)
        cairo_show_page(paper->cairo);
    else
        paper->pages = paper->page;
}

void paper_begin(struct paper *paper, bool drawing)
{
    if (!paper->drawing)
        end_page(paper);
    paper->drawing = drawing;
    paper->page = 0;
    begin_page(paper);
}

bool paper_need(struct paper *paper, double height)
{
    if (paper->y + height <= paper->height - PAPER_MARGIN - FOOT)
        return false;
    end_page(paper);
    begin_page(paper);
    return true;
}

int paper_finish(struct paper *paper)
{
    end_page(paper);
    cairo_surface_finish(paper->surface);
    return cairo_surface_status(paper->surface) == CAIRO_STATUS_SUCCESS ? 0 : -EIO;
}
