/* cascade_io.c: text and bytes of ph.cascade. */
#include "core/read_text.h"
#include "core/type_error.h"
#include "libpq/pqformat.h"
#include "people/cascade.h"

#define CASCADE_FORMAT 1
#define CASCADE_HINT "Stages in order: 30; 28 lost 0: 0=3+0 20=25+2; 9 lost 6 without days."

/*
 * ph.cascade output: stages apart by semicolons, how many reached each, how many were lost before it, and people who
 * moved on and stayed by days: "30; 28 lost 0: 0=3+0 20=25+2; 9 lost 6 without days".  Of nobody: "nobody".
 */
PG_FUNCTION_INFO_V1(cascade_out);
Datum
cascade_out(PG_FUNCTION_ARGS)
{
	Cascade    *cascade = PG_GETARG_CASCADE(0);
	StringInfoData out;
	int			at = 0;

	initStringInfo(&out);
	if (cascade->stages == 0)
		appendStringInfoString(&out, "nobody");
	for (int stage = 0; stage < cascade->stages; stage++)
	{
		appendStringInfo(&out, "%s" INT64_FORMAT, stage > 0 ? "; " : "", cascade->reached[stage]);
		if (stage > 0)
			appendStringInfo(&out, " lost " INT64_FORMAT "%s", cascade->lost[stage],
							 cascade->without_days & 1 << stage ? " without days" : ":");
		for (; at < cascade->cells && cascade->cell[at].stage == stage; at++)
			appendStringInfo(&out, " %d=" INT64_FORMAT "+" INT64_FORMAT, cascade->cell[at].days,
							 cascade->cell[at].moved, cascade->cell[at].stayed);
	}
	PG_RETURN_CSTRING(out.data);
}

static bool
read_cell(char **at, CascadeCell *cell)
{
	int64		days = 0;

	if (!(read_word(at, " ") && read_whole(at, 0, PG_INT32_MAX, &days) && read_word(at, "=") &&
		  read_whole(at, 0, PG_INT64_MAX, &cell->moved) && read_word(at, "+") &&
		  read_whole(at, 0, PG_INT64_MAX, &cell->stayed)))
		return false;
	cell->days = days;
	return true;
}

/* The next stage; *cascade may become a larger one. */
static bool
read_stage(char **at, Cascade **cascade)
{
	int			stage = (*cascade)->stages++;
	CascadeCell cell = {.stage = stage};
	int			first = (*cascade)->cells;

	if (!read_whole(at, 0, PG_INT64_MAX, &(*cascade)->reached[stage]))
		return false;
	if (stage == 0)
		return true;
	if (!read_word(at, " lost ") || !read_whole(at, 0, PG_INT64_MAX, &(*cascade)->lost[stage]))
		return false;
	if (read_word(at, " without days"))
	{
		(*cascade)->without_days |= 1 << stage;
		return true;
	}
	if (!read_word(at, ":"))
		return false;
	while (**at == ' ')
	{
		if (!read_cell(at, &cell) ||
			((*cascade)->cells > first && (*cascade)->cell[(*cascade)->cells - 1].days >= cell.days))
			return false;
		*cascade = cascade_add(*cascade, cell);
	}
	return true;
}

/*
 * ph.cascade input.  Errors: invalid_text_representation, with the position and never the text.
 */
PG_FUNCTION_INFO_V1(cascade_in);
Datum
cascade_in(PG_FUNCTION_ARGS)
{
	char	   *text = PG_GETARG_CSTRING(0);
	char	   *at = text;
	Cascade    *cascade = cascade_new(0, 12);
	const char *problem = NULL;
	bool		valid = read_word(&at, "nobody") || read_stage(&at, &cascade);

	while (valid && cascade->stages > 0 && *at != '\0')
		valid = cascade->stages < MOST_STAGES && read_word(&at, "; ") && read_stage(&at, &cascade);
	valid = valid && *at == '\0';
	if (valid)
		problem = cascade_problem(cascade);
	if (!valid)
		return text_value_error(fcinfo->context, "ph.cascade", at - text + 1, CASCADE_HINT);
	if (problem)
		ereturn(fcinfo->context, (Datum) 0,
				(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
				 errmsg("invalid input syntax for type %s", "ph.cascade"),
				 errdetail("It has %s.", problem),
				 errhint(CASCADE_HINT)));
	PG_RETURN_POINTER(cascade_trimmed(cascade));
}

/*
 * ph.cascade binary output: version, stages, which have no days, cells; reached and lost by stage; the cells.
 */
PG_FUNCTION_INFO_V1(cascade_send);
Datum
cascade_send(PG_FUNCTION_ARGS)
{
	Cascade    *cascade = PG_GETARG_CASCADE(0);
	StringInfoData out;

	pq_begintypsend(&out);
	pq_sendbyte(&out, CASCADE_FORMAT);
	pq_sendbyte(&out, cascade->stages);
	pq_sendint16(&out, cascade->without_days);
	pq_sendint32(&out, cascade->cells);
	for (int stage = 0; stage < cascade->stages; stage++)
	{
		pq_sendint64(&out, cascade->reached[stage]);
		pq_sendint64(&out, cascade->lost[stage]);
	}
	for (int i = 0; i < cascade->cells; i++)
	{
		pq_sendint32(&out, cascade->cell[i].stage);
		pq_sendint32(&out, cascade->cell[i].days);
		pq_sendint64(&out, cascade->cell[i].moved);
		pq_sendint64(&out, cascade->cell[i].stayed);
	}
	PG_RETURN_BYTEA_P(pq_endtypsend(&out));
}

/*
 * ph.cascade binary input.  Errors: invalid_binary_representation.
 */
PG_FUNCTION_INFO_V1(cascade_recv);
Datum
cascade_recv(PG_FUNCTION_ARGS)
{
	StringInfo	in = (StringInfo) PG_GETARG_POINTER(0);
	bool		valid = in->len - in->cursor >= 8 && pq_getmsgbyte(in) == CASCADE_FORMAT;
	int			stages = valid ? pq_getmsgbyte(in) : 0;
	int			without_days = valid ? pq_getmsgint(in, 2) : 0;
	int64		cells = valid ? pq_getmsgint(in, 4) : 0;
	Cascade    *cascade;
	const char *problem = NULL;

	valid = valid && stages <= MOST_STAGES && without_days >> stages == 0 && !(without_days & 1) &&
		in->len - in->cursor == stages * 16 + cells * 24;
	if (!valid)
		binary_value_error("ph.cascade", NULL);
	cascade = cascade_new(stages, cells);
	cascade->without_days = without_days;
	cascade->cells = cells;
	for (int stage = 0; stage < stages; stage++)
	{
		cascade->reached[stage] = pq_getmsgint64(in);
		cascade->lost[stage] = pq_getmsgint64(in);
	}
	for (int i = 0; i < cells; i++)
	{
		cascade->cell[i].stage = pq_getmsgint(in, 4);
		cascade->cell[i].days = pq_getmsgint(in, 4);
		cascade->cell[i].moved = pq_getmsgint64(in);
		cascade->cell[i].stayed = pq_getmsgint64(in);
	}
	if ((problem = cascade_problem(cascade)) != NULL)
		binary_value_error("ph.cascade", problem);
	PG_RETURN_POINTER(cascade);
}
