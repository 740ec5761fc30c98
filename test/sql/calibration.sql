-- Calibration: of risks that are right, of risks that are not, and back by recalibration.
set search_path = public, ph;
\set SHOW_CONTEXT never
-- cells whose outcomes are exactly as predicted
select observed_to_expected, round(in_the_large::numeric, 9) as in_the_large, round(slope::numeric, 9) as slope, note
from calibration('people; 0.1: 1000 100 100; 0.3: 1000 300 300; 0.7: 500 350 350');
create temp table person as
select i,
	1 / (1 + exp(-((i * 37 % 60) / 15.0 - 3))) as p,
	(i * 7919 % 1000) / 1000.0 < 1 / (1 + exp(-(0.4 + 0.7 * ((i * 37 % 60) / 15.0 - 3)))) as outcome,
	i % 2 as grp
from generate_series(1, 4000) i;
create temp table tallied as select person_tally(p, outcome) as t from person;
-- the model is the logistic regression of the outcome on the logit
select abs(c.slope - m.coefficients[2]) < 1e-7 as slope,
	abs(c.slope_intercept - m.coefficients[1]) < 1e-7 as intercept,
	abs((c.slope_upper - c.slope_lower) / 2 / 1.9599639845400545 - sqrt(m.covariance[2][2])) < 1e-7 as error
from tallied, calibration(t) c, fit('logistic', 'select outcome, ln(p / (1 - p)) as l from person') m;
select abs(c.in_the_large - m.coefficients[1]) < 1e-7 as in_the_large
from tallied, calibration(t) c,
	fit('logistic', 'select outcome, ln(p / (1 - p)) as l from person', offset_column => 'l') m;
-- scores by hand
select abs(c.brier - (select avg((outcome::int - p) ^ 2) from person)) < 1e-12 as brier,
	abs(c.log_loss + (select avg(ln(case when outcome then p else 1 - p end)) from person)) < 1e-12 as log_loss,
	abs(c.expected - (select sum(p) from person)) < 1e-9 as expected
from tallied, calibration(t) c;
-- recalibrated risks are calibrated, and rank the same
create temp table again as
select person_tally(recalibrated(p, c.slope_intercept, c.slope), outcome) as t,
	person_tally(recalibrated(p, c.in_the_large), outcome) as large
from person, (select c.* from tallied, calibration(t) c) c;
select abs(a.slope - 1) < 1e-8 as slope,
	abs(a.in_the_large) < 1e-8 as in_the_large,
	abs(b.in_the_large) < 1e-8 as large_alone,
	(auroc(t)).value = (auroc((select t from tallied))).value as rank
from again, calibration(t) a, calibration(large) b;
-- so is a recalibrated model
create temp table moved as
select recalibrate(m, t, 'intercept_and_slope') as m, recalibrate(m, t) as large
from tallied, (select given_model('logistic', '{l}', '{1}')) g(m);
select (m).status,
	(m).terms,
	abs((score(m, array[ln(p / (1 - p))])).value - recalibrated(p, c.slope_intercept, c.slope)) < 1e-12 as same,
	(large).coefficients[2] as slope_kept
from moved, (select c.* from tallied, calibration(t) c) c, (values (0.2::float8)) v(p);
-- groups: everybody once, the test by hand
select count(*) as groups,
	sum(people) as people,
	sum(observed) = (select count(*) filter (where outcome) from person) as observed,
	count(*) filter (where lower <= observed_share and observed_share <= upper) as limits
from tallied, calibration_groups(t);
select abs(h.statistic - (
		select sum((observed - expected) ^ 2 / (expected * (1 - expected / people)))
		from tallied, calibration_groups(t)
	)) < 1e-9 as statistic,
	h.degrees_of_freedom
from tallied, hosmer_lemeshow(t) h;
select abs(d.value - (a.in_the_large - b.in_the_large)) < 1e-12 as difference,
	(d.p_value < 0.05) = (d.lower > 0 or d.upper < 0) as p_as_limits
from (
	select person_tally(p, outcome) filter (where grp = 0) as x, person_tally(p, outcome) filter (where grp = 1) as y
	from person
) g,
	calibration(x) a,
	calibration(y) b,
	compare(x, y, 'calibration_in_the_large') d;
-- no answer
select what, c.people,
	round(c.in_the_large::numeric, 9) as in_the_large,
	round(c.slope::numeric, 9) as slope,
	c.without_logit, c.note
from (
	values
	('nobody', 'empty'::tally),
	('one class', 'people; 0.1: 5 0 0; 0.2: 5 0 0'),
	('one risk', 'people; 0.1: 50 7 7'),
	('separated', 'people; 0.1: 5 0 0; 0.9: 5 5 5'),
	('0 and 1', 'people; 0: 5 0 0; 0.3: 50 15 15; 0.6: 40 25 25; 1: 3 3 3')
) v(what, t),
	calibration(t) c;
select (recalibrate(given_model('logistic', '{l}', '{1}'), 'people; 0.1: 5 0 0')).status;
select calibration('people; 5: 10 3 3');
select recalibrated(1.5, 0), recalibrated(0, 1), recalibrated(1, 1);
select recalibrated(0, 1) as never, recalibrated(1, 1) as always;
select recalibrate(given_model('linear', '{l}', '{1}'), 'people; 0.1: 5 1 1');

-- a side whose risks are all certain has no line, and says so
select *
from ph.compare((select ph.person_tally(0::float8, i % 4 = 0) from generate_series(1, 100) i),
	(select ph.person_tally(i / 101.0::float8, i % 3 = 0) from generate_series(1, 100) i), 'calibration_in_the_large');
