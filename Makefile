# population_health: build with PGXS.  make, make install, make installcheck, make bench, make docs.
EXTENSION = population_health
EXTVERSION := $(shell sed -n "s/^default_version = '\(.*\)'/\1/p" population_health.control)

MODULE_big = population_health
OBJS = $(patsubst %.c,%.o,$(sort $(wildcard src/*.c src/*/*.c)))

# The install script, joined from one part a room, in the order in which they build on each other.
PARTS = \
	$(addprefix 00_head/, schema) \
	$(addprefix 10_core/, estimate comparison hypothesis_test tally interval crosstab score query day age_band generated) \
	$(addprefix 20_indicator/, standard rate standardise life_table survival) \
	$(addprefix 25_compare/, indicator compare inequality attributable opportunity log_rank quantile_group) \
	$(addprefix 30_monitor/, control_chart expected_count cusum recent_trend funnel shrinkage goal) \
	$(addprefix 35_chart/, chart) \
	$(addprefix 40_instrument/, look_back conditions instrument instruments \
		fib4 news2 lace hospital_score cha2ds2_vasc kidney score2) \
	$(addprefix 45_model/, regression model fit) \
	$(addprefix 50_risk/, tier discrimination calibration net_benefit) \
	$(addprefix 55_segment/, rule scheme segment_query segment_view shipped_schemes segment_history \
		variance_explained agreement projection) \
	$(addprefix 60_learn/, tree cluster latent_class) \
	$(addprefix 65_population/, person_time spell shared_tables check_shared_tables population_views \
		stored_stay calendar population_difference segment_inputs distribute rebase) \
	$(addprefix 66_code/, shipped_code_lists load_code_list compare_code_lists register_coverage \
		check_code_lists) \
	$(addprefix 70_source/, source_map source_rows create_views_from map_synthea map_omop map_hes \
		map_gp_extract map_address ethnicity map_places create_places source_report) \
	$(addprefix 75_measure/, measure determinants avoidable_cause shipped_breakdowns measure_tables measure_place \
		contribution fold_measures measure_views goal scorecard measure_question project_need dbt_schema \
		shipped_measures) \
	$(addprefix 80_sharing/, purpose identity pseudonym identity_table uniqueness disclosure_rule publish publish_result \
		cell_key attack protect isolating_differences release release_hierarchy release_protection release_differences \
		release_overlap release_measures released_views tabulate \
		sharing_tables access secure grant_access restricted_code finding) \
	$(addprefix 85_accountability/, accountability_tables record_scores protected_characteristic \
		need_at_equal_score score_by_group run_judgement request untold explain_person person_report open_list removal retention \
		accountability_finding processing_record transparency_record) \
	$(addprefix 90_people/, record people_support continuity activation reported_outcome reported_experience \
		eq5d survey partner_contact person_reported taking_part expected_benefit allocation intervention cascade \
		work chart people_measures intervention_cascade wobble wobble_view) \
	$(addprefix 95_linkage/, string_similarity agreement_patterns linkage linked_records) \
	$(addprefix 97_budget/, weighted_population capitation pace_of_change credibility rake member_months \
		risk_adjusted_budget truncation run_off variance_bridge pooled_budget budget_tables ledger_access ledger \
		budget_views check_budget budget_finding contract settlement gain_share incentive expected_cost \
		place_experience need_report virtual_budget)
JOINED_SCRIPT = population_health--$(EXTVERSION).sql
DATA_built = $(JOINED_SCRIPT)
# What brings an older version up to the next, a step each.
DATA = $(wildcard sql/update/population_health--*--*.sql)

# Statistics must give the same digits on every processor: no fused multiply-add.
PG_CPPFLAGS = -Isrc -DPH_VERSION='"$(EXTVERSION)"'
PG_CFLAGS = -ffp-contract=off -Wall -Wextra -Wno-unused-parameter -Wno-sign-compare
SHLIB_LINK = -lgsl -lgslcblas -lm
ifdef WERROR
PG_CFLAGS += -Werror
endif
ifdef SANITIZE
PG_CFLAGS += -fsanitize=address,undefined,float-cast-overflow -fno-sanitize-recover=undefined -O1 -g -include test/suite/guarded_palloc.h
SHLIB_LINK += -fsanitize=address,undefined
endif

TESTS = $(wildcard test/sql/*.sql)
REGRESS = $(patsubst test/sql/%.sql,%,$(TESTS))
REGRESS_OPTS = --inputdir=test --load-extension=population_health

PG_CONFIG ?= pg_config
PGXS := $(shell $(PG_CONFIG) --pgxs)
ifeq ($(shell test $$($(PG_CONFIG) --version | sed 's/[^0-9]*\([0-9]*\).*/\1/') -ge 15 && echo yes),)
$(error population_health needs PostgreSQL 15 or later)
endif
include $(PGXS)

all: $(JOINED_SCRIPT)

$(JOINED_SCRIPT): $(PARTS:%=sql/%.sql) population_health.control Makefile
	cat $(PARTS:%=sql/%.sql) > $@

$(OBJS): $(wildcard src/*.h src/*/*.h)

EXTRA_CLEAN = population_health--*.sql

.PHONY: bench docs
bench:
	bash test/bench/run
docs:
	bash test/dev docs
