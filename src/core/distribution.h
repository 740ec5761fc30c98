/* distribution.h: thin glue over the GNU Scientific Library's distributions. */
#ifndef PH_DISTRIBUTION_H
#define PH_DISTRIBUTION_H

extern void distribution_init(void);

/* z such that a standard normal exceeds it with probability tail */
extern double normal_upper_quantile(double tail);

/* x such that a chi-square of df degrees of freedom falls below / above it with probability tail */
extern double chi_square_lower_quantile(double tail, double df);
extern double chi_square_upper_quantile(double tail, double df);

#endif
