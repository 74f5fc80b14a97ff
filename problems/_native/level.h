/* Evaluation of one point, compiled once for every width of registers; W and LEVEL(name) are defined by the includer. */

#include "instance.h"
#include "lanes.h"
#include "elementary.h"
#include "basic.h"
#include "constraints.h"

/* `count` registers of rows of M v: every row adds its products in the order of the columns. */
INLINE void rows(const double *matrix, int height, const double *v, int n, double *out, const int count) {
    vd sum[8];
    for (int k = 0; k < count; k++) sum[k] = splat(0.0);
    for (int j = 0; j < n; j++, matrix += height) {
        vd factor = splat(v[j]);
        for (int k = 0; k < count; k++) sum[k] += load(matrix + k * W) * factor;
    }
    for (int k = 0; k < count; k++) store(out + k * W, sum[k]);
}

static void multiply(const instance *p, const double *v, double *out) {
    int height = p->padded_y, i = 0;
    for (; i + 8 * W <= height; i += 8 * W) rows(p->matrix + i, height, v, p->dim, out + i, 8);
    for (; i + 4 * W <= height; i += 4 * W) rows(p->matrix + i, height, v, p->dim, out + i, 4);
    for (; i + 2 * W <= height; i += 2 * W) rows(p->matrix + i, height, v, p->dim, out + i, 2);
    for (; i < height; i += W) rows(p->matrix + i, height, v, p->dim, out + i, 1);
}

static double lunacek_of_whole(const instance *p, const part *b, const double *d, double *u, double *rotated) {
    EACH_REGISTER(p->padded) store(u + HERE, 2.0 * b->scale * (load(p->sides + HERE) * load(d + HERE)));
    if (!p->matrix) return lunacek(u, u, b);
    multiply(p, u, rotated);
    return lunacek(u, rotated, b);
}

static double value_of(const instance *p, const part *b, const double *d, const double *y, double *z, double *spare) {
    if (b->function == LUNACEK && p->composition) return lunacek_of_whole(p, b, d, z, spare);
    EACH_REGISTER(b->n) store(z + HERE, b->scale * load(y + b->start + HERE));
    return BASIC[b->function](z, b);
}

static double objective_of(const instance *p, const double *d, const double *y, double *z, double *spare,
                           double *values) {
    double total = 0.0;
    for (int k = 0; k < p->n_parts; k++) {
        const part *b = p->parts + k;
        double value = value_of(p, b, d, y, z, spare);
        if (values) values[k] = value;
        total += b->weight * value / b->divisor;
    }
    return total < 0.0 ? 0.0 : total; /* no base function is negative; rounding next to the optimum can be */
}

static double constraint_of(const instance *p, const constraint *c, const double *d, const double *y, double *t) {
    if (!c->rotated) {
        EACH_REGISTER(p->padded) store(t + HERE, load(d + HERE) + load(c->offset + HERE));
    } else if (p->composition) {
        EACH_REGISTER(p->padded) store(t + HERE, load(y + HERE) + load(c->offset + HERE));
    } else {
        EACH_REGISTER(p->padded) store(t + HERE, splat(0.0));
        for (int i = 0; i < p->dim; i++) t[i] = y[p->place[i]] + c->offset[i];
    }
    return c->sign * ((FAMILIES[c->family](t, c) - c->bound) / c->divisor);
}

void LEVEL(evaluate)(const instance *p, const double *x, wanted to) {
    const int block = p->padded_y + 16;
    double *d = p->scratch, *y = d + block, *z = y + block, *spare = z + block;
    for (int i = 0; i < p->dim; i++) d[i] = x[i] - p->shift[i];
    if (p->matrix) {
        if (to.f || p->rotates_constraints) multiply(p, d, y);
    } else if (p->composition) {
        y = d;
    } else {
        for (int i = 0; i < p->dim; i++) y[p->place[i]] = d[i];
    }
    if (to.f) *to.f = objective_of(p, d, y, z, spare, to.parts);
    for (int k = 0; to.g && k < p->n_inequality; k++) to.g[k] = constraint_of(p, p->constraints + k, d, y, z);
    for (int k = 0; to.h && k < p->n_equality; k++)
        to.h[k] = constraint_of(p, p->constraints + p->n_inequality + k, d, y, z);
}
