/* judged.c: reading a tally keyed by predicted risk. */
#include "risk/judged.h"

#include "core/argument.h"
#include "core/tie.h"
#include "miscadmin.h"

static void
check_cell(const TallyCell *cell)
{
	double		people = sum_value(cell->exposure),
				with = sum_value(cell->events);

	if (with > people || with < 0 || with != sum_value(cell->squares))
		argument_error("tally", "must hold people with the outcome or without it",
					   "Fold one row a person: ph.person_tally(score, outcome), outcome a boolean.");
}

bool
judge(const Tally *tally, Judged *judged)
{
	TallyCell	known;
	Estimate	why;
	Tally	   *tied = unconstify(Tally *, tally);

	tie_keys(&tied, 1);
	tally = tied;
	*judged = (Judged) {.tally = tally};
	for (int i = 0; tally && i < tally->sorted; i++)
	{
		CHECK_FOR_INTERRUPTS();
		check_cell(&tally->cells[i]);
	}
	if (!estimate_answerable(tally, &why))
	{
		judged->note = why.note;
		return false;
	}
	known = tally_known(tally);
	judged->people = sum_value(known.exposure);
	judged->with = sum_value(known.events);
	judged->without = judged->people - judged->with;
	if (judged->people == 0)
	{
		judged->note = "no_data";
		return false;
	}
	judged->note = unknown_key_note(tally->unknown_rows);
	return true;
}

bool
judge_both(const Tally *tally, Judged *judged)
{
	if (!judge(tally, judged))
		return false;
	if (judged->with == 0 || judged->without == 0)
	{
		judged->note = "one_class";
		return false;
	}
	return true;
}

bool
judge_risks(const Tally *tally, Judged *judged)
{
	if (tally && tally->sorted > 0 && (tally->cells[0].key < 0 || tally->cells[tally->sorted - 1].key > 1))
		argument_error("tally", "must be keyed by risks between 0 and 1",
					   "A score that is no probability can be asked for its auroc.");
	return judge(tally, judged);
}
