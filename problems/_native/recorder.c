/* The type Recorder: stands between a trusted program and an Evaluator; counts, keeps the best point, ends the program.

   Points asked of each of the three functions are counted apart, since one evaluation gives all three values of a point;
   the evaluations are the largest count. Only points whose objective was asked for can be the best. */

#include <math.h>
#include <string.h>
#include <time.h>

#include "native.h"

#define EQUALITY_TOLERANCE 1e-4

enum { OBJECTIVE, INEQUALITY, EQUALITY };

typedef struct {
    long long at; /* evaluations */
    double f;
} improvement;

typedef struct {
    PyObject_HEAD
    Evaluator *evaluator;
    PyObject *stop;     /* the exception that ends the program */
    long long counts[3], budget;
    double deadline;    /* on the monotonic clock, in seconds */
    double best_f;      /* infinite while there is none */
    double first_f;     /* best objective of the points asked for first */
    double least_violation;
    double *bounds;     /* lower, upper, best x: dim each */
    double *last;       /* points, f, g, h of the points asked for last */
    Py_ssize_t n_last, room;
    improvement *curve;
    Py_ssize_t n_curve, curve_room;
} Recorder;

static Py_ssize_t width_of(const Recorder *r) {
    const instance *p = &r->evaluator->p;
    return p->dim + 1 + p->n_inequality + p->n_equality;
}

/* Places of the values of n points within `last`. */
static double *objectives(const Recorder *r) { return r->last + r->n_last * r->evaluator->p.dim; }
static double *inequalities(const Recorder *r) { return objectives(r) + r->n_last; }
static double *equalities(const Recorder *r) { return inequalities(r) + r->n_last * r->evaluator->p.n_inequality; }

static int take_bounds(Recorder *r, PyObject *lower, PyObject *upper) {
    Py_ssize_t bytes = r->evaluator->p.dim * (Py_ssize_t)sizeof(double);
    PyObject *both[2] = {lower, upper};
    r->bounds = PyMem_Calloc(3, bytes);
    if (!r->bounds) return -1;
    for (int i = 0; i < 2; i++) {
        Py_buffer view;
        if (PyObject_GetBuffer(both[i], &view, PyBUF_SIMPLE)) return -1;
        int fits = view.len == bytes;
        if (fits) memcpy((char *)r->bounds + i * bytes, view.buf, bytes);
        PyBuffer_Release(&view);
        if (!fits) {
            PyErr_SetString(PyExc_ValueError, "bounds of a wrong length");
            return -1;
        }
    }
    return 0;
}

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec + 1e-9 * t.tv_nsec;
}

/* Recorder(evaluator, lower, upper, budget, wall_s, stop) */
static PyObject *recorder_new(PyTypeObject *type, PyObject *args, PyObject *kwargs) {
    (void)kwargs;
    PyObject *evaluator, *lower, *upper, *stop;
    long long budget;
    double wall_s;
    if (!PyArg_ParseTuple(args, "OOOLdO:Recorder", &evaluator, &lower, &upper, &budget, &wall_s, &stop)) return NULL;
    if (!is_evaluator(evaluator)) return PyErr_Format(PyExc_TypeError, "a Recorder records an Evaluator");
    Recorder *r = (Recorder *)((allocfunc)PyType_GetSlot(type, Py_tp_alloc))(type, 0);
    if (!r) return NULL;
    Py_INCREF(evaluator);
    Py_INCREF(stop);
    r->evaluator = (Evaluator *)evaluator;
    r->stop = stop;
    r->budget = budget;
    r->deadline = isfinite(wall_s) ? now() + wall_s : INFINITY;
    r->best_f = r->least_violation = INFINITY;
    if (take_bounds(r, lower, upper)) {
        Py_DECREF(r);
        return NULL;
    }
    return (PyObject *)r;
}

static int recorder_traverse(PyObject *self, visitproc visit, void *arg) {
    Recorder *r = (Recorder *)self;
    Py_VISIT(Py_TYPE(self));
    Py_VISIT((PyObject *)r->evaluator);
    Py_VISIT(r->stop);
    return 0;
}

static int recorder_clear(PyObject *self) {
    Recorder *r = (Recorder *)self;
    Py_CLEAR(r->evaluator);
    Py_CLEAR(r->stop);
    return 0;
}

static void recorder_dealloc(PyObject *self) {
    PyTypeObject *type = Py_TYPE(self);
    Recorder *r = (Recorder *)self;
    PyObject_GC_UnTrack(self);
    recorder_clear(self);
    PyMem_Free(r->bounds);
    PyMem_Free(r->last);
    PyMem_Free(r->curve);
    ((freefunc)PyType_GetSlot(type, Py_tp_free))(self);
    Py_DECREF(type);
}

static int append(Recorder *r, long long at, double f) {
    if (r->n_curve == r->curve_room) {
        Py_ssize_t room = r->curve_room ? 2 * r->curve_room : 64;
        improvement *curve = PyMem_Realloc(r->curve, room * sizeof(improvement));
        if (!curve) return -1;
        r->curve = curve;
        r->curve_room = room;
    }
    r->curve[r->n_curve++] = (improvement){at, f};
    return 0;
}

static int within_bounds(const Recorder *r, const double *x) {
    const double *lower = r->bounds, *upper = lower + r->evaluator->p.dim;
    for (int i = 0; i < r->evaluator->p.dim; i++)
        if (!(x[i] >= lower[i] && x[i] <= upper[i])) return 0;
    return 1;
}

/* Mean violation of the constraints; infinite where the objective or a constraint is not a number. */
static double violation(const Recorder *r, double f, const double *g, const double *h) {
    const instance *p = &r->evaluator->p;
    int n = p->n_inequality + p->n_equality;
    double total = 0.0;
    if (!isfinite(f)) return INFINITY;
    for (int k = 0; k < p->n_inequality; k++) total += g[k] <= 0.0 ? 0.0 : g[k];
    for (int k = 0; k < p->n_equality; k++) total += fabs(h[k]) <= EQUALITY_TOLERANCE ? 0.0 : fabs(h[k]);
    return n == 0 ? 0.0 : total == total ? total / n : INFINITY;
}

static int improve(Recorder *r, const double *x, double f) {
    const long long *c = r->counts;
    long long elsewhere = c[INEQUALITY] > c[EQUALITY] ? c[INEQUALITY] : c[EQUALITY];
    r->best_f = f;
    memcpy(r->bounds + 2 * r->evaluator->p.dim, x, r->evaluator->p.dim * sizeof(double));
    return append(r, c[OBJECTIVE] > elsewhere ? c[OBJECTIVE] : elsewhere, f);
}

/* The best objective among feasible points, else among all that are finite, else not a number. */
static double best_of_first(const Recorder *r) {
    const instance *p = &r->evaluator->p;
    const double *f = objectives(r), *g = inequalities(r), *h = equalities(r);
    double feasible = INFINITY, any = INFINITY;
    for (Py_ssize_t i = 0; i < r->n_last; i++, g += p->n_inequality, h += p->n_equality) {
        if (!isfinite(f[i])) continue;
        if (f[i] < any) any = f[i];
        if (f[i] < feasible && violation(r, f[i], g, h) == 0.0) feasible = f[i];
    }
    return feasible < INFINITY ? feasible : any < INFINITY ? any : NAN;
}

/* Counts the points of `last`, and keeps the best feasible one within the bounds. */
static int credit(Recorder *r) {
    const instance *p = &r->evaluator->p;
    const double *x = r->last, *f = objectives(r), *g = inequalities(r), *h = equalities(r);
    int none_yet = !r->n_curve;
    if (!r->counts[OBJECTIVE] && r->n_last) r->first_f = best_of_first(r);
    for (Py_ssize_t i = 0; i < r->n_last; i++, x += p->dim, g += p->n_inequality, h += p->n_equality) {
        r->counts[OBJECTIVE]++;
        if (!none_yet && !(f[i] < r->best_f)) continue;
        double amount = within_bounds(r, x) ? violation(r, f[i], g, h) : INFINITY;
        if (none_yet && amount < r->least_violation) r->least_violation = amount;
        if (amount == 0.0 && f[i] < r->best_f && improve(r, x, f[i])) return -1;
    }
    return 0;
}

static int is_last(const Recorder *r, const points *found, Py_ssize_t n) {
    return r->n_last == n && n && !memcmp(r->last, found->data, n * r->evaluator->p.dim * sizeof(double));
}

static int make_room(Recorder *r, Py_ssize_t n) {
    if (n <= r->room) return 0;
    r->n_last = 0;
    double *last = PyMem_Realloc(r->last, n * width_of(r) * sizeof(double));
    if (!last) return -1;
    r->last = last;
    r->room = n;
    return 0;
}

/* Values of a point; a point that is not finite has none. */
static void evaluate_row(const instance *p, const double *x, double *f, double *g, double *h) {
    for (int i = 0; i < p->dim; i++) {
        if (isfinite(x[i])) continue;
        *f = NAN;
        for (int k = 0; k < p->n_inequality; k++) g[k] = NAN;
        for (int k = 0; k < p->n_equality; k++) h[k] = NAN;
        return;
    }
    evaluate_point(p, x, (wanted){f, g, h, NULL});
}

/* Sees to it that the first n points of `found` and their values stand in `last`. */
static int evaluate_last(Recorder *r, const points *found, Py_ssize_t n) {
    const instance *p = &r->evaluator->p;
    if (is_last(r, found, n)) return 0;
    if (make_room(r, n)) return -1;
    memcpy(r->last, found->data, n * p->dim * sizeof(double));
    r->n_last = n;
    double *f = objectives(r), *g = inequalities(r), *h = equalities(r);
    for (Py_ssize_t i = 0; i < n; i++)
        evaluate_row(p, r->last + i * p->dim, f + i, g + i * p->n_inequality, h + i * p->n_equality);
    return 0;
}

static int stop(Recorder *r, const char *why) {
    PyErr_SetString(r->stop, why);
    return -1;
}

/* Evaluates and counts; beyond the budget the program ends. */
static int request(Recorder *r, const points *found, int function) {
    if (r->deadline < INFINITY && now() > r->deadline) return stop(r, "time");
    long long left = r->budget - r->counts[function];
    Py_ssize_t n = found->n > left ? (Py_ssize_t)(left > 0 ? left : 0) : found->n;
    int failed = evaluate_last(r, found, n);
    if (!failed && function == OBJECTIVE) failed = credit(r);
    if (failed) {
        PyErr_NoMemory();
        return -1;
    }
    if (function != OBJECTIVE) r->counts[function] += n;
    return n < found->n ? stop(r, "budget") : 0;
}

static PyObject *answer(PyObject *self, PyObject *x, int function) {
    Recorder *r = (Recorder *)self;
    Evaluator *e = r->evaluator;
    points found;
    PyObject *values = NULL;
    if (borrow_points(e, x, &found)) return NULL;
    if (!request(r, &found, function)) {
        if (function == INEQUALITY)
            values = array_of(e, &found, e->p.n_inequality, inequalities(r));
        else if (function == EQUALITY)
            values = array_of(e, &found, e->p.n_equality, equalities(r));
        else
            values = found.single ? PyFloat_FromDouble(*objectives(r)) : array_of(e, &found, -1, objectives(r));
    }
    if (found.view.obj) PyBuffer_Release(&found.view);
    return values;
}

static PyObject *recorder_objective(PyObject *self, PyObject *x) { return answer(self, x, OBJECTIVE); }

static PyObject *recorder_inequality(PyObject *self, PyObject *x) { return answer(self, x, INEQUALITY); }

static PyObject *recorder_equality(PyObject *self, PyObject *x) { return answer(self, x, EQUALITY); }

static int is_best(const Recorder *r, const double *x) {
    int dim = r->evaluator->p.dim;
    const double *best = r->bounds + 2 * dim;
    for (int i = 0; r->n_curve && i < dim; i++)
        if (x[i] != best[i]) return 0;
    return r->n_curve > 0;
}

/* Lets the point that a program returned count as found: an evaluation, where one is left and the point is news. */
static PyObject *recorder_returned(PyObject *self, PyObject *x) {
    Recorder *r = (Recorder *)self;
    points found;
    if (borrow_points(r->evaluator, x, &found)) return NULL;
    int failed = !found.single;
    if (failed)
        PyErr_Format(PyExc_ValueError, "solve() returned many points, expected one of shape (%d,)", r->evaluator->p.dim);
    else if (r->counts[OBJECTIVE] < r->budget && !is_best(r, found.data)) {
        failed = evaluate_last(r, &found, 1) || credit(r);
        if (failed) PyErr_NoMemory();
    }
    if (found.view.obj) PyBuffer_Release(&found.view);
    if (failed) return NULL;
    Py_RETURN_NONE;
}

static PyObject *get_evaluations(PyObject *self, void *unused) {
    (void)unused;
    const long long *c = ((Recorder *)self)->counts;
    long long most = c[OBJECTIVE] > c[INEQUALITY] ? c[OBJECTIVE] : c[INEQUALITY];
    return PyLong_FromLongLong(most > c[EQUALITY] ? most : c[EQUALITY]);
}

static PyObject *get_best_f(PyObject *self, void *unused) {
    (void)unused;
    Recorder *r = (Recorder *)self;
    if (!r->n_curve) Py_RETURN_NONE;
    return PyFloat_FromDouble(r->best_f);
}

static PyObject *get_first_f(PyObject *self, void *unused) {
    (void)unused;
    Recorder *r = (Recorder *)self;
    if (!r->counts[OBJECTIVE]) Py_RETURN_NONE;
    return PyFloat_FromDouble(r->first_f);
}

static PyObject *get_least_violation(PyObject *self, void *unused) {
    (void)unused;
    return PyFloat_FromDouble(((Recorder *)self)->least_violation);
}

static PyObject *get_best_x(PyObject *self, void *unused) {
    (void)unused;
    Recorder *r = (Recorder *)self;
    points one = {.n = 1, .single = 1};
    if (!r->n_curve) Py_RETURN_NONE;
    return array_of(r->evaluator, &one, r->evaluator->p.dim, r->bounds + 2 * r->evaluator->p.dim);
}

static PyObject *get_curve(PyObject *self, void *unused) {
    (void)unused;
    Recorder *r = (Recorder *)self;
    PyObject *list = PyList_New(r->n_curve);
    for (Py_ssize_t i = 0; list && i < r->n_curve; i++) {
        PyObject *pair = Py_BuildValue("(Ld)", r->curve[i].at, r->curve[i].f);
        if (!pair || PyList_SetItem(list, i, pair)) Py_CLEAR(list);
    }
    return list;
}

static PyMethodDef recorder_methods[] = {
    {"objective", recorder_objective, METH_O, "objective(x): (dim,) -> float, (n, dim) -> (n,)"},
    {"inequality", recorder_inequality, METH_O, "inequality(x): (dim,) -> (g,), (n, dim) -> (n, g)"},
    {"equality", recorder_equality, METH_O, "equality(x): (dim,) -> (h,), (n, dim) -> (n, h)"},
    {"returned", recorder_returned, METH_O, "returned(x): let the point that a program returned count as found"},
    {0},
};

static PyGetSetDef recorder_attributes[] = {
    {"evaluations", get_evaluations, NULL, "evaluations spent so far", NULL},
    {"best_f", get_best_f, NULL, "objective of the best feasible point within the bounds, or None", NULL},
    {"first_f", get_first_f, NULL, "best objective of the points asked for first, or None", NULL},
    {"least_violation", get_least_violation, NULL, "least violation met until a feasible point was", NULL},
    {"best_x", get_best_x, NULL, "the best feasible point within the bounds, (dim,), or None", NULL},
    {"curve", get_curve, NULL, "(evaluations, best_f) at every improvement", NULL},
    {0},
};

static PyType_Slot recorder_slots[] = {
    {Py_tp_doc, "Recorder(evaluator, lower, upper, budget, wall_s, stop)"},
    {Py_tp_new, recorder_new},
    {Py_tp_dealloc, recorder_dealloc},
    {Py_tp_traverse, recorder_traverse},
    {Py_tp_clear, recorder_clear},
    {Py_tp_methods, recorder_methods},
    {Py_tp_getset, recorder_attributes},
    {0, NULL},
};

PyType_Spec recorder_spec = {
    .name = "llamoco_bench.problems._native._evaluator.Recorder",
    .basicsize = sizeof(Recorder),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_IMMUTABLETYPE,
    .slots = recorder_slots,
};
