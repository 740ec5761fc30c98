/* judged.h: people by the risk that was predicted for them, and who of them had the outcome. */
#ifndef PH_JUDGED_H
#define PH_JUDGED_H

#include "postgres.h"
#include "core/estimate.h"

/* A tally keyed by score: exposure counts people, events those with the outcome. */
typedef struct Judged
{
	const Tally *tally;
	double		people;
	double		with;			/* the outcome */
	double		without;
	char	   *note;			/* who was left out, or why there is no answer; NULL: nothing to say */
} Judged;

/*
 * Scores that are one but for rounding are tied (core/tie.h): judged->tally holds each once.
 *
 * False where nothing can be said of the tally, with the reason as the note: so where an outcome is not known.
 * People without score are left out, and counted in the note, as people of unknown key are everywhere.  Errors:
 * rows that are not people with an outcome or without.
 */
extern bool judge(const Tally *tally, Judged *judged);

/* The same, but both outcomes must be there. */
extern bool judge_both(const Tally *tally, Judged *judged);

/* The same, keyed by risks between 0 and 1. */
extern bool judge_risks(const Tally *tally, Judged *judged);

#endif
