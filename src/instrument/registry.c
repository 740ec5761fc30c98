/* registry.c: the registry of instruments and of their conditions. */
#include "instrument/registry.h"

#include "core/argument.h"
#include "utils/builtins.h"

const Instrument *const instruments[] = {
	&charlson_instrument,
	&hospital_frailty_instrument,
	&charlson_sundararajan_instrument,
	&charlson_sweden_instrument,
	&charlson_shmi_instrument,
	&elixhauser_instrument,
	&cambridge_instrument,
	&frailty_index_instrument,
	NULL
};

int
instrument_first_bit(const Instrument *instrument)
{
	int			bit = 0;

	for (int i = 0; instruments[i] != instrument; i++)
		bit += instruments[i]->count;
	return bit;
}

int
registry_size(void)
{
	int			size = 0;

	for (int i = 0; instruments[i] != NULL; i++)
		size += instruments[i]->count;
	return size;
}

const ListItem *
registry_item(int bit)
{
	for (int i = 0; instruments[i] != NULL; i++)
	{
		if (bit < instruments[i]->count)
			return &instruments[i]->items[bit];
		bit -= instruments[i]->count;
	}
	return NULL;
}

/* The name of a condition in stored text forms: that of its item, after its instrument's prefix. */
char *
registry_name(int bit)
{
	for (int i = 0; instruments[i] != NULL; i++)
	{
		if (bit < instruments[i]->count)
			return psprintf("%s%s", instruments[i]->prefix ? instruments[i]->prefix : "",
							instruments[i]->items[bit].name);
		bit -= instruments[i]->count;
	}
	return NULL;
}

int
instrument_find(const Instrument *instrument, const char *name, int length)
{
	for (int i = 0; i < instrument->count; i++)
		if (strlen(instrument->items[i].name) == length &&
			memcmp(instrument->items[i].name, name, length) == 0)
			return i;
	return -1;
}

/* The bit of an item that is there. */
int
instrument_bit(const Instrument *instrument, const char *name)
{
	return instrument_first_bit(instrument) + instrument_find(instrument, name, strlen(name));
}

/* The bit of a condition, or -1. */
int
registry_find(const char *name, int length)
{
	int			first = 0;

	for (int i = 0; instruments[i] != NULL; i++)
	{
		int			prefix = instruments[i]->prefix ? strlen(instruments[i]->prefix) : 0;
		int			item = length > prefix && (prefix == 0 || memcmp(name, instruments[i]->prefix, prefix) == 0)
			? instrument_find(instruments[i], name + prefix, length - prefix) : -1;

		if (item >= 0)
			return first + item;
		first += instruments[i]->count;
	}
	return -1;
}

/* The instrument that an argument names. */
const Instrument *
argument_instrument(FunctionCallInfo fcinfo, int index)
{
	const char *names[32];
	int			count = 0;

	for (; instruments[count] != NULL; count++)
		names[count] = instruments[count]->name;
	names[count] = NULL;
	return instruments[argument_choice(fcinfo, index, "instrument", names)];
}

/* Where labels, weights and hierarchy stand. */
const Instrument *
instrument_base(const Instrument *instrument)
{
	return instrument->base ? instrument->base : instrument;
}
