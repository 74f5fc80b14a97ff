/* What the files of the extension that speak Python share. Only the limited API of CPython 3.11 is used. */

#ifndef NATIVE_H
#define NATIVE_H

#ifndef Py_LIMITED_API
#define Py_LIMITED_API 0x030B0000
#endif
#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include "instance.h"

typedef struct {
    PyObject_HEAD
    instance p;
    double *memory;    /* everything that p points to */
    double *point;     /* one point that came as a list, (dim,) */
    PyObject *name;    /* for messages */
    PyObject *empty;   /* empty(shape) makes an array of doubles */
    PyObject *convert; /* convert(x) makes a C-contiguous array of doubles of anything */
    PyObject *result;  /* result(f, g, h) makes what evaluate gives */
} Evaluator;

typedef struct {
    const double *data;
    Py_ssize_t n;
    int single;     /* x was (dim,) */
    Py_buffer view; /* to be released; view.obj is NULL where there is none */
} points;

extern PyType_Spec evaluator_spec, recorder_spec;

/* Tells whether an object is an Evaluator. */
int is_evaluator(PyObject *object);

/* Fills in e->p from the arguments of the constructor; -1 and an exception where they do not fit together. */
int build_instance(Evaluator *e, PyObject *args);

/* Borrows the points of x, (dim,) or (n, dim); -1 and an exception for any other shape. */
int borrow_points(Evaluator *e, PyObject *x, points *found);

/* Makes an array for values of `found`, `width` each (-1: a number each), and copies `values` into it. */
PyObject *array_of(Evaluator *e, const points *found, Py_ssize_t width, const double *values);

/* The evaluation at the level in use; see module.c. */
extern evaluate_function *evaluate_point;

#endif
