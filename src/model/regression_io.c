/* regression_io.c: the outer forms of ph.regression, text and binary. */
#include "postgres.h"

#include "core/digits.h"
#include "core/type_error.h"
#include "lib/stringinfo.h"
#include "libpq/pqformat.h"
#include "model/regression.h"

/* Everything behind the header is doubles. */
static int
doubles_of(const Regression *regression)
{
	return (VARSIZE(regression) - offsetof(Regression, least)) / sizeof(double);
}

/*
 * ph.regression output: pass, family, columns, parameters, rows, left out, fingerprint, then every number in order.
 */
PG_FUNCTION_INFO_V1(regression_out);
Datum
regression_out(PG_FUNCTION_ARGS)
{
	Regression *regression = PG_GETARG_REGRESSION(0);
	const double *numbers = &regression->least;
	StringInfoData out;

	initStringInfo(&out);
	appendStringInfo(&out, "%s %s %d %d " INT64_FORMAT " " INT64_FORMAT " " UINT64_FORMAT,
					 regression_passes[regression->pass], regression_families[regression->family],
					 regression->columns, regression->parameters,
					 regression->rows, regression->left_out, regression->fingerprint);
	for (int i = 0; i < doubles_of(regression); i++)
	{
		appendStringInfoChar(&out, ' ');
		append_digits(&out, numbers[i]);
	}
	PG_RETURN_CSTRING(out.data);
}

static int
word_of(const char *word, const char *const *words)
{
	for (int i = 0; words[i] != NULL; i++)
		if (strcmp(word, words[i]) == 0)
			return i;
	return -1;
}

/*
 * ph.regression input.  Errors: invalid_text_representation.
 */
PG_FUNCTION_INFO_V1(regression_in);
Datum
regression_in(PG_FUNCTION_ARGS)
{
	char	   *text = PG_GETARG_CSTRING(0);
	char		pass[16],
				family[16];
	int			columns,
				parameters,
				used = 0;
	long long	rows,
				left_out;
	unsigned long long fingerprint;
	Regression *regression = NULL;
	bool		valid = sscanf(text, "%15s %15s %d %d %lld %lld %llu%n", pass, family, &columns, &parameters, &rows,
							   &left_out, &fingerprint, &used) == 7 &&
		word_of(pass, regression_passes) >= 0 && word_of(family, regression_families) >= 0 &&
		columns >= 0 && columns <= REGRESSION_MOST_TERMS && parameters >= 0 && parameters <= 3 * REGRESSION_MOST_TERMS;

	if (valid)
	{
		double	   *numbers;

		regression = regression_new(word_of(pass, regression_passes), word_of(family, regression_families), columns,
									parameters);
		regression->rows = rows;
		regression->left_out = left_out;
		regression->fingerprint = fingerprint;
		numbers = &regression->least;
		text += used;
		for (int i = 0; valid && i < doubles_of(regression); i++)
		{
			char	   *end;

			errno = 0;
			numbers[i] = strtod(text, &end);
			valid = *text == ' ' && end > text;
			text = end;
		}
		valid = valid && *text == '\0' && regression_problem(regression, VARSIZE(regression)) == NULL;
	}
	if (!valid)
		ereturn(fcinfo->context, (Datum) 0,
				(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
				 errmsg("invalid input syntax for type %s", "ph.regression")));
	PG_RETURN_POINTER(regression);
}

/*
 * ph.regression binary output: version, pass, family, columns, parameters, rows, left out, fingerprint, numbers.
 */
PG_FUNCTION_INFO_V1(regression_send);
Datum
regression_send(PG_FUNCTION_ARGS)
{
	Regression *regression = PG_GETARG_REGRESSION(0);
	const double *numbers = &regression->least;
	StringInfoData out;

	pq_begintypsend(&out);
	pq_sendbyte(&out, REGRESSION_VERSION);
	pq_sendbyte(&out, regression->pass);
	pq_sendbyte(&out, regression->family);
	pq_sendint32(&out, regression->columns);
	pq_sendint32(&out, regression->parameters);
	pq_sendint64(&out, regression->rows);
	pq_sendint64(&out, regression->left_out);
	pq_sendint64(&out, regression->fingerprint);
	for (int i = 0; i < doubles_of(regression); i++)
		pq_sendfloat8(&out, numbers[i]);
	PG_RETURN_BYTEA_P(pq_endtypsend(&out));
}

/*
 * ph.regression binary input.  Errors: invalid_binary_representation.
 */
PG_FUNCTION_INFO_V1(regression_recv);
Datum
regression_recv(PG_FUNCTION_ARGS)
{
	StringInfo	in = (StringInfo) PG_GETARG_POINTER(0);
	bool		valid = in->len - in->cursor >= 35 && pq_getmsgbyte(in) == REGRESSION_VERSION;
	Regression *regression = NULL;

	if (valid)
	{
		int			pass = pq_getmsgbyte(in),
					family = pq_getmsgbyte(in),
					columns = pq_getmsgint(in, 4),
					parameters = pq_getmsgint(in, 4);

		valid = pass <= PASS_SQUARES && family < FAMILY_COX && columns >= 0 && columns <= REGRESSION_MOST_TERMS &&
			parameters >= 0 && parameters <= 3 * REGRESSION_MOST_TERMS &&
			in->len - in->cursor == 24 + regression_size(pass, columns, parameters) - offsetof(Regression, least);
		if (valid)
		{
			double	   *numbers;

			regression = regression_new(pass, family, columns, parameters);
			regression->rows = pq_getmsgint64(in);
			regression->left_out = pq_getmsgint64(in);
			regression->fingerprint = pq_getmsgint64(in);
			numbers = &regression->least;
			for (int i = 0; i < doubles_of(regression); i++)
				numbers[i] = pq_getmsgfloat8(in);
			valid = regression_problem(regression, VARSIZE(regression)) == NULL;
		}
	}
	if (!valid)
		binary_value_error("ph.regression", NULL);
	PG_RETURN_POINTER(regression);
}
