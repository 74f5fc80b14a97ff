/* From the arguments of the constructor to an instance. */

#include <string.h>

#include "native.h"

#define ROUND_UP(n) (((n) + 7) & ~7)
#define N_FUNCTIONS 25
#define N_FAMILIES 24
#define MOST_COORDINATES 100000

typedef struct {
    double *next;
} arena;

static double *block(arena *a, int n) {
    double *start = a->next;
    a->next += ROUND_UP(n);
    return start;
}

static int refuse(const char *why) {
    PyErr_SetString(PyExc_ValueError, why);
    return -1;
}

/* Copies a buffer of n doubles into a new block; NULL where its length is another. */
static double *copied(arena *a, const Py_buffer *view, Py_ssize_t n) {
    if (view->len != n * (Py_ssize_t)sizeof(double)) {
        refuse("a vector or matrix of the problem has a wrong length");
        return NULL;
    }
    double *to = block(a, (int)n);
    memcpy(to, view->buf, view->len);
    return to;
}

/* What the base functions need besides z; see basic.h. */
static void fill_coefficients(part *b, double *c) {
    int n = b->n;
    double s;
    switch (b->function) {
        case 1: /* bent cigar */
            for (int i = 0; i < n; i++) c[i] = i ? 1e6 : 1.0;
            break;
        case 2: /* discus */
            for (int i = 0; i < n; i++) c[i] = i ? 1.0 : 1e6;
            break;
        case 3: /* elliptic */
            for (int i = 0; i < n; i++) c[i] = portable_power(10.0, 6.0 * i / (n > 1 ? n - 1 : 1));
            break;
        case 8: /* griewank */
            for (int i = 0; i < n; i++) c[i] = 1.0 / portable_root(i + 1.0);
            break;
        case 11: /* katsuura */
            c[0] = 10.0 / portable_power(n, 1.2);
            break;
        case LUNACEK:
            s = 1.0 - 1.0 / (2.0 * portable_root(n + 20.0) - 8.2);
            c[0] = s;
            c[1] = 2.5 + portable_root((2.5 * 2.5 - 1.0) / s);
            break;
        case 20: /* different powers */
            for (int i = 0; i < n; i++) c[i] = 2.0 + 4.0 * i / (n > 1 ? n - 1 : 1);
            break;
    }
    b->coefficients = c;
}

static int read_part(PyObject *item, part *b) {
    if (!PyArg_ParseTuple(item, "iiddd;a part", &b->function, &b->n, &b->scale, &b->weight, &b->divisor))
        return -1;
    if (b->function < 0 || b->function >= N_FUNCTIONS || b->n < 1) return refuse("no such base function or length");
    return 0;
}

/* Parts stand one after another in y where they share the coordinates, else all at the start. */
static int read_parts(instance *p, PyObject *list, arena *a) {
    part *parts = (part *)p->parts;
    int filled = 0, used = 0;
    for (int k = 0; k < p->n_parts; k++) {
        PyObject *item = PySequence_GetItem(list, k);
        int failed = !item || read_part(item, parts + k);
        Py_XDECREF(item);
        if (failed) return -1;
        parts[k].start = filled;
        if (!p->composition) filled += ROUND_UP(parts[k].n);
        used += parts[k].n;
        if (p->composition ? parts[k].n != p->dim : used > p->dim) return refuse("parts do not fit the dimension");
        fill_coefficients(parts + k, block(a, parts[k].n));
    }
    if (!p->composition && used != p->dim) return refuse("parts do not cover the coordinates");
    p->padded_y = p->composition ? p->padded : filled;
    return 0;
}

/* Coordinate order[j] of M (x - o) becomes the j-th over all parts. */
static int place_coordinates(instance *p, PyObject *order) {
    int *place = (int *)p->place, j = 0;
    for (int i = 0; i < p->dim; i++) place[i] = p->composition ? i : -1;
    for (int k = 0; k < p->n_parts && !p->composition; k++) {
        for (int i = 0; i < p->parts[k].n; i++, j++) {
            PyObject *item = PySequence_GetItem(order, j);
            long from = item ? PyLong_AsLong(item) : -1;
            Py_XDECREF(item);
            if (PyErr_Occurred()) return -1;
            if (from < 0 || from >= p->dim || place[from] >= 0) return refuse("the order is no permutation");
            place[from] = p->parts[k].start + i;
        }
    }
    return 0;
}

static int set_matrix(instance *p, PyObject *matrix, arena *a) {
    Py_buffer view;
    if (matrix == Py_None) return 0;
    if (PyObject_GetBuffer(matrix, &view, PyBUF_SIMPLE)) return -1;
    double *columns = block(a, p->dim * p->padded_y);
    const double *rows = view.buf;
    int fits = view.len == (Py_ssize_t)(p->dim * p->dim * sizeof(double));
    for (int i = 0; fits && i < p->dim; i++)
        for (int j = 0; j < p->dim; j++) columns[j * p->padded_y + p->place[i]] = rows[i * p->dim + j];
    PyBuffer_Release(&view);
    p->matrix = columns;
    return fits ? 0 : refuse("the matrix has a wrong size");
}

/* t = x - centre = (x - o) + (o - centre), rotated as a whole where the constraint is. */
static int set_offset(instance *p, constraint *c, const Py_buffer *centre, arena *a) {
    double *offset = copied(a, centre, p->dim);
    if (!offset) return -1;
    for (int i = 0; i < p->dim; i++) offset[i] = p->shift[i] - offset[i];
    if (c->rotated) {
        double *turned = p->scratch; /* free until the first point */
        multiply_baseline(p, offset, turned);
        for (int i = 0; i < p->dim; i++) offset[i] = turned[p->place[i]];
        memset(turned, 0, p->padded_y * sizeof(double));
    }
    c->offset = offset;
    return 0;
}

static int read_chosen(instance *p, constraint *c, PyObject *chosen) {
    c->n_chosen = (int)PySequence_Size(chosen);
    if (c->n_chosen < 0 || c->n_chosen > 3) return refuse("a product has at most three coordinates");
    for (int i = 0; i < c->n_chosen; i++) {
        PyObject *item = PySequence_GetItem(chosen, i);
        c->chosen[i] = item ? (int)PyLong_AsLong(item) : -1;
        Py_XDECREF(item);
        if (PyErr_Occurred()) return -1;
        if (c->chosen[i] < 0 || c->chosen[i] >= p->dim) return refuse("no such coordinate");
    }
    return 0;
}

static int read_constraint(instance *p, PyObject *item, constraint *c, arena *a) {
    Py_buffer centre, coefficients;
    PyObject *chosen;
    if (!PyArg_ParseTuple(item, "iiddddy*y*O;a constraint", &c->family, &c->rotated, &c->sign, &c->bound, &c->divisor,
                          &c->radius, &centre, &coefficients, &chosen))
        return -1;
    int failed = 0;
    c->n = p->dim;
    if (c->family < 0 || c->family >= N_FAMILIES) failed = refuse("no such family of constraints");
    c->rotated = c->rotated && p->matrix;
    if (!failed) failed = set_offset(p, c, &centre, a);
    if (!failed && coefficients.len) failed = !(c->coefficients = copied(a, &coefficients, p->dim));
    if (!failed && !coefficients.len) c->coefficients = block(a, p->dim);
    if (!failed) failed = read_chosen(p, c, chosen);
    p->rotates_constraints |= c->rotated;
    PyBuffer_Release(&centre);
    PyBuffer_Release(&coefficients);
    return failed ? -1 : 0;
}

static int read_constraints(instance *p, PyObject *list, int first, arena *a) {
    Py_ssize_t n = PySequence_Size(list);
    for (Py_ssize_t k = 0; k < n; k++) {
        PyObject *item = PySequence_GetItem(list, k);
        int failed = !item || read_constraint(p, item, (constraint *)p->constraints + first + k, a);
        Py_XDECREF(item);
        if (failed) return -1;
    }
    return 0;
}

/* One allocation holds everything: vectors first, then the structures. */
static int allocate(Evaluator *e, int dim, int n_parts, int n_constraints, arena *a) {
    instance *p = &e->p;
    size_t padded = ROUND_UP(dim), padded_y = ROUND_UP(dim) + 8 * (size_t)n_parts;
    size_t doubles = padded * (6 + n_parts + 2 * (size_t)n_constraints) + padded_y * (dim + 4) + 4 * 16 + 8;
    size_t bytes = doubles * sizeof(double) + n_parts * sizeof(part) + n_constraints * sizeof(constraint) + dim * sizeof(int);
    e->memory = PyMem_Calloc(1, bytes);
    if (!e->memory) {
        PyErr_NoMemory();
        return -1;
    }
    char *rest = (char *)(e->memory + doubles);
    p->parts = (part *)rest;
    p->constraints = (constraint *)(rest + n_parts * sizeof(part));
    p->place = (int *)(rest + n_parts * sizeof(part) + n_constraints * sizeof(constraint));
    a->next = (double *)(((uintptr_t)e->memory + 63) & ~(uintptr_t)63);
    return 0;
}

static int set_vectors(Evaluator *e, const Py_buffer *shift, arena *a) {
    instance *p = &e->p;
    p->padded = ROUND_UP(p->dim);
    double *o = copied(a, shift, p->dim), *sides = block(a, p->dim), *index = block(a, p->dim);
    if (!o) return -1;
    for (int i = 0; i < p->dim; i++) sides[i] = o[i] < 0.0 ? -1.0 : 1.0;
    for (int i = 0; i < p->padded; i++) index[i] = i + 1.0;
    for (int k = 0; k < p->n_parts; k++) ((part *)p->parts)[k].index = index;
    p->shift = o;
    p->sides = sides;
    e->point = block(a, p->dim);
    return 0;
}

static int fill_instance(Evaluator *e, const Py_buffer *shift, PyObject *matrix, PyObject *order, PyObject *parts,
                         PyObject *inequalities, PyObject *equalities) {
    instance *p = &e->p;
    arena a;
    Py_ssize_t n_parts = PySequence_Size(parts), n_g = PySequence_Size(inequalities), n_h = PySequence_Size(equalities);
    Py_ssize_t dim = shift->len / (Py_ssize_t)sizeof(double);
    if (n_parts < 0 || n_g < 0 || n_h < 0) return -1;
    if (dim < 1 || dim > MOST_COORDINATES || n_parts < 1) return refuse("a problem has coordinates and parts");
    if (allocate(e, (int)dim, (int)n_parts, (int)(n_g + n_h), &a)) return -1;
    p->dim = (int)dim;
    p->composition = order == Py_None;
    p->n_parts = (int)n_parts;
    p->n_inequality = (int)n_g;
    p->n_equality = (int)n_h;
    if (set_vectors(e, shift, &a) || read_parts(p, parts, &a) || place_coordinates(p, order)) return -1;
    p->scratch = block(&a, 4 * (p->padded_y + 16));
    if (set_matrix(p, matrix, &a)) return -1;
    return read_constraints(p, inequalities, 0, &a) || read_constraints(p, equalities, p->n_inequality, &a) ? -1 : 0;
}

int build_instance(Evaluator *e, PyObject *args) {
    Py_buffer shift;
    PyObject *matrix, *order, *parts, *inequalities, *equalities;
    if (!PyArg_ParseTuple(args, "Uy*OOOOOOOO:Evaluator", &e->name, &shift, &matrix, &order, &parts, &inequalities,
                          &equalities, &e->empty, &e->convert, &e->result)) {
        e->name = e->empty = e->convert = e->result = NULL;
        return -1;
    }
    Py_INCREF(e->name);
    Py_INCREF(e->empty);
    Py_INCREF(e->convert);
    Py_INCREF(e->result);
    int failed = fill_instance(e, &shift, matrix, order, parts, inequalities, equalities);
    PyBuffer_Release(&shift);
    return failed;
}
