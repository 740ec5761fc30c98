/* code_index.h: the conditions that a code stands for, in every list of the registry. */
#ifndef PH_CODE_INDEX_H
#define PH_CODE_INDEX_H

typedef enum Coding
{
	CODING_ICD10,				/* codes begin with a letter */
	CODING_ICD9CM,				/* with a digit or V */
	CODINGS
} Coding;

/* Calls visit with the bit of each condition that has a prefix of a normalised code. */
extern void code_index_visit(Coding coding, const char *code, int length, void (*visit) (void *over, int bit),
							 void *over);

#endif
