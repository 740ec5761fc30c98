-- reads reference/indicators
-- The indicators against shared/reference/indicators.  One row a check: name, cases, failures.
-- Confidence is written there as 0.95 or 95; a 100 % interval has no limits and is refused here.
\set QUIET 1
\pset format unaligned
\pset tuples_only on
create temp table poisson_ci (
	case_id text, source text, tag text, events float8, confidence float8, byars_lower float8, byars_upper float8,
	exact_lower float8, exact_upper float8, method text, lower float8, upper float8);
create temp table wilson_ci (
	case_id text, source text, tag text, x float8, n float8, confidence float8, lower float8, upper float8);
create temp table rate (
	case_id text, source text, tag text, x float8, n float8, multiplier float8, confidence float8, value float8,
	lowercl float8, uppercl float8, method text);
create temp table rate_grouped_input (case_id text, row_id int, x float8, n float8);
create temp table rate_grouped_expected (
	case_id text, source text, tag text, multiplier float8, confidence float8, x_total float8, n_total float8,
	value float8, lowercl float8, uppercl float8, method text);
create temp table proportion (
	case_id text, source text, tag text, x float8, n float8, multiplier float8, confidence float8, value float8,
	lowercl float8, uppercl float8);
create temp table proportion_grouped_input (case_id text, row_id int, x float8, n float8);
create temp table proportion_grouped_expected (
	case_id text, source text, tag text, multiplier float8, confidence float8, x_total float8, n_total float8,
	value float8, lowercl float8, uppercl float8);
create temp table dsr_input (case_id text, ageband text, x float8, n float8, stdpop float8);
create temp table dsr_expected (
	case_id text, source text, tag text, multiplier float8, confidence float8, total_count float8, total_pop float8,
	value float8, lowercl float8, uppercl float8, suppressed boolean);
create temp table dsr_nonindependent_input (
	case_id text, ageband text, eventfreq float8, persons float8, n float8, stdpop float8);
create temp table dsr_nonindependent_expected (
	case_id text, source text, tag text, multiplier float8, confidence float8, total_count float8, total_pop float8,
	value float8, lowercl float8, uppercl float8, package_lowercl float8, package_uppercl float8,
	package_differs boolean, suppressed boolean);
create temp table isr_input (case_id text, ageband text, x float8, n float8, x_ref float8, n_ref float8);
create temp table isr_expected (
	case_id text, source text, tag text, observed_total float8, multiplier float8, refvalue float8, confidence float8,
	observed float8, expected float8, ref_rate float8, israte float8, israte_lowercl float8, israte_uppercl float8,
	isratio float8, isratio_lowercl float8, isratio_uppercl float8, method text);
create temp table esp2013 (band_set int, start_age float8, end_age float8, population float8);
create temp table mean_input (case_id text, row_id int, value float8);
create temp table mean_expected (
	case_id text, source text, tag text, confidence float8, value_sum float8, value_count int, stdev float8,
	value float8, lowercl float8, uppercl float8);
create temp table extra_dsr_gamma_expected (
	case_id text, source text, tag text, multiplier float8, confidence float8, value float8, standard_error float8,
	gamma_lower float8, fay_feuer_upper float8, tiwari_upper float8);
create temp table extra_cmf_input (
	case_id text, ageband float8, x float8, n float8, x_comparator float8, n_comparator float8, stdpop float8);
create temp table extra_cmf_expected (
	case_id text, source text, tag text, multiplier float8, cmf float8, log_se float8, lowercl float8, uppercl float8,
	rate_difference float8, rate_difference_se float8);
create temp table who_world_standard (
	band_set int, start_age float8, end_age float8, percent float8, per_million float8);
\copy mean_input from program 'cat $REFERENCE/mean_input.csv' csv header
\copy mean_expected from program 'cat $REFERENCE/mean_expected.csv' csv header
\copy extra_dsr_gamma_expected from program 'cat $REFERENCE/extra_dsr_gamma_expected.csv' csv header
\copy extra_cmf_input from program 'cat $REFERENCE/extra_cmf_input.csv' csv header
\copy extra_cmf_expected from program 'cat $REFERENCE/extra_cmf_expected.csv' csv header
\copy who_world_standard from program 'cat $REFERENCE/who_world_standard.csv' csv header
\copy poisson_ci from program 'cat $REFERENCE/poisson_ci.csv' csv header
\copy wilson_ci from program 'cat $REFERENCE/wilson_ci.csv' csv header
\copy rate from program 'cat $REFERENCE/rate.csv' csv header
\copy rate_grouped_input from program 'cat $REFERENCE/rate_grouped_input.csv' csv header
\copy rate_grouped_expected from program 'cat $REFERENCE/rate_grouped_expected.csv' csv header
\copy proportion from program 'cat $REFERENCE/proportion.csv' csv header
\copy proportion_grouped_input from program 'cat $REFERENCE/proportion_grouped_input.csv' csv header
\copy proportion_grouped_expected from program 'cat $REFERENCE/proportion_grouped_expected.csv' csv header
\copy dsr_input from program 'cat $REFERENCE/dsr_input.csv' csv header
\copy dsr_expected from program 'cat $REFERENCE/dsr_expected.csv' csv header
\copy dsr_nonindependent_input from program 'cat $REFERENCE/dsr_nonindependent_input.csv' csv header
\copy dsr_nonindependent_expected from program 'cat $REFERENCE/dsr_nonindependent_expected.csv' csv header
\copy isr_input from program 'cat $REFERENCE/isr_input.csv' csv header
\copy isr_expected from program 'cat $REFERENCE/isr_expected.csv' csv header
\copy esp2013 from program 'cat $REFERENCE/esp2013.csv' csv header

\ir agreement.psql
-- the error function by its Taylor series
create function pg_temp.erf(x float8) returns float8 language plpgsql immutable
as $$
declare
	term float8 := x;
	total float8 := x;
begin
	for n in 1 .. 200 loop
		exit when abs(term) < 1e-30;
		term := -term * x * x / n;
		total := total + term / (2 * n + 1);
	end loop;
	return 2 / sqrt(pi()) * total;
end
$$;
create function pg_temp.one(x float8, n float8) returns ph.tally immutable
begin atomic select ph.count_tally(0, v.x, v.n) from (values (one.x, one.n)) v(x, n); end;


insert into result
select 'poisson_ci byar', case_id,
	pg_temp.agrees(
		ph.count_limits(events, pg_temp.share(confidence), 'byar'), events, byars_lower, byars_upper, 1e-9)
from poisson_ci
where pg_temp.share(confidence) < 1;
insert into result
select 'poisson_ci exact', case_id,
	pg_temp.agrees(
		ph.count_limits(events, pg_temp.share(confidence), 'exact'), events, exact_lower, exact_upper, 1e-8)
from poisson_ci
where pg_temp.share(confidence) < 1;
insert into result
select 'poisson_ci standard', case_id,
	pg_temp.agrees(ph.crude_rate(pg_temp.one(events, 1), 1, pg_temp.share(confidence)), events, lower, upper, 1e-8)
from poisson_ci
where pg_temp.share(confidence) < 1;
insert into result
select 'wilson_ci', case_id, pg_temp.agrees((e).lower, lower, 1e-9) and pg_temp.agrees((e).upper, upper, 1e-9)
from wilson_ci, lateral (select ph.proportion(pg_temp.one(x, n), 1, pg_temp.share(confidence))) p(e)
where pg_temp.share(confidence) < 1;
insert into result
select 'rate', case_id,
	pg_temp.agrees(
		ph.crude_rate(pg_temp.one(x, n), multiplier, pg_temp.share(confidence)), value, lowercl, uppercl, 1e-8,
		multiplier)
from rate
where pg_temp.share(confidence) < 1;
insert into result
select 'rate_grouped', e.case_id,
	pg_temp.agrees(
		ph.crude_rate(t, multiplier, pg_temp.share(confidence)), value, lowercl, uppercl, 1e-8, multiplier)
from rate_grouped_expected e
	join (select case_id, ph.count_tally(row_id, x, n) t from rate_grouped_input group by case_id) i using (case_id)
where pg_temp.share(confidence) < 1;
insert into result
select 'proportion', case_id,
	pg_temp.agrees(
		ph.proportion(pg_temp.one(x, n), multiplier, pg_temp.share(confidence)), value, lowercl, uppercl, 1e-9,
		multiplier)
from proportion
where pg_temp.share(confidence) < 1;
insert into result
select 'proportion_grouped', e.case_id,
	pg_temp.agrees(
		ph.proportion(t, multiplier, pg_temp.share(confidence)), value, lowercl, uppercl, 1e-9, multiplier)
from proportion_grouped_expected e
	join (
		select case_id, ph.count_tally(row_id, x, n) t
		from proportion_grouped_input
		group by case_id
	) i using (case_id)
where pg_temp.share(confidence) < 1;

-- age bands are text there: number them
insert into result
select 'dsr', e.case_id,
	pg_temp.agrees(ph.dsr(t, s, multiplier, pg_temp.share(confidence)), value, lowercl, uppercl, 1e-9, multiplier)
from dsr_expected e
	join (
		select case_id, ph.count_tally(band, coalesce(x, 0), n) t, ph.count_tally(band, 0, stdpop) s
		from (select *, dense_rank() over (partition by case_id order by ageband) band from dsr_input) b
		group by case_id
	) i using (case_id)
where pg_temp.share(confidence) < 1;
insert into result
select 'dsr_nonindependent', e.case_id,
	pg_temp.agrees(ph.dsr(t, s, multiplier, pg_temp.share(confidence)), value, lowercl, uppercl, 1e-9, multiplier)
from dsr_nonindependent_expected e
	join (
		select case_id, ph.count_tally(band, events, n, squares) t, ph.count_tally(band, 0, stdpop) s
		from (
			select case_id, dense_rank() over (partition by case_id order by ageband) band, n, stdpop, events, squares
			from (
				select case_id, ageband, max(n) n, max(stdpop) stdpop,
					sum(eventfreq * coalesce(persons, 0)) events,
					sum(eventfreq ^ 2 * coalesce(persons, 0)) squares
				from dsr_nonindependent_input
				group by case_id, ageband
			) g
		) b
		group by case_id
	) i using (case_id)
where pg_temp.share(confidence) < 1;

create temp view isr as
select case_id,
	ph.count_tally(band, coalesce(x, 0), coalesce(n, 0)) t,
	ph.count_tally(band, coalesce(x_ref, 0), n_ref) r
from (select *, row_number() over (partition by case_id order by ageband) band from isr_input) b
group by case_id;
insert into result
select 'isr expected', case_id, pg_temp.agrees(ph.expected(t, r), expected, 1e-8)
from isr_expected join isr using (case_id);
insert into result
select 'isr ratio', case_id,
	pg_temp.agrees(
		ph.smr_of_counts(
			coalesce(observed_total, ph.events(t)), ph.expected(t, r), refvalue, pg_temp.share(confidence)),
		case when ph.expected(t, r) is not null then isratio end,
		case when ph.expected(t, r) is not null then isratio_lowercl end,
		case when ph.expected(t, r) is not null then isratio_uppercl end, 1e-8, refvalue)
from isr_expected join isr using (case_id)
where pg_temp.share(confidence) < 1;
insert into result
select 'isr rate', case_id,
	pg_temp.agrees(
		ph.smr_of_counts(
			coalesce(observed_total, ph.events(t)), ph.expected(t, r), ref_rate, pg_temp.share(confidence)), israte,
		israte_lowercl, israte_uppercl, 1e-8, multiplier)
from isr_expected join isr using (case_id)
where pg_temp.share(confidence) < 1 and ref_rate > 0 and ref_rate < 'Infinity' and ph.expected(t, r) is not null;
insert into result
select 'isr from tallies', case_id,
	pg_temp.agrees(
		ph.smr(t, r, refvalue, pg_temp.share(confidence)), isratio, isratio_lowercl, isratio_uppercl, 1e-8, refvalue)
from isr_expected join isr using (case_id)
where pg_temp.share(confidence) < 1 and observed_total is null and ph.expected(t, r) is not null;
insert into result
select 'isr rate from tallies', case_id,
	pg_temp.agrees(
		ph.indirect_rate(t, r, multiplier, pg_temp.share(confidence)), israte, israte_lowercl, israte_uppercl, 1e-8,
		multiplier)
from isr_expected join isr using (case_id)
where pg_temp.share(confidence) < 1 and observed_total is null and ph.expected(t, r) is not null;
-- a stratum a band: what standardising by age and sex adds up
insert into result
select 'isr over strata', e.case_id,
	pg_temp.agrees(
		ph.smr_of_strata(ts, rs, refvalue, pg_temp.share(confidence)), isratio, isratio_lowercl, isratio_uppercl,
		1e-8, refvalue)
from isr_expected e
	join (
		select case_id, array_agg(t) ts, array_agg(r) rs
		from (
			select case_id,
				ph.count_tally(0, coalesce(x, 0), coalesce(n, 0)) t,
				ph.count_tally(0, coalesce(x_ref, 0), n_ref) r
			from isr_input
			group by case_id, ageband
		) b
		group by case_id
	) i using (case_id)
	join isr using (case_id)
where pg_temp.share(confidence) < 1 and observed_total is null and ph.expected(t, r) is not null;
insert into result
select 'mean', e.case_id,
	pg_temp.agrees(
		ph.mean(t, 1, pg_temp.share(confidence)), value, lowercl, uppercl,
		case when tag = 'large_offset' then 1e-6 else 1e-9 end)
from mean_expected e
	join (select case_id, ph.person_tally(0, value) t from mean_input group by case_id) i using (case_id)
where pg_temp.share(confidence) < 1;
create temp view gamma_case as
select e.*, t, s
from extra_dsr_gamma_expected e
	join (
		select case_id, ph.count_tally(band, coalesce(x, 0), n) t, ph.count_tally(band, 0, stdpop) s
		from (select *, dense_rank() over (partition by case_id order by ageband) band from dsr_input) b
		group by case_id
	) i using (case_id)
where pg_temp.share(confidence) < 1;
insert into result
select 'dsr fay-feuer', case_id,
	pg_temp.agrees(
		ph.dsr(t, s, multiplier, pg_temp.share(confidence), limits => 'fay-feuer'), value, gamma_lower,
		fay_feuer_upper, 1e-8, multiplier)
from gamma_case;
insert into result
select 'dsr tiwari', case_id,
	pg_temp.agrees(
		ph.dsr(t, s, multiplier, pg_temp.share(confidence), limits => 'tiwari'), value, gamma_lower, tiwari_upper,
		1e-8, multiplier)
from gamma_case;
create temp view cmf_case as
select e.*, t, c, s
from extra_cmf_expected e
	join (
		select case_id, ph.count_tally(ageband, x, n) t,
			ph.count_tally(ageband, x_comparator, n_comparator) c,
			ph.count_tally(ageband, 0, stdpop) s
		from extra_cmf_input
		group by case_id
	) i using (case_id);
insert into result
select 'cmf', case_id, pg_temp.agrees(ph.cmf(t, c, s, multiplier), cmf, lowercl, uppercl, 1e-9, multiplier)
from cmf_case;
insert into result
select 'difference of rates', x.case_id,
	pg_temp.agrees((d).value, rate_difference, 1e-9, 100000)
		and case
			when z < 4 then pg_temp.agrees((d).p_value, 1 - pg_temp.erf(z / sqrt(2)), 1e-9)
			else (d).p_value between 0 and 1e-4 end
from (
	select case_id, rate_difference, abs(rate_difference) / rate_difference_se as z, ph.compare(t, c, 'dsr', s) d
	from cmf_case
) x;
insert into result
select 'who_world', o.band_set::text,
	count(*) = o.bands and bool_and(coalesce(abs(c.exposure - w.percent) < 1e-12, false))
from (select band_set, count(*) as bands from who_world_standard group by band_set) o
	cross join lateral ph.cells(ph.who_world(band_set)) c
	left join who_world_standard w on w.start_age = c.key and w.band_set = o.band_set
group by o.band_set, o.bands;
insert into result
select 'esp2013', band_set::text, ph.esp2013(band_set)::text = ph.count_tally(start_age, 0, population)::text
from esp2013
group by band_set;

select name, count(*), count(*) filter (where ok is not true), string_agg(case_id, ' ') filter (where ok is not true)
from result
group by name
order by name;
