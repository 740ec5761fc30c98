
-- ---- one pass of a regression ----

create type ph.regression;
create function ph_support.regression_in(cstring) returns ph.regression
language c immutable strict parallel safe
as 'MODULE_PATHNAME', 'regression_in';
create function ph_support.regression_out(ph.regression) returns cstring
language c immutable strict parallel safe
as 'MODULE_PATHNAME', 'regression_out';
create function ph_support.regression_recv(internal) returns ph.regression
language c immutable strict parallel safe
as 'MODULE_PATHNAME', 'regression_recv';
create function ph_support.regression_send(ph.regression) returns bytea
language c immutable strict parallel safe
as 'MODULE_PATHNAME', 'regression_send';
create type ph.regression (
	input = ph_support.regression_in, output = ph_support.regression_out, receive = ph_support.regression_recv,
	send = ph_support.regression_send, internallength = variable, alignment = double, storage = extended
);
comment on type ph.regression is
	'what one pass of a regression sums up over its rows; passes over parts of the rows combine. Holds no rows';
comment on function ph_support.regression_in(cstring) is 'text input of ph.regression';
comment on function ph_support.regression_out(ph.regression) is 'text output of ph.regression';
comment on function ph_support.regression_recv(internal) is 'binary input of ph.regression';
comment on function ph_support.regression_send(ph.regression) is 'binary output of ph.regression';

create function ph_support.regression_fold(
	ph.regression, pass text, family text, response float8, x float8[], weight float8, "offset" float8,
	parameters float8[], single boolean)
returns ph.regression
language c immutable parallel safe
as 'MODULE_PATHNAME', 'regression_fold';
create function ph_support.regression_combine(ph.regression, ph.regression) returns ph.regression
language c immutable parallel safe
as 'MODULE_PATHNAME', 'regression_combine';
create function ph_support.regression_fold_outer(ph.regression, scores ph.regression) returns ph.regression
language c immutable parallel safe
as 'MODULE_PATHNAME', 'regression_fold_outer';
create function ph_support.log_exposure(exposure float8, events float8) returns float8
language c immutable strict parallel safe
as 'MODULE_PATHNAME', 'log_exposure';
create function ph_support.frequency_weight(weight float8) returns float8
language c immutable strict parallel safe
as 'MODULE_PATHNAME', 'frequency_weight';
comment on function ph_support.regression_fold(
	ph.regression, text, text, float8, float8[], float8, float8, float8[], boolean) is
	'support function of the regression aggregates';
comment on function ph_support.regression_combine(ph.regression, ph.regression) is
	'support function of the regression aggregates';
comment on function ph_support.regression_fold_outer(ph.regression, ph.regression) is
	'support function of the regression aggregates';
comment on function ph_support.log_exposure(float8, float8) is
	'the offset of an exposure: its logarithm; NULL for 0, so that the row is left out and counted; '
	'events where it is 0 are an error';
comment on function ph_support.frequency_weight(float8) is
	'the weight itself; one that is no whole number of rows is an error';

create aggregate ph.regression_sums(
	pass text, family text, response float8, x float8[], weight float8, "offset" float8, parameters float8[],
	single boolean) (
	sfunc = ph_support.regression_fold, stype = ph.regression, combinefunc = ph_support.regression_combine,
	sspace = 4096, parallel = safe
);
comment on aggregate ph.regression_sums(text, text, float8, float8[], float8, float8, float8[], boolean) is
	'one pass of a regression of family linear, logistic or poisson, x with a 1 for the intercept: '
	'pass products (exact cross products of x and response), start, step (gradient and Hessian at the coefficients), '
	'scores (the gradient alone), squares (of the residuals); parameters: '
	'the centre of each x, the coefficients of the centred x, the direction of the last step, as the pass needs them; '
	'single: a row is one observation whatever its weight; rows with a NULL are counted and left out';
create aggregate ph.regression_outer(scores ph.regression) (
	sfunc = ph_support.regression_fold_outer, stype = ph.regression, combinefunc = ph_support.regression_combine,
	sspace = 4096, parallel = safe
);
comment on aggregate ph.regression_outer(ph.regression) is
	'folds the scores of clusters, one row each, into the sum of their outer products';
