select 'row', period, place_name, value::numeric(20, 6), lower::numeric(20, 6), upper::numeric(20, 6),
	people::numeric(20, 6), case when provisional then 'true' else 'false' end, coalesce(before_verdict, 'null')
from health.measure_value
where measure = 'emergency_admissions' and level = 'place' and period_kind = 'financial_year'
	and period = date '2022-04-01'
order by place_id collate "C"
