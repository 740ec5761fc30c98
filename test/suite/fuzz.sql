-- Texts of tallies, sets of conditions, crosstabs, cells, passes of a regression and of clusters, NHS numbers, contacts
-- by provider, agreement patterns, cascades, triangles, and JSON, broken at random
-- but the same way at every run. What is read must be read right: it comes back equal; what is refused is refused as
-- bad data.
\set ON_ERROR_STOP 1
set client_min_messages = warning;
create extension if not exists population_health;
set search_path = public, ph;
select setseed(0.20131) \g /dev/null
do $$
declare
  tallies constant text[] := array[
    'people; missing 2; unknown 1: 1 0 0; 45: 10 2 2; 46: 12 3 5',
    'counts; negative; -1.5: 0.3-1.1e-17 -2 2; 1e+300: 1e15+0.0625 7 9',
    'empty',
    (select ph.person_tally(i, i % 3)::text from generate_series(1, 30) i)];
  conditions constant text[] := array['{mi,chf,F00,Z99,elixhauser.chf}', '{}', '{A04}'];
  crosstabs constant text[] := array['{?>1: 3, 1>1: 30, 1>2: 4, 2>?: 1}', '{}', '{-5>2147483647: 9223372036854775807}'];
  agreements constant text[] := array['{? 0 1: 558, 0 0 0: 3, 1 1 12: 2197}', '{}', '{14: 9223372036854775807}'];
  cascades constant text[] := array['30; 28 lost 0: 0=3+0 20=25+2; 9 lost 6 without days', 'nobody',
    '9223372036854775807; 1 lost 9: 2147483647=1+8'];
  cells constant text[] := array['12:3051', '0:0', '2251799813685247:4095'];
  alphabet constant text := '01234567890123456789.+-eE;: {},"[]pconufmx' || chr(9) || chr(10) || chr(228);
  regressions constant text[] := array[
    (select ph.regression_sums('products', 'linear', i, array[1, i * 0.1], 1, 0, '{}', false)::text
     from generate_series(1, 9) i),
    (select ph.regression_sums('step', 'poisson', i, array[1, i], 1, 0, '{0,0,0.1,0.1,1,1}', false)::text
     from generate_series(1, 9) i)];
  clusters constant text[] := array[
    (select ph.cluster_step(ph.cluster_start('{{0,1},{5,5}}'), array[i, i * 0.1])::text from generate_series(1, 9) i),
    (select ph.cluster_step(ph.cluster_start('{1,2}', modes => '{1,3}', words => '{3}'), array[i],
    array[1 + i % 3])::text
     from generate_series(1, 9) i)];
  numbers constant text[] := array['9990000018', '999 000 0026', ' 999-000-0034'];
  continuities constant text[] := array['{"Dr A": 5, "a\"\\b": 2, ?: 1}', '{}', '{"x": 9007199254740992}', '{?: 3}'];
  triangles constant text[] := array['{"2024-01" 1: 100.50, "2024-01" 2: 60, "a\"\\b" 1: -0.001}', '{}',
    '{"x" 1000: 999999999999999999999999999999}'];
  source text; broken text; state text; said text; same boolean; accepted int := 0; at int;
begin
  for i in 1 .. 8000 loop
    source := case i % 12
      when 0 then tallies[1 + i / 10 % 4]
      when 1 then tallies[1 + i / 10 % 4]::ph.tally::jsonb::text
      when 2 then conditions[1 + i / 10 % 3]
      when 3 then crosstabs[1 + i / 10 % 3]
      when 4 then regressions[1 + i / 10 % 2]
      when 5 then cells[1 + i / 10 % 3]
      when 6 then clusters[1 + i / 10 % 2]
      when 7 then continuities[1 + i / 10 % 4]
      when 8 then agreements[1 + i / 10 % 3]
      when 9 then cascades[1 + i / 10 % 3]
      when 10 then triangles[1 + i / 10 % 3]
      else numbers[1 + i / 10 % 3] end;
    broken := source;
    for change in 1 .. 1 + floor(random() * random() * 4)::int loop
      at := 1 + floor(random() * length(broken))::int;
      broken := case floor(random() * 4)::int
        when 0 then overlay(broken placing '' from at for 1 + floor(random() * 5)::int)
        when 1 then
          overlay(broken placing substr(alphabet, 1 + floor(random() * length(alphabet))::int, 1) from at for 0)
        when 2 then
          overlay(broken placing substr(broken, 1 + floor(random() * length(broken))::int, floor(random() * 12)::int)
                  from at for 0)
        else overlay(broken placing substr(alphabet, 1 + floor(random() * length(alphabet))::int, 1) from at for 1) end;
    end loop;
    begin
      same := case i % 12
        when 0 then broken::ph.tally::text::ph.tally = broken::ph.tally
        when 1 then broken::jsonb::ph.tally::jsonb::ph.tally = broken::jsonb::ph.tally
        when 2 then broken::ph.conditions::text::ph.conditions = broken::ph.conditions
        when 3 then broken::ph.crosstab::text::ph.crosstab::text = broken::ph.crosstab::text
        when 4 then broken::ph.regression::text::ph.regression::text = broken::ph.regression::text
        when 5 then broken::ph.cell_count::text::ph.cell_count::text = broken::ph.cell_count::text
        when 6 then broken::ph.cluster_sums::text::ph.cluster_sums::text = broken::ph.cluster_sums::text
        when 7 then broken::ph.continuity::text = broken
        when 8 then broken::ph.agreement_patterns::text::ph.agreement_patterns = broken::ph.agreement_patterns
        when 9 then broken::ph.cascade::text::ph.cascade = broken::ph.cascade
        when 10 then broken::ph.triangle::text::ph.triangle = broken::ph.triangle
        else broken::ph.nhs_number::text = translate(broken, E' -\t', '') end;
      accepted := accepted + 1;
      if not same then raise warning 'read wrongly: %', broken; end if;
    exception when others then
      get stacked diagnostics state = returned_sqlstate, said = message_text;
      if state not like '22%' then raise warning '% %: %', state, said, broken; end if;
    end;
  end loop;
  -- both must have happened often, else the texts were broken too much or too little
  if accepted not between 200 and 5500 then raise warning '% of 7000 were accepted', accepted; end if;
end $$;
create table tally_in_file (t ph.tally);
create table conditions_in_file (t ph.conditions);
insert into tally_in_file select ph.person_tally(nullif(i, 4), nullif(i % 3, 2) * 0.1) from generate_series(1, 9) i;
insert into conditions_in_file values ('{mi,chf,A04,Z99}');
create table nhs_number_in_file (t ph.nhs_number);
insert into nhs_number_in_file values ('9990000018');
create table triangle_in_file (t ph.triangle);
insert into triangle_in_file values ('{"2024-01" 1: 100.50, "2024-01" 2: 60, "2024-02" 1: -7}');
create table crosstab_in_file (t ph.crosstab);
create table continuity_in_file (t ph.continuity);
insert into continuity_in_file values ('{"Dr A": 5, "Dr B": 2, ?: 1}');
create table cell_count_in_file (t ph.cell_count);
insert into cell_count_in_file values ('12:3051');
create table regression_in_file (t ph.regression);
create table cluster_sums_in_file (t ph.cluster_sums);
insert into cluster_sums_in_file
select ph.cluster_step(ph.cluster_start('{1,2}', modes => '{1,3}', words => '{3}'), array[i], array[1 + i % 3])
from generate_series(1, 9) i;
create table agreement_patterns_in_file (t ph.agreement_patterns);
insert into agreement_patterns_in_file values ('{? 0 1: 558, 0 0 0: 3, 1 1 12: 2197}');
create table cascade_in_file (t ph.cascade);
insert into cascade_in_file values ('30; 28 lost 0: 0=3+0 20=25+2; 9 lost 6 without days');
insert into crosstab_in_file values ('{?>1: 3, 1>1: 30, 1>2: 4, 2>?: 1}');
insert into regression_in_file
select ph.regression_sums('step', 'poisson', i, array[1, i], 1, 0, '{0,0,0.1,0.1,1,1}', false)
from generate_series(1, 9) i;
