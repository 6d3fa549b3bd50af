#include "server/areas/files/area.h"

#include "server/areas/files/files.h"
#include "server/core/schedule.h"

static const struct field begin_args[] = {
    ARG(name, FIELD_TEXT, .label = N_("Name"), .required = true, .max = FILE_NAME_MAX,
        .help = N_("Of the file, without its folder.")),
    ARG(size, FIELD_INT, .label = N_("Size"), .required = true, .min = 1, .help = N_("In bytes.")),
    ARG(type, FIELD_CODE, .label = N_("Type"), .max = 16,
        .help =
            N_("jpeg, png, gif, webp, pdf, csv, xlsx or text; found out by the first bytes in any case.")),
    ARG(sha256, FIELD_CODE, .label = N_("Checksum"), .required = true, .max = 64,
        .help = N_("SHA-256 of the whole file, 64 hexadecimal digits.")),
};

static const struct field chunk_args[] = {
    ARG(upload, FIELD_ID, .label = N_("Upload"), .required = true, .min = 1,
        .help = N_("The number file.begin gave.")),
    ARG(offset, FIELD_INT, .label = N_("Offset"), .required = true, .min = 0,
        .help = N_("Where these bytes stand in the file: behind those that are there.")),
    ARG(data, FIELD_TEXT, .label = N_("Data"), .required = true, .max = FILE_READ_MAX / 3 * 4 + 8,
        .help = N_("Base64 of at most 40 KiB.")),
};

static const struct field end_args[] = {
    ARG(upload, FIELD_ID, .label = N_("Upload"), .required = true, .min = 1,
        .help = N_("The number file.begin gave.")),
    ARG(entity, FIELD_CODE, .label = N_("Entity"), .max = 64,
        .help = N_("What kind of record it shall hang on; left out: none, to be imported.")),
    ARG(id, FIELD_ID, .label = N_("Record"), .min = 1, .help = N_("The record it shall hang on.")),
    ARG(note, FIELD_TEXT, .label = N_("Note"), .max = FILE_NOTE_MAX, .help = N_("What is to be seen in it.")),
    ARG(kind, FIELD_CHOICE, .base = "photo_kind", .label = N_("Kind of photo"),
        .help = N_("What a photo shows, where a service wants one of each kind.")),
};

static const struct field list_args[] = {
    ARG(entity, FIELD_CODE, .label = N_("Entity"), .required = true, .max = 64,
        .help = N_("What kind of record it is.")),
};

static const struct field read_args[] = {
    ARG(offset, FIELD_INT, .label = N_("Offset"), .min = 0, .help = N_("From this byte on; left out: 0.")),
    ARG(length, FIELD_INT, .label = N_("Length"), .min = 1, .max = FILE_READ_MAX,
        .help = N_("So many bytes, at most 40 KiB.")),
};

/* Every session has these: whether a file may be seen or changed is asked of the record it hangs on. */
static const struct verb verbs[] = {
    {
        .name = "file.begin",
        .label = N_("Begin an upload"),
        .help = N_("Announces a file. One that was begun before and is the same is taken up at its offset."),
        .flags = VERB_SESSION | VERB_CHANGES | VERB_KEYED,
        .args = begin_args,
        .nargs = array_len(begin_args),
        .run = file_begin,
    },
    {
        .name = "file.chunk",
        .label = N_("Send a part"),
        .help = N_("The next bytes of an upload. The same part sent again changes nothing."),
        .flags = VERB_SESSION | VERB_CHANGES,
        .args = chunk_args,
        .nargs = array_len(chunk_args),
        .run = file_chunk,
    },
    {
        .name = "file.end",
        .label = N_("End an upload"),
        .help = N_("Checks size, checksum and type of an upload, and hangs it on a record if one is named."),
        .flags = VERB_SESSION | VERB_CHANGES | VERB_KEYED,
        .args = end_args,
        .nargs = array_len(end_args),
        .run = file_end,
    },
    {
        .name = "file.list",
        .label = N_("List files"),
        .help = N_("The files of one record, removed ones too, for who may see the record."),
        .flags = VERB_SESSION,
        .takes = TAKES_ID,
        .args = list_args,
        .nargs = array_len(list_args),
        .run = file_list,
    },
    {
        .name = "file.read",
        .label = N_("Read a file"),
        .help = N_("Some bytes of a file as base64, for who may see the record it hangs on."),
        .flags = VERB_SESSION,
        .takes = TAKES_ID,
        .args = read_args,
        .nargs = array_len(read_args),
        .run = file_read,
    },
    {
        .name = "file.remove",
        .label = N_("Remove a file"),
        .help = N_("Drops the bytes of a file; that it was there, who removed it and why is kept."),
        .flags = VERB_SESSION | VERB_CHANGES | VERB_KEYED,
        .takes = TAKES_ID | TAKES_REASON_REQUIRED,
        .run = file_remove,
    },
};

const struct area files_area = {
    .name = "files",
    .label = N_("Files"),
    .verbs = verbs,
    .nverbs = array_len(verbs),
};

static const struct scheduled sweep = {
    .name = "file_sweep", .statement = "SELECT file_sweep()", .again = 100};

static const struct scheduled purge = {
    .name = "import_purge", .statement = "SELECT import_purge()", .again = 100};

void files_register(void)
{
    schedule_register(&sweep);
    schedule_register(&purge);
    import_set_source(files_read_upload, files_drop_upload);
}
