/* distribution.h: thin glue over the GNU Scientific Library's distributions. */
#ifndef PH_DISTRIBUTION_H
#define PH_DISTRIBUTION_H

extern void distribution_init(void);

/* z such that a standard normal exceeds it with probability tail */
extern double normal_upper_quantile(double tail);

/* z such that a standard normal lies within z of 0 with this probability */
extern double two_sided_z(double confidence);

/* the probability that a standard normal, Student's t or a chi-square exceeds x */
extern double normal_upper_tail(double x);
extern double student_t_upper_tail(double t, double df);
extern double chi_square_upper_tail(double x, double df);
extern double chi_square_lower_tail(double x, double df);

/* t such that Student's t of df degrees of freedom, infinity being the normal, exceeds it with probability tail */
extern double student_t_upper_quantile(double tail, double df);

/* x such that a chi-square of df degrees of freedom falls below / above it with probability tail */
extern double chi_square_lower_quantile(double tail, double df);
extern double chi_square_upper_quantile(double tail, double df);

/*
 * x such that Snedecor's F of df degrees of freedom above and df_below below falls below it with probability tail;
 * NAN where it cannot be told.  The upper quantile is 1 over the lower one of the degrees exchanged.
 */
extern double f_lower_quantile(double tail, double df, double df_below);

#endif
