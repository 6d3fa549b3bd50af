"""One planted bug per target: a line of the real source, and the line with a mistake that people make. The fuzzer must find each."""
import pathlib
import re
import shlex
import subprocess
import time

import run

# target: (source, what stands there, what is put in its place)
BUGS = {
    "ami": ("server/gateway/ami_parse.c", "(unsigned char)text[i] < ' ' || text[i] == 0x7f ?", "(unsigned char)text[i] < ' ' ?"),
    "frame": ("shared/wire/frame.c", "    frame->scanned -= frame->start;\n", ""),
    "message": ("shared/wire/message.c", "    return n >= low && n <= high && !text[n];", "    return n >= low && !text[n];"),
    "json": ("shared/wire/json_scan.c", "if (scan->depth == WIRE_JSON_DEPTH_MAX)", "if (scan->depth > WIRE_JSON_DEPTH_MAX)"),
    "filter": ("shared/model/filter.c", "if (filter->count == FILTER_TERMS_MAX)", "if (filter->count == FILTER_TERMS_MAX + 1)"),
    "field": ("shared/model/field_text.c", "    return value_check(field, &value);", "    (void)value;\n    return FIELD_OK;"),
    "plate": ("shared/model/plate.c", "    if (strlen(head) + body_len + strlen(tail) >= size)", "    if (strlen(head) + body_len + strlen(tail) > size)"),
    "time": ("shared/base/time.c", "    if (us < 0)\n        us += SECONDS_PER_DAY * US_PER_SECOND;\n", ""),
    "draft": ("client/views/draft_seal.c", "    return EVP_CipherUpdate(cipher, NULL, &n, head, HEAD) == 1 &&\n           EVP", "    (void)head;\n    return EVP"),
    "shorthand": ("client/views/shorthand_read.c", "    if (n < least || n > most)", "    if (n < least)"),
    "key": ("client/ui/key.c", "        else if (keys->pending_len == KEY_SEQUENCE_MAX)", "        else if (keys->pending_len == 2 * KEY_SEQUENCE_MAX)"),
    "quick": ("client/views/quick.c", "        if (*text == '\"')\n            str_add_char(out, '\"');\n", ""),
    "picture": ("client/ui/picture_head.c", "            if (at + 9 > size)\n", "            if (at + 5 > size)\n"),
    "sheet": ("server/entity/import_zip.c", "return part->data <= zip->n && part->packed <= zip->n - part->data;", "return part->data <= zip->n;"),
    "sniff": ("server/areas/files/sniff.c", "bytes[i], 4)) || bytes[i] == 0x7F)", "bytes[i], 4)) || 0)"),
    "gammu": ("server/gateway/gammu_text.c", "used + units_of(code) > units)", "used + units_of(code) > units + 2)"),
    "track": ("server/gateway/hook_track_read.c", "    if (placed && !point_is_valid(report->place))\n", "    if (placed && report->place.lat > 90)\n"),
    "kannel": ("server/gateway/hook_sms_read.c", "utf8_nfc(arena, utf8_clean(arena, copy))", "utf8_nfc(arena, copy)"),
    "reply": ("shared/model/catalogue_read.c", "        if (!json_string_value(json_object_get(json_array_get(list, i), \"name\")))\n            continue;\n", ""),
}


def commands(target):
    out = subprocess.run(["ninja", "-C", str(run.BUILD), "-t", "commands", f"tests/fuzz/fuzz_{target}"], capture_output=True, text=True, check=True).stdout
    return [line for line in out.splitlines() if line.startswith("clang ")]


def plant(target):
    """The target with its bug: the changed source is compiled as the true one is, and stands before the library when linking."""
    name, right, wrong = BUGS[target]
    text = (run.ROOT / name).read_text()
    if text.count(right) != 1:
        raise AssertionError(f"{name} has no single place for the bug planted for {target}: {right!r}")
    folder = run.BUILD / "planted"
    folder.mkdir(exist_ok=True)
    source, binary = folder / f"{target}.c", folder / f"fuzz_{target}"
    source.write_text(text.replace(right, wrong))
    all_commands = commands(target)
    compile_true = next(c for c in all_commands if c.endswith(f" -c ../{name}"))
    compile_wrong = re.sub(r"-M[QF] \S+|-MD", "", compile_true.replace(f"-c ../{name}", f"-iquote {(run.ROOT / name).parent} -c {source}"))
    compile_wrong = re.sub(r" -o \S+", f" -o {source}.o", compile_wrong)
    link = re.sub(r"-o tests/fuzz/\S+", f"-o {binary} {source}.o", all_commands[-1])
    for command in (compile_wrong, link):
        done = subprocess.run(shlex.split(command), cwd=run.BUILD, capture_output=True, text=True)
        if done.returncode:
            raise AssertionError(f"{command}\n{done.stderr[-3000:]}")
    return binary


def seconds_to_find(target, limit, fresh):
    """How long the fuzzer took; raises when it did not find the bug."""
    started = time.monotonic()
    stood, said = run.fuzz(target, limit, fresh, binary=plant(target), found=pathlib.Path(fresh) / "found")
    if stood:
        raise AssertionError(f"the bug planted in {BUGS[target][0]} was not found in {limit} s\n{said[-500:]}")
    return time.monotonic() - started
