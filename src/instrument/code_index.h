/* code_index.h: the conditions that a code stands for, in every list of the registry. */
#ifndef PH_CODE_INDEX_H
#define PH_CODE_INDEX_H

/* Calls visit with the bit of each condition that has a prefix of a normalised code. */
extern void code_index_visit(const char *code, int length, void (*visit) (void *over, int bit), void *over);

#endif
