/*
 * fingerprint.h: whether two passes have seen the same rows, in whatever order.
 *
 * A row's numbers are mixed into 64 bits, and those of all rows are added up.
 */
#ifndef PH_FINGERPRINT_H
#define PH_FINGERPRINT_H

#include "postgres.h"

static inline uint64
fingerprint_add(uint64 fingerprint, double number)
{
	uint64		bits;

	memcpy(&bits, &number, sizeof(bits));
	fingerprint = (fingerprint ^ bits) * UINT64CONST(0x9E3779B97F4A7C15);
	return fingerprint ^ (fingerprint >> 32);
}

static inline uint64
fingerprint_add_list(uint64 fingerprint, const double *numbers, int count)
{
	for (int i = 0; i < count; i++)
		fingerprint = fingerprint_add(fingerprint, numbers[i]);
	return fingerprint;
}

#endif
