/* tree_grow.c: the best split of a node, and a tree of them. */
#include "learn/tree_grow.h"

#include <math.h>

#include "miscadmin.h"

/* of three classes and more no order holds the best split: so many words are parted in every way */
#define MOST_WORDS_PARTED 10

typedef struct Split
{
	double		gain;			/* what it takes from the risk */
	int			column;
	double		cut;
	bool	   *listed;
	bool		unknown_left;
} Split;

typedef struct Grower
{
	const TreeData *data;
	const TreeLimits *limits;
	double		stop;
	double		root_rate;
	Tree	   *tree;
	int		  **order;			/* of each column: rows, node by node, each node's from the lowest number */
	int		   *spare;
	double		centre;			/* of the node's responses, for sums that do not lose digits */
	double	   *known;			/* sums of the rows that the column tells, of those on the left, and of the rest */
	double	   *unknown;
	double	   *left;
	double	   *right;
} Grower;

/* ---- sums of rows ---- */

static void
add_row(const Grower *grower, double *sums, int row)
{
	const TreeData *data = grower->data;

	sums[0] += 1;
	if (data->method == TREE_GINI)
		sums[1 + (int) data->response[row]] += 1;
	else if (data->method == TREE_VARIANCE)
		sums[1] += data->response[row] - grower->centre;
	else
	{
		sums[1] += data->response[row];
		sums[2] += data->exposure ? data->exposure[row] : 1;
	}
}

static void
add_sums(const TreeData *data, double *sums, const double *more, double sign)
{
	for (int i = 0; i < data->sum_count; i++)
		sums[i] += sign * more[i];
}

/* What is taken from the loss by giving these rows their own value; a constant of the node apart. */
static double
purity(const TreeData *data, const double *sums)
{
	double		purity = 0;

	if (sums[0] <= 0)
		return 0;
	if (data->method == TREE_VARIANCE)
		return sums[1] * sums[1] / sums[0];
	if (data->method == TREE_POISSON)
		return sums[1] > 0 ? 2 * sums[1] * log(sums[1] / sums[2]) : 0;
	for (int i = 1; i < data->sum_count; i++)
		purity += sums[i] * sums[i] / sums[0];
	return purity;
}

/*
 * By what words are put in order: their mean, rate, or share of a class.  In the order of the mean, of the rate, and of
 * the share of one of two classes, the best split is among those that cut it in two (Breiman et al. 1984, 4.2.2).
 */
static double
height(const TreeData *data, const double *sums, int class)
{
	if (data->method == TREE_VARIANCE)
		return sums[1] / sums[0];
	if (data->method == TREE_POISSON)
		return sums[1] / sums[2];
	return sums[1 + class] / sums[0];
}

/* ---- the loss of one row, and of a node ---- */

double
tree_loss(const TreeData *data, const TreeNode *node, double value, int row)
{
	double		y = data->response[row];

	if (data->method == TREE_VARIANCE)
		return (y - value) * (y - value);
	if (data->method == TREE_POISSON)
	{
		double		expected = value * (data->exposure ? data->exposure[row] : 1);

		return 2 * ((y > 0 ? y * log(y / expected) : 0) - (y - expected));
	}
	else
	{
		double		loss = 1 - 2 * node->sums[1 + (int) y] / node->sums[0];

		for (int i = 1; i < data->sum_count; i++)
			loss += (node->sums[i] / node->sums[0]) * (node->sums[i] / node->sums[0]);
		return loss;
	}
}

static void
weigh_node(Grower *grower, TreeNode *node, const int *rows, int count)
{
	const TreeData *data = grower->data;
	double		total = 0;

	node->sums = palloc0(sizeof(double) * data->sum_count);
	grower->centre = 0;
	if (data->method == TREE_VARIANCE)
	{
		for (int i = 0; i < count; i++)
			total += data->response[rows[i]] / count;
		grower->centre = total;
	}
	for (int i = 0; i < count; i++)
		add_row(grower, node->sums, rows[i]);
	if (data->method == TREE_VARIANCE)
		node->value = node->predicted = grower->centre + node->sums[1] / count;
	else if (data->method == TREE_POISSON)
	{
		node->value = node->sums[1] / node->sums[2];
		if (node->parent < 0)
			grower->root_rate = node->value;
		/* one event more at the root's rate */
		node->predicted = grower->root_rate > 0 ? (node->sums[1] + 1) / (node->sums[2] + 1 / grower->root_rate) : 0;
	}
	else
	{
		int			most = 1;

		for (int i = 2; i < data->sum_count; i++)
			if (node->sums[i] > node->sums[most])
				most = i;
		/* of an outcome that is false or true, the share that is true */
		if (data->boolean && data->class_count == 2)
			most = 2;
		node->value = node->predicted = node->sums[most] / node->sums[0];
	}
	node->risk = 0;
	for (int i = 0; i < count; i++)
		if (data->method != TREE_POISSON || node->value > 0)
			node->risk += tree_loss(data, node, node->value, rows[i]);
}

/* ---- the best split ---- */

/* Takes the split if it is better: known rows on the left as they stand, unknown ones with the greater part. */
static bool
try_split(Grower *grower, Split *best, int column, double before)
{
	const TreeData *data = grower->data;
	bool		unknown_left;
	double		gain;

	memcpy(grower->right, grower->known, sizeof(double) * data->sum_count);
	add_sums(data, grower->right, grower->left, -1);
	unknown_left = grower->left[0] >= grower->right[0];
	add_sums(data, unknown_left ? grower->left : grower->right, grower->unknown, 1);
	gain = -INFINITY;
	if (grower->left[0] >= grower->limits->smallest_leaf && grower->right[0] >= grower->limits->smallest_leaf)
		gain = purity(data, grower->left) + purity(data, grower->right) - before;
	if (unknown_left)
		add_sums(data, grower->left, grower->unknown, -1);
	if (!(gain > best->gain * (1 + 1e-12)))
		return false;
	best->gain = gain;
	best->column = column;
	best->unknown_left = unknown_left;
	return true;
}

static void
split_numbers(Grower *grower, Split *best, int column, const int *rows, int count, double before)
{
	const TreeData *data = grower->data;
	const double *numbers = data->columns[column].numbers;
	int			known = count;

	memset(grower->known, 0, sizeof(double) * data->sum_count);
	memset(grower->unknown, 0, sizeof(double) * data->sum_count);
	memset(grower->left, 0, sizeof(double) * data->sum_count);
	while (known > 0 && isnan(numbers[rows[known - 1]]))
		add_row(grower, grower->unknown, rows[--known]);
	for (int i = 0; i < known; i++)
		add_row(grower, grower->known, rows[i]);
	for (int i = 0; i + 1 < known; i++)
	{
		double		low = numbers[rows[i]];
		double		high = numbers[rows[i + 1]];

		add_row(grower, grower->left, rows[i]);
		if (low < high && try_split(grower, best, column, before))
		{
			best->cut = low / 2 + high / 2;
			if (!(best->cut > low && best->cut <= high))
				best->cut = high;
		}
	}
}

/* The words of a node, and what their rows add up to. */
typedef struct Words
{
	int			column;
	int			present;
	int		   *codes;			/* of those that it has */
	double	   *sums;			/* by code */
} Words;

static bool
try_words(Grower *grower, Split *best, const Words *words, uint32 left, double before)
{
	const TreeData *data = grower->data;

	memset(grower->left, 0, sizeof(double) * data->sum_count);
	for (int i = 0; i < words->present; i++)
		if (left >> i & 1)
			add_sums(data, grower->left, &words->sums[words->codes[i] * data->sum_count], 1);
	return try_split(grower, best, words->column, before);
}

static void
list_words(Grower *grower, Split *best, const Words *words, int count)
{
	best->listed = palloc0_array(bool, grower->data->columns[words->column].word_count);
	for (int i = 0; i < count; i++)
		best->listed[words->codes[i]] = true;
}

/* Every way to part the words in two. */
static void
split_any_words(Grower *grower, Split *best, const Words *words, double before)
{
	for (uint32 left = 1; left < (uint32) 1 << (words->present - 1); left++)
		if (try_words(grower, best, words, left, before))
		{
			best->listed = palloc0_array(bool, grower->data->columns[words->column].word_count);
			for (int i = 0; i < words->present; i++)
				best->listed[words->codes[i]] = left >> i & 1;
		}
}

/* The ways to cut them in two once they are in order. */
static void
split_ordered_words(Grower *grower, Split *best, Words *words, int class, double before)
{
	const TreeData *data = grower->data;

	for (int i = 1; i < words->present; i++)
	{
		int			code = words->codes[i];
		int			at = i;

		for (; at > 0 && height(data, &words->sums[words->codes[at - 1] * data->sum_count], class) > height(data,
			&words->sums[code * data->sum_count], class); at--)
			words->codes[at] = words->codes[at - 1];
		words->codes[at] = code;
	}
	memset(grower->left, 0, sizeof(double) * data->sum_count);
	for (int i = 0; i + 1 < words->present; i++)
	{
		add_sums(data, grower->left, &words->sums[words->codes[i] * data->sum_count], 1);
		if (try_split(grower, best, words->column, before))
			list_words(grower, best, words, i + 1);
	}
}

static void
split_words(Grower *grower, Split *best, int column, const int *rows, int count, double before)
{
	const TreeData *data = grower->data;
	const TreeColumn *of_column = &data->columns[column];
	Words		words = {.column = column};

	words.sums = palloc0_array(double, of_column->word_count * data->sum_count + 1);
	words.codes = palloc_array(int, of_column->word_count + 1);
	memset(grower->known, 0, sizeof(double) * data->sum_count);
	memset(grower->unknown, 0, sizeof(double) * data->sum_count);
	for (int i = 0; i < count; i++)
	{
		int			code = of_column->codes[rows[i]];

		add_row(grower, code < 0 ? grower->unknown : &words.sums[code * data->sum_count], rows[i]);
	}
	for (int code = 0; code < of_column->word_count; code++)
		if (words.sums[code * data->sum_count] > 0)
		{
			add_sums(data, grower->known, &words.sums[code * data->sum_count], 1);
			words.codes[words.present++] = code;
		}
	if (data->method != TREE_GINI || data->class_count == 2)
		split_ordered_words(grower, best, &words, 1, before);
	else if (words.present <= MOST_WORDS_PARTED)
		split_any_words(grower, best, &words, before);
	else
		for (int class = 0; class < data->class_count; class++)
			split_ordered_words(grower, best, &words, class, before);
	pfree(words.sums);
	pfree(words.codes);
}

bool
tree_goes_left(const TreeData *data, const TreeNode *node, int row)
{
	const TreeColumn *column = &data->columns[node->column];

	if (column->kind == TREE_NUMBER)
		return isnan(column->numbers[row]) ? node->unknown_left : column->numbers[row] < node->cut;
	return column->codes[row] < 0 ? node->unknown_left : node->listed[column->codes[row]];
}

/* ---- the tree ---- */

static int
add_node(Tree *tree, int number, int depth, int parent)
{
	TreeNode   *node;

	if (tree->count >= tree->capacity)
	{
		tree->capacity *= 2;
		tree->nodes = repalloc(tree->nodes, sizeof(TreeNode) * tree->capacity);
	}
	node = &tree->nodes[tree->count];
	memset(node, 0, sizeof(TreeNode));
	node->number = number;
	node->depth = depth;
	node->parent = parent;
	node->left = node->right = node->column = -1;
	return tree->count++;
}

/* The rows of the left child first, each in the order that they had. */
static int
part_rows(Grower *grower, const TreeNode *node, int *rows, int count)
{
	int			left = 0;
	int			right = 0;

	for (int i = 0; i < count; i++)
	{
		if (tree_goes_left(grower->data, node, rows[i]))
			rows[left++] = rows[i];
		else
			grower->spare[right++] = rows[i];
	}
	memcpy(&rows[left], grower->spare, sizeof(int) * right);
	return left;
}

static void
grow_node(Grower *grower, int at, int begin, int count)
{
	const TreeData *data = grower->data;
	Split		best = {.gain = 0, .column = -1};
	double		before;
	int			left = 0;
	TreeNode   *node = &grower->tree->nodes[at];

	weigh_node(grower, node, &grower->order[0][begin], count);
	if (node->depth >= grower->limits->depth || count < 2 * grower->limits->smallest_leaf ||
		!(node->risk > grower->stop))
		return;
	before = purity(data, node->sums);
	for (int column = 0; column < data->column_count; column++)
	{
		CHECK_FOR_INTERRUPTS();
		if (data->columns[column].kind == TREE_NUMBER)
			split_numbers(grower, &best, column, &grower->order[column][begin], count, before);
		else
			split_words(grower, &best, column, &grower->order[column][begin], count, before);
	}
	if (best.column < 0 || !(best.gain > 1e-10 * node->risk))
		return;
	node->column = best.column;
	node->cut = best.cut;
	node->listed = best.listed;
	node->unknown_left = best.unknown_left;
	for (int column = 0; column < data->column_count; column++)
	{
		CHECK_FOR_INTERRUPTS();
		left = part_rows(grower, node, &grower->order[column][begin], count);
	}
	for (int side = 0; side < 2; side++)
	{
		int			child = add_node(grower->tree, 2 * grower->tree->nodes[at].number + side,
									 grower->tree->nodes[at].depth + 1, at);

		if (side == 0)
			grower->tree->nodes[at].left = child;
		else
			grower->tree->nodes[at].right = child;
		grow_node(grower, child, side == 0 ? begin : begin + left, side == 0 ? left : count - left);
	}
}

Tree *
tree_grow(const TreeData *data, const TreeLimits *limits, double stop, const int8 *folds, int left_out)
{
	Grower		grower = {.data = data, .limits = limits, .stop = stop};
	int			count = 0;

	grower.tree = palloc(sizeof(Tree));
	grower.tree->count = 0;
	grower.tree->capacity = 64;
	grower.tree->nodes = palloc(sizeof(TreeNode) * grower.tree->capacity);
	grower.order = palloc(sizeof(int *) * data->column_count);
	grower.spare = palloc_extended(sizeof(int) * (Size) Max(data->rows, 1), MCXT_ALLOC_HUGE);
	grower.known = palloc0(sizeof(double) * data->sum_count);
	grower.unknown = palloc0(sizeof(double) * data->sum_count);
	grower.left = palloc0(sizeof(double) * data->sum_count);
	grower.right = palloc0(sizeof(double) * data->sum_count);
	for (int column = 0; column < data->column_count; column++)
	{
		CHECK_FOR_INTERRUPTS();
		grower.order[column] = palloc_extended(sizeof(int) * (Size) Max(data->rows, 1), MCXT_ALLOC_HUGE);
		count = 0;
		for (int i = 0; i < data->rows; i++)
		{
			int			row = data->columns[column].kind == TREE_NUMBER ? data->columns[column].order[i] : i;

			if (folds == NULL || folds[row] != left_out)
				grower.order[column][count++] = row;
		}
	}
	add_node(grower.tree, 1, 0, -1);
	if (count > 0)
		grow_node(&grower, 0, 0, count);
	for (int column = 0; column < data->column_count; column++)
		pfree(grower.order[column]);
	pfree(grower.spare);
	return grower.tree;
}
