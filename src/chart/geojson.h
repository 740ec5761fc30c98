/* geojson.h: boundaries of places, read from GeoJSON (RFC 7946). */
#ifndef PH_GEOJSON_H
#define PH_GEOJSON_H

#include "postgres.h"
#include "fmgr.h"

typedef struct Point
{
	double		x;
	double		y;
} Point;

/* A closed line around a polygon of a place, or around a hole in it: so many points from the first on. */
typedef struct Ring
{
	int			place;
	bool		outer;			/* begins a polygon */
	int			first;
	int			count;
} Ring;

typedef struct Boundaries
{
	Point	   *points;
	int			point_count;
	int			point_room;
	Ring	   *rings;
	int			ring_count;
	int			ring_room;
} Boundaries;

/* The places that features may be of, in order of their identifiers. */
typedef struct PlaceId
{
	char	   *id;
	int			place;
} PlaceId;

extern int	place_id_order(const void *a, const void *b);

/*
 * One text is a FeatureCollection, or there is one geometry (or Feature) a place, in their order; NULL where no
 * boundary is known.  A feature is of the place that its id names, or the property that is said, or the only one of
 * its properties that names one; features of no place are left out.  Rings come back in the order of their places.
 */
extern Boundaries *boundaries_read(Datum *texts, const bool *nulls, int count, const PlaceId *ids, int places,
								   const char *id_property);

#endif
