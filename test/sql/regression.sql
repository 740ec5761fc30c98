-- One pass over the rows: a value that combines, in any split, and comes back from text and bytes.
set search_path = public, ph;
\set SHOW_CONTEXT never
create temp table r as
select i, (i % 3 = 0)::int::float8 as y, array[1, i % 7, (i * i) % 11]::float8[] as x
from generate_series(1, 500) i;
create temp table asked (pass text, parameters float8[]);
insert into asked
values
	('products', '{}'), ('start', '{0,3,5}'), ('step', '{0,3,5,-1,0.1,0.2,0.1,0.1,0.1}'),
	('scores', '{0,3,5,-1,0.1,0.2}'), ('squares', '{0,3,5,-1,0.1,0.2}');
create temp view passes as
select pass, regression_sums(pass, 'logistic', y, x, 1, 0, parameters, false) as whole
from r, asked
group by pass;
select pass, length(whole::text) > 50 as text, whole::text::regression::text = whole::text as same
from passes
order by pass;
-- the sum of weights, which are 1, in its place
select split_part(whole::text, ' ', 5)::int as rows, (select sum(y) from r) as y
from passes
where pass = 'products';
-- combined from parts
select pass,
	ph_support.regression_combine(ph_support.regression_combine(null, a), b)::text
		= ph_support.regression_combine(a, b)::text as null_is_nothing,
	abs(
		split_part(ph_support.regression_combine(a, b)::text, ' ', 25)::float8
			- split_part(whole::text, ' ', 25)::float8) < 1e-9 as number
from passes
	join (
		select pass,
			regression_sums(pass, 'logistic', y, x, 1, 0, parameters, false) filter (where i <= 200) as a,
			regression_sums(pass, 'logistic', y, x, 1, 0, parameters, false) filter (where i > 200) as b
		from r, asked
		group by pass
	) parts using (pass)
order by pass;
-- binary through COPY, in a file that only the server sees
create temp table stored as table passes;
create temp table again (like stored);
select current_setting('data_directory') || '/ph_regression_test.bin' as file \gset
copy stored to :'file' (format binary);
copy again from :'file' (format binary);
select count(*) as received, count(*) filter (where a.whole::text = s.whole::text) as same
from again a join stored s using (pass);
-- what does not belong together, and values that no pass has
select ph_support.regression_combine(a.whole, b.whole)
from passes a, passes b
where a.pass = 'start' and b.pass = 'step';
select regression_sums('step', 'logistic', y, x, 1, 0, '{1}', false) from r;
select regression_sums('products', 'linear', y, case when i = 5 then '{1}' else x end, 1, 0, '{}', false)
from r;
select regression_sums('products', 'linear', y, x, -1, 0, '{}', false) from r;
select regression_sums('products', 'linear', 1e200, x, 1, 0, '{}', false) from r;
select 'products linear 3 0 1 0'::regression;
select 'products cox 0 0 1 0 1'::regression;

-- parameters that do not fit the pass are no value, and sums over clusters take no rows
select 'step linear 2 0 1 0 1 1 Infinity 0 1 0 1 0 0 0 0 0 4 0 4 0 -2 0 -4 0 1 0 2 0 4 0'::ph.regression;
select ph_support.regression_fold(ph.regression_outer(s), 'squares', 'linear', 1, array[1.0], 1, 0, '{}', false)
from (
	select ph.regression_sums('scores', 'linear', i, array[1.0], 1, 0, '{0,1}', false) as s
	from generate_series(1, 3) i
) q;
