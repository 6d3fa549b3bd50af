"""Files sent through the protocol, and spreadsheets made by hand: what tests of files, imports and exports need."""
import base64
import hashlib
import io
import zipfile
from xml.sax.saxutils import escape

PART = 40 * 1024


def begin(client, data, name):
    return client.do("file.begin", {"name": name, "size": len(data), "sha256": hashlib.sha256(data).hexdigest()})


def send(client, upload, data, offset=0, part=PART):
    while offset < len(data):
        offset = client.call("file.chunk", {"upload": upload, "offset": offset, "data": base64.b64encode(data[offset:offset + part]).decode()})["offset"]
    return offset


def put(client, data, name="rows.csv"):
    """A finished upload that hangs on nothing."""
    upload = begin(client, data, name)
    send(client, upload["upload"], data, upload["offset"])
    client.do("file.end", {"upload": upload["upload"]})
    return upload["upload"]


def csv(rows, encoding="utf-8", delimiter=",", end="\r\n"):
    def cell(value):
        text = str(value)
        return '"' + text.replace('"', '""') + '"' if any(c in text for c in (delimiter, '"', "\n", "\r")) else text
    return "".join(delimiter.join(cell(c) for c in row) + end for row in rows).encode(encoding)


def _column(n):
    name = ""
    while n >= 0:
        name = chr(65 + n % 26) + name
        n = n // 26 - 1
    return name


def xlsx(rows, inline=False, dates=(), compression=zipfile.ZIP_DEFLATED):
    """A workbook of one sheet. `dates`: columns whose numbers are days."""
    strings, body = [], []
    for r, row in enumerate(rows, 1):
        cells = []
        for c, value in enumerate(row):
            at = f'r="{_column(c)}{r}"'
            if value is None:
                continue
            if isinstance(value, bool):
                cells.append(f'<c {at} t="b"><v>{int(value)}</v></c>')
            elif isinstance(value, (int, float)):
                cells.append(f'<c {at}{" s=" + chr(34) + "1" + chr(34) if c in dates else ""}><v>{value!r}</v></c>')
            elif inline:
                cells.append(f'<c {at} t="inlineStr"><is><t>{escape(value)}</t></is></c>')
            else:
                strings.append(value)
                cells.append(f'<c {at} t="s"><v>{len(strings) - 1}</v></c>')
        body.append(f'<row r="{r}">{"".join(cells)}</row>')
    head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
    main = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    rel = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships'
    parts = {
        "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
        "xl/workbook.xml": f'<workbook {main} xmlns:r="{rel}"><sheets><sheet name="S" sheetId="1" r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
                                      f'<Relationship Id="rId1" Type="{rel}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/styles.xml": f'<styleSheet {main}><cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs></styleSheet>',
        "xl/sharedStrings.xml": f'<sst {main}>' + "".join(f"<si><t>{escape(s)}</t></si>" for s in strings) + "</sst>",
        "xl/worksheets/sheet1.xml": f'<worksheet {main}><sheetData>{"".join(body)}</sheetData></worksheet>',
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compression) as package:
        for name, text in parts.items():
            package.writestr(name, head + text)
    return out.getvalue()
