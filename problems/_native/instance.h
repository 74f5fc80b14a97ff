/* What a problem consists of; laid out once when it is made, only read when points are evaluated.

   Vectors stand in blocks of `padded` doubles, a multiple of 8, with zeros beyond their length. */

#ifndef INSTANCE_H
#define INSTANCE_H

#define LUNACEK 16 /* the one base function that needs the vector before the rotation; see basic.h */

/* A base function on a run of coordinates. */
typedef struct {
    int function;               /* its place in BASIC */
    int start, n;               /* first coordinate in y, and how many */
    double scale;               /* c */
    double weight, divisor;     /* the value counts weight * value / divisor */
    const double *coefficients; /* what the function needs, padded with zeros */
    const double *index;        /* 1, 2, 3, ... */
} part;

/* sign * (q(t) - bound) / divisor, with t = x - centre or M (x - centre). */
typedef struct {
    int family; /* its place in FAMILIES */
    int n;
    int rotated;
    int chosen[3], n_chosen;    /* coordinates of a product */
    double sign, bound, divisor;
    double radius;              /* of a ring */
    const double *coefficients;
    const double *offset;       /* what turns x - o or M (x - o) to t */
} constraint;

typedef struct {
    int dim, padded;            /* coordinates of x */
    int padded_y;               /* of y: every segment of a hybrid starts at a multiple of 8 */
    int composition;            /* all parts see the whole of y */
    int n_parts, n_inequality, n_equality;
    int rotates_constraints;    /* some constraint needs M (x - o) */
    const double *shift;        /* o */
    const double *sides;        /* -1 where o < 0, else 1; 0 beyond dim */
    const double *matrix;       /* M by columns of padded_y entries, or NULL */
    const int *place;           /* where coordinate i of M (x - o) stands in y */
    const part *parts;
    const constraint *constraints; /* inequalities first */
    double *scratch;            /* 4 blocks of padded_y + 16 */
} instance;

/* What is wanted of a point: f one value, g n_inequality, h n_equality; NULL for those that are not. Where f is, parts
   takes the n_parts values that it is the weighted sum of, or is NULL. */
typedef struct {
    double *f, *g, *h, *parts;
} wanted;

typedef void evaluate_function(const instance *p, const double *x, wanted to);

evaluate_function evaluate_baseline, evaluate_avx2;

/* Writes M v, (padded_y), for v of dim entries; in the order of columns, whatever the level. */
void multiply_baseline(const instance *p, const double *v, double *out);

/* For coefficients, which must not depend on the system's library. */
double portable_power(double x, double p);
double portable_root(double x);

#endif
