
create function ph.fit(
	family text, query text, response text default null, terms text[] default null, exposure text default null,
	offset_column text default null, weight text default null, weight_type text default 'frequency',
	cluster text default null, variance text default 'model', intercept boolean default true,
	max_iterations integer default 50)
returns ph.model
language c stable parallel unsafe cost 100000
as 'MODULE_PATHNAME', 'fit';
comment on function ph.fit(text, text, text, text[], text, text, text, text, text, text, boolean, integer) is
	'fits a linear, logistic or Poisson regression over the rows of a query: the response is its first column '
	'unless named, the terms all columns without another part; exposure is person-time of a Poisson model; '
	'weights are frequency (whole numbers), probability, or, of a linear model, precision (variance sigma^2 / weight); '
	'variance model, hc0, hc1 (White 1980), cluster or cluster0 (Liang and Zeger 1986). '
	'Every pass is one parallel query under the snapshot of the calling statement; '
	'rows with a NULL are left out and counted; a fit that fails has a status that says why and no coefficients';
