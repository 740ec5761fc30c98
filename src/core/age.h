/* age.h: which ages people can have. */
#ifndef PH_AGE_H
#define PH_AGE_H

#include <stdbool.h>

/* Nobody is known to have lived to 123; 999, 7001 and -1 are codes for what is not known. */
#define LARGEST_AGE 130

static inline bool
age_is_possible(double age)
{
	return age >= 0 && age <= LARGEST_AGE;
}

#endif
