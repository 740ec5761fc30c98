/* geojson.c: boundaries of places, read from GeoJSON (RFC 7946). */
#include "chart/geojson.h"

#include <math.h>

#include "core/argument.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"
#include "utils/memutils.h"
#include "utils/numeric.h"

#define MOST_TEXT (32 * 1024 * 1024)
#define MOST_POINTS 10000000
#define LARGEST 1e9				/* of a coordinate, in metres more than the Earth is round */

/* What is read into, and whose. */
typedef struct Reader
{
	Boundaries *boundaries;
	const PlaceId *ids;
	int			places;
	const char *id_property;
} Reader;

pg_noreturn static void
bad_boundary(const char *rule)
{
	argument_error("boundaries", rule, "A geometry is {\"type\": \"Polygon\" or \"MultiPolygon\", "
				   "\"coordinates\": ...}, as ST_AsGeoJSON(geom) writes it.");
}

static JsonbValue *
member(JsonbContainer *object, const char *name)
{
	return getKeyJsonValueFromContainer(object, name, strlen(name), NULL);
}

/* An object or an array that is a member; NULL where it is missing or null. */
static JsonbContainer *
container_member(JsonbContainer *object, const char *name, bool array)
{
	JsonbValue *value = member(object, name);

	if (value == NULL || value->type == jbvNull)
		return NULL;
	if (value->type != jbvBinary || (array ? !JsonContainerIsArray(value->val.binary.data)
									 : !JsonContainerIsObject(value->val.binary.data)))
		bad_boundary(psprintf("must have %s as its \"%s\"", array ? "an array" : "an object", name));
	return value->val.binary.data;
}

static bool
is_text(const JsonbValue *value, const char *text)
{
	return value && value->type == jbvString && value->val.string.len == strlen(text) &&
		memcmp(value->val.string.val, text, value->val.string.len) == 0;
}

/* A value as it would stand in ids; NULL of what names nothing. */
static char *
id_text(const JsonbValue *value)
{
	if (value && value->type == jbvString)
		return pnstrdup(value->val.string.val, value->val.string.len);
	if (value && value->type == jbvNumeric)
		return DatumGetCString(DirectFunctionCall1(numeric_out, NumericGetDatum(value->val.numeric)));
	return NULL;
}

int
place_id_order(const void *a, const void *b)
{
	return strcmp(((const PlaceId *) a)->id, ((const PlaceId *) b)->id);
}

/* The place that a value names; -1 where it names none. */
static int
place_named(const Reader *reader, const JsonbValue *value)
{
	PlaceId		wanted = {id_text(value), 0};
	const PlaceId *found = wanted.id == NULL ? NULL
		: bsearch(&wanted, reader->ids, reader->places, sizeof(PlaceId), place_id_order);

	return found ? found->place : -1;
}

static int
place_of_properties(const Reader *reader, JsonbContainer *properties)
{
	JsonbIterator *iterator = JsonbIteratorInit(properties);
	JsonbIteratorToken token;
	JsonbValue	value;
	int			place = -1;

	while ((token = JsonbIteratorNext(&iterator, &value, true)) != WJB_DONE)
	{
		int			named = token == WJB_VALUE ? place_named(reader, &value) : -1;

		if (named >= 0 && place >= 0 && named != place)
			argument_error("boundaries", "must have features that name one place each",
						   "Say in id_property which of their properties is the identifier.");
		place = Max(place, named);
	}
	return place;
}

static int
place_of_feature(const Reader *reader, JsonbContainer *feature)
{
	JsonbContainer *properties = container_member(feature, "properties", false);
	int			place;

	if (reader->id_property)
		return properties ? place_named(reader, member(properties, reader->id_property)) : -1;
	place = place_named(reader, member(feature, "id"));
	return place < 0 && properties ? place_of_properties(reader, properties) : place;
}

static double
coordinate(const JsonbValue *value)
{
	double		x;

	if (value->type != jbvNumeric)
		bad_boundary("must have numbers as coordinates");
	x = DatumGetFloat8(DirectFunctionCall1(numeric_float8_no_overflow, NumericGetDatum(value->val.numeric)));
	if (!(fabs(x) <= LARGEST))
		argument_error("boundaries", "must have coordinates of at most 1e9 in size", NULL);
	return x;
}

static Point *
add_point(Boundaries *boundaries)
{
	if (boundaries->point_count >= MOST_POINTS)
		argument_error("boundaries", "must not have more than 10 million points", "Simplify them first.");
	if (boundaries->point_count == boundaries->point_room)
	{
		boundaries->point_room *= 2;
		boundaries->points = repalloc(boundaries->points, boundaries->point_room * sizeof(Point));
	}
	return &boundaries->points[boundaries->point_count++];
}

static void
add_ring(Boundaries *boundaries, int place, bool outer)
{
	if (boundaries->ring_count == boundaries->ring_room)
	{
		boundaries->ring_room *= 2;
		boundaries->rings = repalloc(boundaries->rings, boundaries->ring_room * sizeof(Ring));
	}
	boundaries->rings[boundaries->ring_count++] = (Ring) {place, outer, boundaries->point_count, 0};
}

/* Arrays within arrays: rings hold positions, which hold numbers; depth says how far down a position is. */
static void
read_coordinates(Boundaries *boundaries, JsonbContainer *coordinates, int position_depth, int place)
{
	JsonbIterator *iterator = JsonbIteratorInit(coordinates);
	JsonbIteratorToken token;
	JsonbValue	value;
	int			depth = 0,
				numbers = 0;
	bool		outer = true;
	Point	   *point = NULL;

	while ((token = JsonbIteratorNext(&iterator, &value, false)) != WJB_DONE)
	{
		CHECK_FOR_INTERRUPTS();
		if (token == WJB_BEGIN_ARRAY && depth < position_depth)
		{
			depth++;
			numbers = 0;
			outer |= depth == position_depth - 2;
			if (depth == position_depth - 1)
			{
				add_ring(boundaries, place, outer);
				outer = false;
			}
			if (depth == position_depth)
				point = add_point(boundaries);
		}
		else if (token == WJB_ELEM && depth == position_depth)
		{
			/* a third number is a height */
			if (numbers < 2)
				*(numbers == 0 ? &point->x : &point->y) = coordinate(&value);
			numbers++;
		}
		else if (token == WJB_END_ARRAY)
		{
			if (depth == position_depth && numbers < 2)
				bad_boundary("must have positions of two numbers");
			if (depth == position_depth)
				boundaries->rings[boundaries->ring_count - 1].count++;
			if (depth == position_depth - 1 && boundaries->rings[boundaries->ring_count - 1].count == 0)
				boundaries->ring_count--;	/* nothing is around nothing */
			depth--;
		}
		else
			bad_boundary("must have coordinates as deep as their type says");
	}
}

static void
read_geometry(Boundaries *boundaries, JsonbContainer *geometry, int place)
{
	JsonbValue *type = member(geometry, "type");
	JsonbContainer *coordinates = container_member(geometry, "coordinates", true);
	int			depth = is_text(type, "Polygon") ? 3 : is_text(type, "MultiPolygon") ? 4 : 0;

	if (depth == 0)
		bad_boundary("must be of type Polygon or MultiPolygon");
	if (coordinates)
		read_coordinates(boundaries, coordinates, depth, place);
}

static void
read_feature(Boundaries *boundaries, JsonbContainer *feature, int place)
{
	JsonbContainer *geometry = container_member(feature, "geometry", false);

	if (geometry)				/* which GeoJSON lets be null */
		read_geometry(boundaries, geometry, place);
}

static void
read_collection(Reader *reader, JsonbContainer *collection)
{
	JsonbContainer *features = container_member(collection, "features", true);

	if (features == NULL)
		bad_boundary("must have an array as its \"features\"");
	for (uint32 i = 0; i < JsonContainerSize(features); i++)
	{
		JsonbValue *feature = getIthJsonbValueFromContainer(features, i);
		int			place;

		CHECK_FOR_INTERRUPTS();
		if (feature->type != jbvBinary || !JsonContainerIsObject(feature->val.binary.data) ||
			!is_text(member(feature->val.binary.data, "type"), "Feature"))
			bad_boundary("must have objects of type Feature as its \"features\"");
		place = place_of_feature(reader, feature->val.binary.data);
		if (place >= 0)
			read_feature(reader->boundaries, feature->val.binary.data, place);
	}
}

/* What PostgreSQL says of text that is no JSON does not say which. */
static void
say_which(void *element)
{
	errcontext("GeoJSON of argument \"boundaries\", element %d", *(int *) element + 1);
}

static JsonbContainer *
parse(Datum given, int element)
{
	ErrorContextCallback context = {error_context_stack, say_which, &element};
	char	   *json = TextDatumGetCString(given);
	JsonbContainer *root;

	if (strlen(json) > MOST_TEXT)
		argument_error("boundaries", "must not have elements of more than 32 MB",
					   "Simplify them first, or give a geometry a place.");
	error_context_stack = &context;
	root = &DatumGetJsonbP(DirectFunctionCall1(jsonb_in, CStringGetDatum(json)))->root;
	error_context_stack = context.previous;
	if (!JsonContainerIsObject(root))
		bad_boundary("must be an object");
	return root;
}

static int
ring_order(const void *a, const void *b)
{
	const Ring *left = a;
	const Ring *right = b;

	return left->place != right->place ? left->place - right->place : left->first - right->first;
}

Boundaries *
boundaries_read(Datum *texts, const bool *nulls, int count, const PlaceId *ids, int places, const char *id_property)
{
	Boundaries *boundaries = palloc0(sizeof(Boundaries));
	Reader		reader = {boundaries, ids, places, id_property};
	MemoryContext parsed = AllocSetContextCreate(CurrentMemoryContext, "GeoJSON", ALLOCSET_DEFAULT_SIZES);

	boundaries->point_room = 1024;
	boundaries->points = palloc_array(Point, boundaries->point_room);
	boundaries->ring_room = 64;
	boundaries->rings = palloc_array(Ring, boundaries->ring_room);
	for (int i = 0; i < count; i++)
	{
		MemoryContext before = MemoryContextSwitchTo(parsed);
		JsonbContainer *root = nulls[i] ? NULL : parse(texts[i], i);
		JsonbValue *type = root ? member(root, "type") : NULL;
		bool		is_collection = is_text(type, "FeatureCollection");

		if (root && (is_collection ? count > 1 : count != places))
			argument_error("boundaries", "must be one FeatureCollection, or have as many elements as ids",
						   "Write array_agg(ST_AsGeoJSON(geom) order by id), or array[the text of a file].");
		if (is_collection)
			read_collection(&reader, root);
		else if (is_text(type, "Feature"))
			read_feature(boundaries, root, i);
		else if (root)
			read_geometry(boundaries, root, i);
		MemoryContextSwitchTo(before);
		MemoryContextReset(parsed);
	}
	MemoryContextDelete(parsed);
	qsort(boundaries->rings, boundaries->ring_count, sizeof(Ring), ring_order);
	return boundaries;
}
