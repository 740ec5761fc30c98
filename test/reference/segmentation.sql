-- reads reference/segmentation
-- Bridges to Health against the golden counts of shared/reference/segmentation.
\set QUIET 1
\pset format unaligned
\pset tuples_only on
\ir synthetic_people.psql
create temp table golden (segment text, n bigint, mean numeric, sd numeric);
insert into golden
values
	('Frailty', 313, 3918.8077, 7119.7117), ('Limited reserve', 472, 1819.6780, 4465.0674),
	('Cancer', 299, 1749.2616, 3107.7677), ('Disability', 511, 669.5134, 1805.1406),
	('Long-term conditions', 825, 1024.8733, 2673.1445), ('Maternity', 100, 3202.9297, 2061.5772),
	('Acutely ill', 427, 2098.4357, 2922.9562), ('Healthy', 7053, 161.6047, 711.3132);
select 'bridges_to_health segments', count(*),
	count(*) filter (where (g.n, g.mean, g.sd) is distinct from (a.n, a.mean, a.sd)),
	string_agg(g.segment, ' ') filter (where (g.n, g.mean, g.sd) is distinct from (a.n, a.mean, a.sd))
from golden g
	left join (
		select a.segment, count(*) n, round(avg(spend)::numeric, 4) mean, round(stddev_samp(spend)::numeric, 4) sd
		from assigned a
		group by 1
	) a using (segment);
-- how many match no segment, one, several
select 'bridges_to_health overlap', count(*),
	count(*) filter (where g.n is distinct from a.n),
	string_agg(k::text, ' ') filter (where g.n is distinct from a.n)
from (values (0, 7053), (1, 1694), (2, 764), (3, 319), (4, 125), (5, 41), (6, 4)) g(k, n)
	full join (select cardinality(matched) k, count(*) n from assigned group by 1) a using (k);
