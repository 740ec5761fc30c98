
-- ---- models ----

create type ph.model as (
	family text,
	terms text[],
	coefficients float8[],
	covariance float8[],
	centre float8[],
	baseline_survival float8,
	status text,
	variance text,
	rows bigint,
	rows_left_out bigint,
	clusters bigint,
	rank integer,
	degrees_of_freedom float8,
	iterations integer,
	log_likelihood float8,
	null_log_likelihood float8,
	deviance float8,
	null_deviance float8,
	pearson float8,
	residual_standard_error float8,
	r_squared float8,
	aic float8,
	bic float8,
	note text
);
comment on type ph.model is
	'a regression model as a value: family linear, logistic, poisson or cox; terms, of which (intercept) is always 1; '
	'coefficients, NULL where the terms before make up the term, and none at all where the fit failed; covariance; '
	'centre, taken off each term; baseline_survival of a Cox model at its horizon; '
	'status ok, given, collinear, separation, one_class, no_events, no_rows, not_converged, singular. Holds no rows';
comment on column ph.model.family is 'linear, logistic, poisson or cox';
comment on column ph.model.terms is 'names of the terms, of which (intercept) is always 1';
comment on column ph.model.coefficients is
	'one a term; NULL where the terms before make up the term; none at all where the fit failed';
comment on column ph.model.covariance is 'of the coefficients, a row a term';
comment on column ph.model.centre is 'what is taken off each term; NULL for nothing';
comment on column ph.model.baseline_survival is
	'of a Cox model: survival at its horizon where every term is at its centre';
comment on column ph.model.status is
	'ok, given, collinear, separation, one_class, no_events, no_rows, not_converged or singular';
comment on column ph.model.variance is 'how the covariance was found: model, hc0, hc1, cluster or cluster0';
comment on column ph.model.rows is 'rows that were fitted';
comment on column ph.model.rows_left_out is 'rows with a NULL, and rows without exposure';
comment on column ph.model.clusters is 'clusters of the variance; NULL without';
comment on column ph.model.rank is 'terms that are not made up of others';
comment on column ph.model.degrees_of_freedom is
	'residual: observations less rank: rows, or their frequencies added up';
comment on column ph.model.iterations is 'passes of Newton''s method';
comment on column ph.model.log_likelihood is 'at the coefficients';
comment on column ph.model.null_log_likelihood is 'log-likelihood of the intercept, and the offset, alone';
comment on column ph.model.deviance is 'at the coefficients; of a linear model the residual sum of squares';
comment on column ph.model.null_deviance is 'deviance of the intercept, and the offset, alone';
comment on column ph.model.pearson is 'sum of squared residuals over their variances';
comment on column ph.model.residual_standard_error is 'of a linear model';
comment on column ph.model.r_squared is 'of a linear model: the share of the squares that is explained';
comment on column ph.model.aic is 'Akaike''s information criterion';
comment on column ph.model.bic is 'Bayesian information criterion';
comment on column ph.model.note is 'what to be careful with, such as the terms that are collinear';

create function ph.given_model(
	family text, terms text[], coefficients float8[], centre float8[] default null,
	baseline_survival float8 default null)
returns ph.model
language c immutable parallel safe
as 'MODULE_PATHNAME', 'given_model';
comment on function ph.given_model(text, text[], float8[], float8[], float8) is
	'a model from a paper or from elsewhere: family linear, logistic, poisson or cox; the term (intercept) '
	'is always 1; centre is taken off each term; a Cox model needs its baseline survival at the horizon';

create function ph.coefficients(
	model ph.model, confidence float8 default 0.95,
	out term text, out coefficient float8, out standard_error float8, out statistic float8, out p_value float8,
	out lower float8, out upper float8, out ratio float8, out ratio_lower float8, out ratio_upper float8,
	out note text)
returns setof record
language c immutable parallel safe rows 10
as 'MODULE_PATHNAME', 'coefficients';
comment on function ph.coefficients(ph.model, float8) is
	'a row a term: coefficient, standard error, t (linear; of G clusters with G - 1 degrees of freedom) or z, p, '
	'limits, and exp of coefficient and limits: an odds, rate or hazard ratio';

create function ph.score(model ph.model, x float8[], exposure float8 default 1) returns ph.risk_score
language c immutable parallel safe
as 'MODULE_PATHNAME', 'score_list';
comment on function ph.score(ph.model, float8[], float8) is
	'the answer of a model for one person, x in the order of its terms without the intercept: a mean, a probability, '
	'events expected in the exposure, or the Cox risk 1 - S0 ^ exp(predictor); what is missing is said in the status';
create function ph.score_by_name(model ph.model, x jsonb, exposure float8 default 1) returns ph.risk_score
language c immutable parallel safe
as 'MODULE_PATHNAME', 'score_named';
comment on function ph.score_by_name(ph.model, jsonb, float8) is
	'the answer of a model for one person, values by the names of its terms: to_jsonb(row) serves; '
	'other names are passed over';
create function ph.explain_score(
	model ph.model, x float8[], exposure float8 default 1,
	out term text, out value float8, out contribution float8, out status text)
returns setof record
language c immutable parallel safe rows 10
as 'MODULE_PATHNAME', 'explain_list';
comment on function ph.explain_score(ph.model, float8[], float8) is
	'what each term adds to the linear predictor of a model for one person';
create function ph.explain_score_by_name(
	model ph.model, x jsonb, exposure float8 default 1,
	out term text, out value float8, out contribution float8, out status text)
returns setof record
language c immutable parallel safe rows 10
as 'MODULE_PATHNAME', 'explain_named';
comment on function ph.explain_score_by_name(ph.model, jsonb, float8) is
	'what each term adds to the linear predictor of a model for one person, values by name';
