/* read_text.c: what the text input of our types is read by. */
#include "core/read_text.h"

#include <ctype.h>

bool
read_word(char **at, const char *word)
{
	int			length = strlen(word);

	if (strncmp(*at, word, length) != 0)
		return false;
	*at += length;
	return true;
}

void
append_quoted(StringInfo out, const char *name, int length)
{
	appendStringInfoChar(out, '"');
	for (int i = 0; i < length; i++)
	{
		if (name[i] == '"' || name[i] == '\\')
			appendStringInfoChar(out, '\\');
		appendStringInfoChar(out, name[i]);
	}
	appendStringInfoChar(out, '"');
}

bool
read_quoted(char **at, StringInfo name)
{
	resetStringInfo(name);
	if (!read_word(at, "\""))
		return false;
	for (; **at != '"'; (*at)++)
	{
		if (**at == '\\' && *++(*at) != '"' && **at != '\\')
			return false;
		if (**at == '\0')
			return false;
		appendStringInfoChar(name, **at);
	}
	(*at)++;
	return true;
}

bool
read_whole(char **at, int64 low, int64 high, int64 *number)
{
	char	   *end;

	errno = 0;
	*number = strtoll(*at, &end, 10);
	if (end == *at || errno != 0 || *number < low || *number > high ||
		!(isdigit((unsigned char) **at) || (low < 0 && **at == '-')))
		return false;
	*at = end;
	return true;
}

Datum
text_value_error(Node *context, const char *type, int position, const char *hint)
{
	ereturn(context, (Datum) 0,
			(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
			 errmsg("invalid input syntax for type %s", type),
			 errdetail("Near character %d.", position),
			 errhint("%s", hint)));
}
