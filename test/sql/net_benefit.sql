-- Net benefit by counting: (true positives - false positives * odds of the threshold) / people.
set search_path = public, ph;
\set SHOW_CONTEXT never
create temp table person as
select i, (i * 37 % 60) / 60.0 as p, (i * 7919 % 100) < i * 37 % 60 as outcome
from generate_series(1, 1000) i;
select b.threshold,
	true_positives = count(*) filter (where outcome and p >= b.threshold) as tp,
	false_positives = count(*) filter (where not outcome and p >= b.threshold) as fp,
	abs(
		net_benefit - (
			count(*) filter (where outcome and p >= b.threshold)
				- count(*) filter (where not outcome and p >= b.threshold) * b.threshold / (1 - b.threshold))
			/ count(*)) < 1e-12 as benefit,
	net_benefit_none
from person, net_benefit((select person_tally(p, outcome) from person), '{0,0.1,0.25,0.5}') b
group by b.threshold, true_positives, false_positives, net_benefit, net_benefit_none
order by 1;
-- helping all is the threshold 0; a score that knows nothing is never better than both
select net_benefit = net_benefit_all as all_at_0, avoided_per_100
from net_benefit((select person_tally(p, outcome) from person), '{0}');
select count(*) as thresholds, bool_and(net_benefit <= greatest(net_benefit_all, 0) + 1e-12 is true) as useless
from net_benefit((select person_tally(0.3, outcome) from person), '{0.1,0.2,0.3,0.4,0.5}');
select count(*) from net_benefit('empty');
select * from net_benefit('people; 0.3: 5 1 1', '{1}');
select * from net_benefit('people; 3: 5 1 1');
