/* icd10.h: ICD-10 codes as feeds write them, made comparable. */
#ifndef PH_ICD10_H
#define PH_ICD10_H

typedef enum Dialect
{
	DIALECT_NHS,				/* WHO codes as in HES and SUS: X filler, dagger and asterisk marks */
	DIALECT_CM					/* ICD-10-CM, where X, A and D are meant */
} Dialect;

extern const char *const icd10_dialects[];
extern bool icd10_several(const char *raw, int length, Dialect dialect);
extern int	icd10_normalise(const char *raw, int length, Dialect dialect, char *code);

#endif
