/* The files that write exports and prints: what is asked for, what a column holds, where the bytes go. */
#pragma once

#include "server/entity/entity-private.h"

#include <openssl/evp.h>

enum {
    EXPORT_CHUNK = 24 * 1024, /* bytes of a file in one row line: 32 KiB in base64 */
    EXPORT_XLSX_ROWS = 1048575,
    EXPORT_PDF_ROWS = 10000,
    EXPORT_SUMS_MAX = 16
};

/* How a value is written: as text, or so that a spreadsheet can reckon with it. */
enum cell_kind { CELL_TEXT, CELL_NUMBER, CELL_MONEY, CELL_DATE, CELL_TIME };

struct export_column {
    const struct field *field;
    enum cell_kind kind;
    bool labelled; /* words in place of the code or id */
    bool code;     /* the code or id behind the words */
    bool summed;
    const char *title;
    int64_t sum; /* fen, or the number */
};

struct export_stream {
    struct request *request;
    struct str chunk; /* malloc'd: what is not sent yet */
    EVP_MD_CTX *digest;
    int64_t bytes;
};

struct export
{
    struct request *request;
    const struct entity *entity;
    const struct export_writer *writer;
    const char *language, *zone, *title;
    const struct grant *listing, *pii; /* pii: NULL, persons' data stay masked */
    bool full;                         /* some of them are written in full */
    struct filter filter;
    struct sort sort;
    struct export_column *columns;
    size_t ncolumns;
    int64_t total, rows; /* total 0: nobody counted */
    int64_t progress_ms; /* when to say how far it is */
    struct export_stream stream;
    void *data; /* of the writer */
};

/* One form of file. Rows come as COPY writes them with these options. All but drop return 0 or what is to be returned. */
struct export_writer {
    const char *name, *type; /* format, MIME type */
    const char *copy;
    bool codes;       /* has columns of codes beside the words */
    int64_t rows_max; /* 0: any number */
    int (*begin)(struct export *export);
    int (*row)(struct export *export, char *row, size_t len);
    int (*end)(struct export *export);
    void (*drop)(struct export *export); /* always, at the end; may be NULL */
};

extern const struct export_writer export_csv, export_xlsx, export_pdf;

/* ---- export_sql.c */
must_check int export_read_columns(struct export *export);
void export_select(struct builder *b, struct export *export);
/* The codes a field may hold with their words, as a JSON object in the arena; NULL: it holds none. */
const char *export_labels(struct arena *arena, const char *language, const struct entity *entity,
                          const struct field *field);
void export_count(struct builder *b, struct export *export);

/* ---- export_stream.c */
void export_stream_init(struct export_stream *stream, struct request *request);
void export_stream_finish(struct export_stream *stream);
/* Text goes out as {"at":offset,"text":…}; it is cut only where the caller stops, so between characters. */
must_check int export_send_text(struct export_stream *stream, const char *text, size_t len);
/* The whole file, from its beginning, as {"at":offset,"data":base64}. */
must_check int export_send_file(struct export_stream *stream, int fd);
/* A file without a name, gone when it is closed; negative: there is none. And the folder for others' temporary files. */
int export_temp_open(void);
const char *export_temp_folder(void);
/* The members "size" and "sha256" of the last reply. */
void export_stream_reply(struct export_stream *stream, struct str *out);

/* ---- print.c */
int entity_run_print(struct request *request);

/* ---- export.c */
/* Between rows: says how far it is, when that is due; -ECANCELED when nobody wants the rest. */
must_check int export_tick(struct export *export, int64_t done, int64_t total);
must_check int export_read_language(struct request *request, const char **language_r);
/* Splits a row of COPY's text format in place, at most `most` cells; NULL for a null. */
size_t export_split(char *row, const char **cells, size_t most);
/* Adds a cell's number to the sum of its column. */
void export_add_sum(struct export_column *column, const char *cell);
const char *export_sum_text(const struct export_column *column, char *buf, size_t size);
const char *export_word(const struct export *export, const char *msgid);

/* What a page says of itself: the filter in words (NULL: none); branch, user, time. */
const char *export_filter_text(struct export *export);
const char *export_who_and_when(struct request *request);
/* Whose paper it is: queues the read; one row, the company's name. */
struct rows *export_company_read(struct request *request);

/* The file's name: what, of which day. */
const char *export_file_name(struct request *request, const char *what, const char *extension);
/* Writing a file failed: in the log, and `internal` for the user. */
int export_file_failed(struct request *request, const char *what);
