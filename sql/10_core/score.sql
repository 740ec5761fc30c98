
-- ---- scores from measurements ----

create type ph.risk_score as (
	value float8,
	band text,
	status text
);
comment on type ph.risk_score is
	'a score of one person: value, band where the instrument has bands, and status: '
	'ok, missing_input:..., out_of_range:... (both without a value; '
	'a unit in brackets is the one that the number looks like), not_validated:... (the value stands)';
comment on column ph.risk_score.value is
	'points, index, rate or share, as the instrument says; NULL where it cannot be given';
comment on column ph.risk_score.band is 'band of the instrument that the value lies in; NULL where there is none';
comment on column ph.risk_score.status is
	'ok, missing_input, out_of_range, not_validated or not_used, each with the names of the inputs';
