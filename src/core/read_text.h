/* read_text.h: what the text input of our types is read by, a piece after the other. */
#ifndef PH_READ_TEXT_H
#define PH_READ_TEXT_H

#include "postgres.h"
#include "core/compat.h"
#include "lib/stringinfo.h"
#include "nodes/nodes.h"

/* The word at *at, which moves behind it. */
extern bool read_word(char **at, const char *word);

/* A name between quotes, a backslash before " and \ in it; it is read into name. */
extern void append_quoted(StringInfo out, const char *name, int length);
extern bool read_quoted(char **at, StringInfo name);

/* A whole number within bounds at *at, which moves behind it. */
extern bool read_whole(char **at, int64 low, int64 high, int64 *number);

/* Where a text is no value of the type, its position and never the text; for PG_RETURN_DATUM where errors are soft. */
extern Datum text_value_error(Node *context, const char *type, int position, const char *hint);

#endif
