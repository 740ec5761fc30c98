/*
 * contract.h: what a contract pays for: shares, thresholds, caps and bands as exact decimals.
 *
 * A ph.contract is a composite that anybody can write by hand, so that it is checked wherever it is read.
 */
#ifndef PH_CONTRACT_H
#define PH_CONTRACT_H

#include "postgres.h"
#include "budget/amount.h"

typedef enum QualityRule
{
	QUALITY_SCALES,				/* the share is multiplied by the quality */
	QUALITY_PASSES,				/* all of the share from the gate on */
	QUALITY_PASSES_OR_SCALES	/* all from the gate on, multiplied by the quality from the alternative gate on */
} QualityRule;

typedef enum LossRule
{
	LOSS_FIXED,
	LOSS_ONE_MINUS_SHARE
} LossRule;

/* A band of a corridor: of what lies between its edges the share is kept. */
typedef struct Band
{
	Amount		lower;
	Amount		upper;			/* NULL: without end */
	Amount		share;
} Band;

typedef struct Bands
{
	int			count;			/* 0: everything is kept */
	Band	   *band;
} Bands;

/* Cover of dear persons: a share of what lies above the attachment, by person. */
typedef struct StopLoss
{
	Amount		attachment;		/* NULL: no cover */
	Amount		share;
	Amount		maximum;		/* NULL: without limit */
} StopLoss;

/* NULL for a cap or gate that there is not. */
typedef struct Contract
{
	Amount		max_share;
	QualityRule quality_rule;
	Amount		quality_gate;
	Amount		alternative_gate;
	Amount		msr;
	bool		first_unit;
	Amount		saving_cap;
	bool		half_below_msr;
	bool		two_sided;
	Amount		mlr;
	LossRule	loss_rule;
	Amount		loss_rate;
	Amount		loss_low;
	Amount		loss_high;
	Amount		loss_cap;
	Amount		revenue_cap;
	Bands		gain_bands;
	Bands		loss_bands;
	Amount		equity_share;
	StopLoss	stop_loss;
} Contract;

#define CONTRACT_FIELDS 22

/* The contract in an argument, checked; false for NULL. */
extern bool argument_contract(FunctionCallInfo fcinfo, int index, Contract *contract);

/* The bands in an array of ph.corridor_band, checked; none for NULL. */
extern Bands bands_checked(Datum array, bool isnull, const char *argument);

/* What of a size of at least 0 the bands keep, their edges multiplied by a scale. */
extern Amount bands_keep(const Bands *bands, Amount size, Amount scale);

#endif
