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
	20_outcome/standard 20_outcome/rate 20_outcome/standardise \
	20_outcome/compare 20_outcome/life_table 20_outcome/inequality 20_outcome/survival 20_outcome/log_rank 20_outcome/person_time 20_outcome/spell \
	20_outcome/control_chart 20_outcome/expected_count 20_outcome/cusum 20_outcome/recent_trend \
	20_outcome/quantile_group 20_outcome/funnel 20_outcome/shrinkage \
	25_chart/chart \
	30_risk/look_back 30_risk/score 30_risk/conditions 30_risk/instrument 30_risk/tier \
	30_risk/fib4 30_risk/news2 30_risk/lace 30_risk/hospital_score 30_risk/cha2ds2_vasc 30_risk/kidney 30_risk/score2 \
	30_risk/regression 30_risk/model 30_risk/fit \
	30_risk/discrimination 30_risk/calibration 30_risk/net_benefit \
	40_segment/rule 40_segment/scheme 40_segment/segment_view 40_segment/shipped_schemes 40_segment/segment_history \
	40_segment/variance_explained 40_segment/agreement 40_segment/tree 40_segment/cluster 40_segment/latent_class 40_segment/projection \
	50_population/shared_tables 50_population/check_shared_tables 50_population/population_views 50_population/segment_inputs
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
