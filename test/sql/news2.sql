-- NEWS2: every edge of every sign, the band of a single 3, scale 2, what is missing, what is in another unit.
set search_path = public, ph;
\set SHOW_CONTEXT never
select v as respiration, (news2(v, 97, false, 125, 70, 'A', 37)).value
from unnest('{8,9,11,12,20,21,24,25}'::float8[]) v;
select v as saturation,
	(news2(16, v, false, 125, 70, 'A', 37)).value as scale_1,
	(news2(16, v, false, 125, 70, 'A', 37, 2)).value as scale_2_air,
	(news2(16, v, true, 125, 70, 'A', 37, 2)).value - 2 as scale_2_oxygen
from unnest('{83,84,86,88,91,92,93,94,95,96,97}'::float8[]) v;
select v as temperature, (news2(16, 97, false, 125, 70, 'A', v)).value
from unnest('{35.0,35.04,35.1,36.0,36.1,38.0,38.1,39.0,39.1}'::float8[]) v;
select word, (news2(16, 97, false, 125, 70, word, 37)).*
from unnest('{A,alert,c,Confusion,V,P,U}'::text[]) word;
select * from news2(22, 93, true, 105, 115, 'A', 38.5);
select term, value, contribution from news2_terms(22, 93, true, 105, 115, 'A', 38.5);
select sum(contribution) = (news2(22, 93, true, 105, 115, 'V', 38.5)).value as adds_up
from news2_terms(22, 93, true, 105, 115, 'V', 38.5);
select news2(null, 97, null, 125, 70, 'A', 37) as missing,
	news2(16, 101, false, 125, 70, 'A', 37) as above_100,
	news2(16, 97, false, 125, 70, 'sleepy', 37) as no_such_word,
	news2(16, 97, false, 125, 70, 'A', 98.6) as fahrenheit,
	news2(16, 97, false, 125, 70, 'A', 37, 1, 12) as child,
	news2('NaN', 97, false, 125, 70, 'A', 37) as not_a_number;
select * from news2_terms(null, 97, false, 125, 70, 'A', 37);
select news2(16, 97, false, 125, 70, 'A', 37, 3);

-- a share in place of per cent
select ph.news2(16, 0.97, false, 120, 70, 'A', 37);
