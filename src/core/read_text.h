/* read_text.h: what the text input of our types is read by, a piece after the other. */
#ifndef PH_READ_TEXT_H
#define PH_READ_TEXT_H

#include "postgres.h"
#include "core/compat.h"
#include "nodes/nodes.h"

/* The word at *at, which moves behind it. */
extern bool read_word(char **at, const char *word);

/* A whole number within bounds at *at, which moves behind it. */
extern bool read_whole(char **at, int64 low, int64 high, int64 *number);

/* Where a text is no value of the type, its position and never the text; for PG_RETURN_DATUM where errors are soft. */
extern Datum text_value_error(Node *context, const char *type, int position, const char *hint);

#endif
