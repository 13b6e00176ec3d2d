/* Which rows go to the training, the validation and the test part. */
#ifndef LP_DATA_PARTITION_H
#define LP_DATA_PARTITION_H

#include "base/error.h"
#include "base/values.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum { LP_TRAIN, LP_VALIDATION, LP_TEST, LP_PARTS } lp_part_kind;

typedef struct {
    lp_share train;      /* without folds: the training part; the test part is what is left */
    lp_share validation; /* {0}: none */
    bool no_test;        /* the rows that do not train validate; without folds */
    int64_t folds, fold; /* 0: none; the test part is fold number `fold`, from 0, of so many */
    bool no_shuffle;     /* rows in their own order, groups in that of their first rows */
    uint64_t seed;       /* of the random order */
    const char *const *class_name; /* of label k, in errors; NULL: labels go by their numbers */
} lp_partition_options;

/* Whether there is to be a validation part. */
bool lp_partition_validates(const lp_partition_options *o);

/* How many of n a share of the validation part is: a fraction rounded up. */
size_t lp_validation_count(lp_share share, size_t n);

/* index[0 .. n) = 0 .. n-1, in order or, with `shuffle`, in random order. */
void lp_split_rows(size_t n, bool shuffle, uint64_t seed, size_t *index);

/* index = the rows of the training part, then of the validation part, then of the test part, each
 * in random order, count[p] of part p.
 *
 * Without folds (and with a test part) a share of the training part is rounded to the nearest
 * number of rows, one of the validation part up (scikit-learn's train_test_split); both are shares
 * of all n rows. Folds are as KFold's: n / folds rows each, and one more in the first n % folds.
 * The validation part is then taken from what is not in the fold.
 *
 * label (n) or NULL: every class has its share of each part, rounded so that the counts add up
 * (largest remainders first, ties to the smaller label), and of each fold (as StratifiedKFold
 * counts them). A class that would be missing from a part is refused, and one of fewer rows than
 * folds.
 *
 * group (n) or NULL: rows of one group stay together. Shares and counts are then those of groups,
 * as in GroupShuffleSplit; folds are as GroupKFold's, the largest groups first, each to the fold
 * that has the fewest rows so far. Not together with labels.
 *
 * Refused: a part without rows, more folds than rows or groups. */
int lp_partition(size_t n, const int64_t *label, const size_t *group, const lp_partition_options *o,
                 size_t *index, size_t count[LP_PARTS], lp_error *e);

#endif
