# population_health: build with PGXS.  make, make install, make installcheck, make bench.
EXTENSION = population_health
EXTVERSION := $(shell sed -n "s/^default_version = '\(.*\)'/\1/p" population_health.control)

MODULE_big = population_health
OBJS = $(patsubst %.c,%.o,$(sort $(wildcard src/*.c src/*/*.c)))

# The install script, joined from one part a room, in the order in which they build on each other.
PARTS = \
	00_head/schema \
	10_core/estimate 10_core/comparison 10_core/hypothesis_test 10_core/tally 10_core/interval 10_core/crosstab \
	10_core/query 10_core/generated \
	20_indicator/standard 20_indicator/rate 20_indicator/standardise \
	25_compare/compare 20_indicator/life_table 25_compare/inequality 20_indicator/survival 25_compare/log_rank 65_population/person_time 65_population/spell \
	30_monitor/control_chart 30_monitor/expected_count 30_monitor/cusum 30_monitor/recent_trend \
	25_compare/quantile_group 30_monitor/funnel 30_monitor/shrinkage \
	35_chart/chart \
	40_instrument/look_back 10_core/score 40_instrument/conditions 40_instrument/instrument 50_risk/tier \
	40_instrument/fib4 40_instrument/news2 40_instrument/lace 40_instrument/hospital_score 40_instrument/cha2ds2_vasc 40_instrument/kidney 40_instrument/score2 \
	45_model/regression 45_model/model 45_model/fit \
	50_risk/discrimination 50_risk/calibration 50_risk/net_benefit \
	55_segment/rule 55_segment/scheme 55_segment/segment_view 55_segment/shipped_schemes 55_segment/segment_history \
	55_segment/variance_explained 55_segment/agreement 60_learn/tree 60_learn/cluster 60_learn/latent_class 55_segment/projection \
	65_population/shared_tables 65_population/check_shared_tables 65_population/population_views 65_population/segment_inputs
JOINED_SCRIPT = population_health--$(EXTVERSION).sql
DATA_built = $(JOINED_SCRIPT)

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

$(JOINED_SCRIPT): $(PARTS:%=sql/%.sql) population_health.control
	cat $(PARTS:%=sql/%.sql) > $@

$(OBJS): $(wildcard src/*.h src/*/*.h)

EXTRA_CLEAN = population_health--*.sql

.PHONY: bench
bench:
	bash test/bench/run
