
-- ---- contracts ----

create type ph.corridor_band as (
	lower float8,
	upper float8,
	share float8
);
comment on type ph.corridor_band is
	'a band of a corridor: of what lies between its edges the share is kept; edges in the unit of the margin';
comment on column ph.corridor_band.lower is 'where the band begins: 0 for the first, the upper edge of the one before';
comment on column ph.corridor_band.upper is 'where it ends; NULL for the last one without end';
comment on column ph.corridor_band.share is 'the share kept, 0 to 1';

create function ph.corridor_bands(bands text) returns ph.corridor_band[]
language c immutable strict parallel safe
as 'MODULE_PATHNAME', 'corridor_bands';
comment on function ph.corridor_bands(text) is
	'bands written as lower:upper:share with semicolons between them, ''0:3:1;3:10:0.5;10::0'': all of what lies below '
	'3, half of what lies between 3 and 10, nothing above. Error for what cannot be read, for gaps, overlaps and '
	'shares outside 0 to 1';

create type ph.corridor as (
	kept numeric,
	passed numeric
);
comment on type ph.corridor is 'a margin through the bands of a corridor; both lines add up to the margin';
comment on column ph.corridor.kept is 'what is kept of it, with its sign';
comment on column ph.corridor.passed is 'what is passed on';

create function ph.corridor(
	margin numeric, gain_bands ph.corridor_band[], loss_bands ph.corridor_band[] default null)
returns ph.corridor
language c immutable parallel safe
as 'MODULE_PATHNAME', 'corridor';
comment on function ph.corridor(numeric, ph.corridor_band[], ph.corridor_band[]) is
	'sign(margin) x the sum over bands of share x what of |margin| lies in the band: continuous at the edges, nothing '
	'is kept beyond the last bounded band. The margin is in the unit of the edges: per cent, fractions or money; loss '
	'bands that are not given are those of a gain. NULL without a margin or bands. Error for bands with gaps or '
	'overlaps or shares outside 0 to 1';

create type ph.contract as (
	max_share float8,
	quality_rule text,
	quality_gate float8,
	alternative_gate float8,
	msr float8,
	first_unit boolean,
	saving_cap float8,
	half_below_msr boolean,
	two_sided boolean,
	mlr float8,
	loss_rule text,
	loss_rate float8,
	loss_low float8,
	loss_high float8,
	loss_cap float8,
	revenue_cap float8,
	gain_bands ph.corridor_band[],
	loss_bands ph.corridor_band[],
	equity_share float8,
	stop_loss_attachment numeric,
	stop_loss_share float8,
	stop_loss_maximum numeric
);
comment on type ph.contract is
	'what a provider gets of a saving and owes of a loss; shares, rates and caps are fractions of 0 to 1, the two '
	'amounts of the stop-loss money of a person and year; whatever reads a contract checks it';
comment on column ph.contract.max_share is 'the greatest share of a saving that is paid';
comment on column ph.contract.quality_rule is
	'scale: the share is multiplied by the quality from the gate on; pass: all of it from the gate on; pass_or_scale: '
	'all from the gate on, multiplied by the quality from the alternative gate on; else nothing';
comment on column ph.contract.quality_gate is 'the quality from which a saving is shared, 0 for no gate';
comment on column ph.contract.alternative_gate is 'the lower gate of pass_or_scale';
comment on column ph.contract.msr is
	'minimum savings rate: savings of at least this share of the benchmark are shared, an equal one too';
comment on column ph.contract.first_unit is
	'whether all of a saving or loss is shared once its threshold is met, or only what lies above';
comment on column ph.contract.saving_cap is 'the most that is paid, as a share of the benchmark; NULL: no cap';
comment on column ph.contract.half_below_msr is
	'whether a saving below msr is still paid at half the share, from its first unit: where first_unit is false a '
	'saving of msr itself is then paid less';
comment on column ph.contract.two_sided is 'whether losses are shared';
comment on column ph.contract.mlr is 'minimum loss rate, the like of msr';
comment on column ph.contract.loss_rule is
	'fixed: at loss_rate; one_minus_share: 1 - max_share x quality, within loss_low and loss_high, and the latter '
	'where quality fails';
comment on column ph.contract.loss_rate is 'the share of a loss that is owed under the rule fixed';
comment on column ph.contract.loss_low is 'the least share of a loss under one_minus_share; NULL: 0';
comment on column ph.contract.loss_high is 'the greatest; NULL: 1';
comment on column ph.contract.loss_cap is 'the most that is owed, as a share of the benchmark; NULL: no cap';
comment on column ph.contract.revenue_cap is
	'the most that is owed, as a share of the provider''s revenue; NULL: no cap';
comment on column ph.contract.gain_bands is
	'the corridor that a saving passes before it is shared, edges as shares of the benchmark; NULL: none';
comment on column ph.contract.loss_bands is 'the like of losses; NULL: those of a gain';
comment on column ph.contract.equity_share is
	'the part of a payment that is made only where progress in equity is shown by a test (ph.equity_shown)';
comment on column ph.contract.stop_loss_attachment is
	'the cost of a person in the settled year from which cover gives back of it, before anything is shared; NULL: none';
comment on column ph.contract.stop_loss_share is 'the share that cover gives back of what is above the attachment';
comment on column ph.contract.stop_loss_maximum is 'the most that cover gives back of a person''s cost; NULL: no limit';

create function ph_support.checked_contract(contract ph.contract) returns ph.contract
language c immutable strict parallel safe
as 'MODULE_PATHNAME', 'checked_contract';
comment on function ph_support.checked_contract(ph.contract) is
	'the contract itself; errors name the field: a share, rate or cap outside 0 to 1, an unknown rule, bands with '
	'gaps or overlaps, loss_low above loss_high, what sharing losses or a stop-loss needs and is not there, a '
	'negative amount';

create function ph.contract(
	max_share float8, msr float8 default 0, quality_rule text default 'scale', quality_gate float8 default 0,
	alternative_gate float8 default null, first_unit boolean default true, saving_cap float8 default null,
	half_below_msr boolean default false, two_sided boolean default false, mlr float8 default null,
	loss_rule text default 'fixed', loss_rate float8 default null, loss_low float8 default null,
	loss_high float8 default null, loss_cap float8 default null, revenue_cap float8 default null,
	gain_bands ph.corridor_band[] default null, loss_bands ph.corridor_band[] default null,
	equity_share float8 default 0, stop_loss_attachment numeric default null, stop_loss_share float8 default null,
	stop_loss_maximum numeric default null)
returns ph.contract
language sql immutable parallel safe
begin atomic
select
	ph_support.checked_contract(
		row(
			max_share, quality_rule, quality_gate, alternative_gate, msr, first_unit, saving_cap, half_below_msr,
			two_sided, coalesce(mlr, case when two_sided then msr end), loss_rule, loss_rate, loss_low, loss_high,
			loss_cap, revenue_cap, gain_bands, loss_bands, equity_share, stop_loss_attachment,
			coalesce(stop_loss_share, case when stop_loss_attachment is not null then 1 end),
			stop_loss_maximum)::ph.contract);
end;
comment on function ph.contract(
	float8, float8, text, float8, float8, boolean, float8, boolean, boolean, float8, text, float8, float8, float8,
	float8, float8, ph.corridor_band[], ph.corridor_band[], float8, numeric, float8, numeric) is
	'a contract, checked: name the arguments (ph.contract(max_share => 0.5, msr => 0.02)). They are the fields of the '
	'type ph.contract; mlr is msr unless given, and a stop-loss gives back all of what is above its attachment unless '
	'a share is given. Errors: those of ph_support.checked_contract, each naming the field: 2 for 2 % is refused';

create function ph_support.mssp_terms(
	track text, out max_share float8, out saving_cap float8, out two_sided boolean, out loss_rule text,
	out loss_rate float8, out loss_low float8, out loss_high float8, out loss_cap float8, out revenue_cap float8)
language c immutable parallel safe
as 'MODULE_PATHNAME', 'mssp_terms';
comment on function ph_support.mssp_terms(text) is
	'what a track of the Medicare Shared Savings Program fixes. Error for an unknown track. Source: 42 CFR 425.605(d), '
	'425.610(d) to (g)';

create function ph.minimum_savings_rate(people float8, cv float8, confidence float8 default 0.95) returns float8
language c immutable parallel safe
as 'MODULE_PATHNAME', 'minimum_savings_rate';
comment on function ph.minimum_savings_rate(float8, float8, float8) is
	'z CV / sqrt(people), one-sided, as a fraction of the benchmark: what chance alone exceeds with probability 1 - '
	'confidence where nothing was saved. cv: coefficient of variation of a person''s cost. NULL where people or cv is '
	'not known or people are 0; error below 0, and for a confidence outside 0 to 1';

create function ph.mssp_minimum_savings_rate(people float8) returns float8
language c immutable parallel safe
as 'MODULE_PATHNAME', 'mssp_minimum_savings_rate';
comment on function ph.mssp_minimum_savings_rate(float8) is
	'the variable minimum savings rate of the Medicare Shared Savings Program by number of people, as a fraction: '
	'linear between the bands'' first numbers, 0.039 at 5,000 and 0.02 from 60,000. NULL for NULL and 0, error below '
	'0. Source: 42 CFR 425.604(b), 425.605(b), inner rows through public summaries';

create function ph.mssp_contract(
	track text, msr float8 default 0.02, quality_gate float8 default 0, alternative_gate float8 default null,
	half_below_msr boolean default false)
returns ph.contract
language sql immutable parallel safe
begin atomic
select
	ph.contract(
		max_share => t.max_share, msr => msr, quality_rule => 'pass_or_scale', quality_gate => quality_gate,
		alternative_gate => coalesce(alternative_gate, quality_gate), saving_cap => t.saving_cap,
		half_below_msr => half_below_msr, two_sided => t.two_sided, loss_rule => t.loss_rule,
		loss_rate => t.loss_rate, loss_low => t.loss_low, loss_high => t.loss_high, loss_cap => t.loss_cap,
		revenue_cap => t.revenue_cap)
from ph_support.mssp_terms(track) t;
end;
comment on function ph.mssp_contract(text, float8, float8, float8, boolean) is
	'a track of the Medicare Shared Savings Program: basic_a to basic_e, enhanced. msr is also the minimum loss rate: '
	'of a two-sided track what its holder chose (0 to 0.02), of basic_a and basic_b '
	'ph.mssp_minimum_savings_rate(people). quality_gate is the year''s quality standard: a percentile of national '
	'scores that is published each year, on the scale of the quality; 0 where reporting is enough. alternative_gate: '
	'0 where the alternative standard, which is of single measures, is met; NULL: it is not, nothing below '
	'quality_gate. half_below_msr for small holders of low revenue; no stop-loss. Error for an unknown track, rates '
	'outside 0 to 1. Source: 42 CFR 425.512, 425.605(d), 425.610(d) to (g)';
