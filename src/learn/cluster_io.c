/* cluster_io.c: ph.cluster_sums as text and as bytes, both exact. */
#include "postgres.h"

#include "core/compat.h"
#include "core/digits.h"
#include "core/type_error.h"
#include "learn/cluster_sums.h"
#include "libpq/pqformat.h"

/*
 * ph.cluster_sums output: clusters, columns, categories, words, left out, fingerprint, gamma,
 *   then every number in order.
 */
PG_FUNCTION_INFO_V1(cluster_sums_out);
Datum
cluster_sums_out(PG_FUNCTION_ARGS)
{
	ClusterSums *sums = PG_GETARG_CLUSTER_SUMS(0);
	StringInfoData out;

	initStringInfo(&out);
	appendStringInfo(&out, "%d %d %d %d " INT64_FORMAT " " UINT64_FORMAT, sums->clusters, sums->columns,
					 sums->categories, sums->words, sums->left_out, sums->fingerprint);
	for (Size i = 0; i <= cluster_number_count(sums); i++)	/* gamma and the numbers behind it */
	{
		appendStringInfoChar(&out, ' ');
		append_digits(&out, (&sums->gamma)[i]);
	}
	PG_RETURN_CSTRING(out.data);
}

/*
 * ph.cluster_sums input.  Errors: invalid_text_representation.
 */
PG_FUNCTION_INFO_V1(cluster_sums_in);
Datum
cluster_sums_in(PG_FUNCTION_ARGS)
{
	char	   *text = PG_GETARG_CSTRING(0);
	int			clusters,
				columns,
				categories,
				words,
				used = 0;
	long long	left_out;
	unsigned long long fingerprint;
	ClusterSums *sums = NULL;
	bool		valid = sscanf(text, "%d %d %d %d %lld %llu%n", &clusters, &columns, &categories, &words, &left_out,
							   &fingerprint, &used) == 6 &&
		cluster_shape_is_possible(clusters, columns, categories, words);

	if (valid)
	{
		Size		count;

		sums = cluster_new(clusters, columns, categories, words);
		sums->left_out = left_out;
		sums->fingerprint = fingerprint;
		count = cluster_number_count(sums);
		text += used;
		for (Size i = 0; valid && i <= count; i++)	/* gamma and the numbers behind it */
		{
			char	   *end;

			(&sums->gamma)[i] = strtod(text, &end);
			valid = *text == ' ' && end > text;
			text = end;
		}
		valid = valid && *text == '\0' && cluster_is_valid(sums, VARSIZE(sums));
	}
	if (!valid)
		ereturn(fcinfo->context, (Datum) 0,
				(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
				 errmsg("invalid input syntax for type %s", "ph.cluster_sums")));
	PG_RETURN_POINTER(sums);
}

/*
 * ph.cluster_sums binary output: version, clusters, columns, categories, words, left out, fingerprint, gamma, numbers.
 */
PG_FUNCTION_INFO_V1(cluster_sums_send);
Datum
cluster_sums_send(PG_FUNCTION_ARGS)
{
	ClusterSums *sums = PG_GETARG_CLUSTER_SUMS(0);
	StringInfoData out;

	pq_begintypsend(&out);
	pq_sendbyte(&out, CLUSTER_VERSION);
	pq_sendint32(&out, sums->clusters);
	pq_sendint32(&out, sums->columns);
	pq_sendint32(&out, sums->categories);
	pq_sendint32(&out, sums->words);
	pq_sendint64(&out, sums->left_out);
	pq_sendint64(&out, sums->fingerprint);
	for (Size i = 0; i <= cluster_number_count(sums); i++)
		pq_sendfloat8(&out, (&sums->gamma)[i]);
	PG_RETURN_BYTEA_P(pq_endtypsend(&out));
}

/*
 * ph.cluster_sums binary input.  Errors: invalid_binary_representation.
 */
PG_FUNCTION_INFO_V1(cluster_sums_recv);
Datum
cluster_sums_recv(PG_FUNCTION_ARGS)
{
	StringInfo	in = (StringInfo) PG_GETARG_POINTER(0);
	bool		valid = in->len - in->cursor >= 41 && pq_getmsgbyte(in) == CLUSTER_VERSION;
	ClusterSums *sums = NULL;

	if (valid)
	{
		int			clusters = pq_getmsgint(in, 4),
					columns = pq_getmsgint(in, 4),
					categories = pq_getmsgint(in, 4),
					words = pq_getmsgint(in, 4);

		valid = cluster_shape_is_possible(clusters, columns, categories, words);
		if (valid)
		{
			sums = cluster_new(clusters, columns, categories, words);
			sums->left_out = pq_getmsgint64(in);
			sums->fingerprint = pq_getmsgint64(in);
			valid = in->len - in->cursor == sizeof(double) * (1 + cluster_number_count(sums));
			for (Size i = 0; valid && i <= cluster_number_count(sums); i++)
				(&sums->gamma)[i] = pq_getmsgfloat8(in);
			valid = valid && cluster_is_valid(sums, VARSIZE(sums));
		}
	}
	if (!valid)
		binary_value_error("ph.cluster_sums", NULL);
	PG_RETURN_POINTER(sums);
}
