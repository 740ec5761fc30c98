/* interval.h: confidence limits of counts, rates, proportions and normal values, as plain mathematics. */
#ifndef PH_INTERVAL_H
#define PH_INTERVAL_H

typedef struct Limits
{
	double		lower;
	double		upper;
} Limits;

extern Limits byar_limits(double events, double confidence);
extern Limits exact_limits(double events, double confidence);
extern Limits mid_p_limits(double events, double confidence);
extern Limits count_limits(double events, double confidence);
extern Limits repeated_limits(double events, double squares, Limits independent);
extern Limits dobson_limits(double rate, double variance, double events, double confidence);
extern Limits normal_limits(double value, double error, double confidence);
extern Limits wilson_limits(double events, double population, double confidence);

#endif
