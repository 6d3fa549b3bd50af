/* Every limit of the line protocol, with its unit. */
#pragma once

enum {
    WIRE_PROTOCOL = 1,
    WIRE_PORT = 7719,

    /* Bytes of a line, its LF not counted. */
    WIRE_LINE_BEFORE_LOGIN = 8 * 1024,
    WIRE_LINE_FROM_CLIENT = 64 * 1024,
    WIRE_LINE_TO_CLIENT = 1024 * 1024,

    /* JSON from a client: nesting, and keys of the whole message. */
    WIRE_JSON_DEPTH_MAX = 16,
    WIRE_JSON_KEYS_MAX = 256,
    WIRE_JSON_NUMBER_MAX = 64, /* characters of one number */

    /* Characters. */
    WIRE_TAG_MAX = 32,
    WIRE_VERB_MAX = 64,
    WIRE_KEY_MIN = 8,
    WIRE_KEY_MAX = 64,

    /* Requests of one connection; one of them may be changing something. */
    WIRE_IN_FLIGHT_MAX = 16,
    WIRE_FAULTS_MAX = 2, /* the second line that is no message closes the connection */

    WIRE_CONNECTIONS_PER_ADDRESS_BEFORE_LOGIN = 20,

    /* Milliseconds. */
    WIRE_HANDSHAKE_MS = 5 * 1000,
    WIRE_LOGIN_MS = 10 * 1000,     /* without a word that is answered */
    WIRE_LOGIN_ALL_MS = 60 * 1000, /* whatever is said meanwhile */
    WIRE_LINE_MS = 15 * 1000,
    WIRE_STALLED_READER_MS = 30 * 1000,
    WIRE_PROGRESS_AFTER_MS = 500,

    /* Bytes of a connection's unsent output. A list above WIRE_LIST_AS_ROWS comes as row lines, so that all the requests that may be
     * under way together fit, and who only reads slowly is not cut. Nothing new is begun for who has more than
     * WIRE_BEGIN_PAUSE before him (an export alone never has), so that the rows of a list wait, and a worker with
     * them, only when the list itself is of a size that no screen shows. */
    WIRE_LIST_AS_ROWS = 256 * 1024,
    WIRE_EXPORT_PAUSE = 256 * 1024,    /* above it an export waits, events are left out and nothing is read */
    WIRE_BEGIN_PAUSE = 512 * 1024,     /* above it no request that waits is begun */
    WIRE_ROWS_PAUSE = 4 * 1024 * 1024, /* above it the rows of a list wait */
    /* Above it the connection is cut. */
    WIRE_OUTPUT_MAX = WIRE_ROWS_PAUSE + (WIRE_IN_FLIGHT_MAX + 2) * WIRE_LIST_AS_ROWS,

    /* Bytes. */
    WIRE_ANSWER_KEPT_MAX = 4 * 1024, /* of an answer stored with its idempotency key */
    WIRE_FILE_CHUNK_MAX = 40 * 1024, /* raw, before base64 */

    WIRE_LIST_LIMIT_MAX = 500, /* rows of one list */
};
