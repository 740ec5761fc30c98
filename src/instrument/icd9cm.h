/* icd9cm.h: conditions in ICD-9-CM. */
#ifndef PH_ICD9CM_H
#define PH_ICD9CM_H

typedef struct Icd9cmList
{
	const char *condition;		/* as ph.conditions writes it */
	const char *prefixes;		/* without points, separated by blanks */
} Icd9cmList;

extern const Icd9cmList icd9cm_lists[];
extern const int icd9cm_list_count;
extern int	icd9cm_normalise(const char *raw, int length, char *code);

#endif
