/* The type Evaluator: objective and constraints of one point or of many. */

#include <string.h>

#include "native.h"

static PyObject *evaluator_new(PyTypeObject *type, PyObject *args, PyObject *kwargs) {
    (void)kwargs;
    allocfunc allocate = (allocfunc)PyType_GetSlot(type, Py_tp_alloc);
    Evaluator *e = (Evaluator *)allocate(type, 0);
    if (e && build_instance(e, args)) {
        Py_DECREF(e);
        return NULL;
    }
    return (PyObject *)e;
}

static int evaluator_traverse(PyObject *self, visitproc visit, void *arg) {
    Evaluator *e = (Evaluator *)self;
    Py_VISIT(Py_TYPE(self));
    Py_VISIT(e->empty);
    Py_VISIT(e->convert);
    Py_VISIT(e->result);
    return 0;
}

static int evaluator_clear(PyObject *self) {
    Evaluator *e = (Evaluator *)self;
    Py_CLEAR(e->name);
    Py_CLEAR(e->empty);
    Py_CLEAR(e->convert);
    Py_CLEAR(e->result);
    return 0;
}

static void evaluator_dealloc(PyObject *self) {
    PyTypeObject *type = Py_TYPE(self);
    PyObject_GC_UnTrack(self);
    evaluator_clear(self);
    PyMem_Free(((Evaluator *)self)->memory);
    ((freefunc)PyType_GetSlot(type, Py_tp_free))(self);
    Py_DECREF(type);
}

/* Reads a list of dim floats; 0 where x is anything else. */
static int read_list(Evaluator *e, PyObject *x, points *found) {
    if (!PyList_CheckExact(x) || PyList_Size(x) != e->p.dim) return 0;
    for (int i = 0; i < e->p.dim; i++) {
        PyObject *item = PyList_GetItem(x, i);
        if (!PyFloat_Check(item)) return 0;
        e->point[i] = PyFloat_AsDouble(item);
    }
    found->view.obj = NULL;
    found->data = e->point;
    found->n = found->single = 1;
    return 1;
}

static int is_double(const Py_buffer *view) { return view->format && !strcmp(view->format, "d"); }

/* Gets the buffer of x, or of what convert makes of it. */
static int borrow_buffer(Evaluator *e, PyObject *x, Py_buffer *view) {
    const int wanted = PyBUF_ND | PyBUF_FORMAT;
    if (!PyObject_GetBuffer(x, view, wanted)) {
        if (is_double(view)) return 0;
        PyBuffer_Release(view);
    }
    PyErr_Clear();
    PyObject *array = PyObject_CallFunctionObjArgs(e->convert, x, NULL);
    if (!array) return -1;
    int failed = PyObject_GetBuffer(array, view, wanted);
    Py_DECREF(array); /* the view keeps it */
    return failed;
}

static int refuse_shape(Evaluator *e, Py_buffer *view) {
    PyObject *shape = PyTuple_New(view->ndim);
    for (int i = 0; shape && i < view->ndim; i++) PyTuple_SetItem(shape, i, PyLong_FromSsize_t(view->shape[i]));
    if (shape)
        PyErr_Format(PyExc_ValueError, "%U expects points of shape (%d,) or (n, %d), got %R", e->name, e->p.dim, e->p.dim,
                     shape);
    Py_XDECREF(shape);
    PyBuffer_Release(view);
    return -1;
}

int borrow_points(Evaluator *e, PyObject *x, points *found) {
    Py_buffer *view = &found->view;
    if (read_list(e, x, found)) return 0;
    if (borrow_buffer(e, x, view)) return -1;
    if (view->ndim < 1 || view->ndim > 2 || view->shape[view->ndim - 1] != e->p.dim) return refuse_shape(e, view);
    found->data = view->buf;
    found->single = view->ndim == 1;
    found->n = found->single ? 1 : view->shape[0];
    return 0;
}

static PyObject *new_array(Evaluator *e, const points *found, Py_ssize_t width) {
    if (width < 0) return PyObject_CallFunction(e->empty, "n", found->n);
    if (found->single) return PyObject_CallFunction(e->empty, "n", width);
    return PyObject_CallFunction(e->empty, "((nn))", found->n, width);
}

PyObject *array_of(Evaluator *e, const points *found, Py_ssize_t width, const double *values) {
    PyObject *array = new_array(e, found, width);
    Py_buffer view;
    if (!array || PyObject_GetBuffer(array, &view, PyBUF_WRITABLE)) {
        Py_XDECREF(array);
        return NULL;
    }
    memcpy(view.buf, values, view.len);
    PyBuffer_Release(&view);
    return array;
}

/* Evaluates all points; `to` says where the values of the first one go. */
static void evaluate_all(Evaluator *e, const points *found, wanted to) {
    const instance *p = &e->p;
    for (Py_ssize_t i = 0; i < found->n; i++) {
        evaluate_point(p, found->data + i * p->dim, to);
        if (to.f) to.f++;
        if (to.g) to.g += p->n_inequality;
        if (to.h) to.h += p->n_equality;
        if (to.parts) to.parts += p->n_parts;
    }
}

/* An array with one kind of values: 'f', 'g' or 'h'. */
static PyObject *values_of(Evaluator *e, const points *found, char kind) {
    Py_ssize_t width = kind == 'f' ? -1 : kind == 'g' ? e->p.n_inequality : e->p.n_equality;
    PyObject *array = new_array(e, found, width);
    Py_buffer view;
    if (!array || PyObject_GetBuffer(array, &view, PyBUF_WRITABLE)) {
        Py_XDECREF(array);
        return NULL;
    }
    double *to = view.buf;
    evaluate_all(e, found, (wanted){kind == 'f' ? to : NULL, kind == 'g' ? to : NULL, kind == 'h' ? to : NULL, NULL});
    PyBuffer_Release(&view);
    return array;
}

static PyObject *borrow_and_evaluate(PyObject *self, PyObject *x, char kind) {
    Evaluator *e = (Evaluator *)self;
    points found;
    PyObject *values;
    double f;
    if (borrow_points(e, x, &found)) return NULL;
    if (found.single && kind == 'f') {
        evaluate_point(&e->p, found.data, (wanted){&f, NULL, NULL, NULL});
        values = PyFloat_FromDouble(f);
    } else {
        values = values_of(e, &found, kind);
    }
    if (found.view.obj) PyBuffer_Release(&found.view);
    return values;
}

static PyObject *evaluator_objective(PyObject *self, PyObject *x) { return borrow_and_evaluate(self, x, 'f'); }

static PyObject *evaluator_inequality(PyObject *self, PyObject *x) { return borrow_and_evaluate(self, x, 'g'); }

static PyObject *evaluator_equality(PyObject *self, PyObject *x) { return borrow_and_evaluate(self, x, 'h'); }

/* Evaluates into three arrays and hands them to `result`. */
static PyObject *evaluate_points(Evaluator *e, const points *found) {
    PyObject *arrays[3] = {new_array(e, found, -1), new_array(e, found, e->p.n_inequality),
                           new_array(e, found, e->p.n_equality)};
    Py_buffer views[3] = {{0}};
    PyObject *result = NULL;
    int ready = arrays[0] && arrays[1] && arrays[2];
    for (int i = 0; ready && i < 3; i++) ready = !PyObject_GetBuffer(arrays[i], views + i, PyBUF_WRITABLE);
    if (ready) {
        evaluate_all(e, found, (wanted){views[0].buf, views[1].buf, views[2].buf, NULL});
        result = PyObject_CallFunctionObjArgs(e->result, arrays[0], arrays[1], arrays[2], NULL);
    }
    for (int i = 0; i < 3; i++) {
        if (views[i].obj) PyBuffer_Release(views + i);
        Py_XDECREF(arrays[i]);
    }
    return result;
}

static PyObject *evaluator_evaluate(PyObject *self, PyObject *x) {
    Evaluator *e = (Evaluator *)self;
    points found;
    PyObject *result = NULL;
    if (borrow_points(e, x, &found)) return NULL;
    if (found.single)
        PyErr_Format(PyExc_ValueError, "%U expects points of shape (n, %d), got one point", e->name, e->p.dim);
    else
        result = evaluate_points(e, &found);
    if (found.view.obj) PyBuffer_Release(&found.view);
    return result;
}

/* Values of the single parts, neither weighted nor divided, of points (n, dim): n * n_parts doubles into `out`. */
static PyObject *evaluator_parts_into(PyObject *self, PyObject *args) {
    Evaluator *e = (Evaluator *)self;
    const instance *p = &e->p;
    Py_buffer x, out;
    double f;
    if (!PyArg_ParseTuple(args, "y*w*", &x, &out)) return NULL;
    Py_ssize_t n = x.len / (Py_ssize_t)sizeof(double) / p->dim;
    int fits = out.len == n * p->n_parts * (Py_ssize_t)sizeof(double);
    for (Py_ssize_t i = 0; fits && i < n; i++)
        evaluate_point(p, (double *)x.buf + i * p->dim, (wanted){&f, NULL, NULL, (double *)out.buf + i * p->n_parts});
    PyBuffer_Release(&x);
    PyBuffer_Release(&out);
    if (!fits) return PyErr_Format(PyExc_ValueError, "the output has a wrong size");
    Py_RETURN_NONE;
}

static PyMethodDef evaluator_methods[] = {
    {"objective", evaluator_objective, METH_O, "objective(x): (dim,) -> float, (n, dim) -> (n,)"},
    {"inequality", evaluator_inequality, METH_O, "inequality(x): (dim,) -> (g,), (n, dim) -> (n, g)"},
    {"equality", evaluator_equality, METH_O, "equality(x): (dim,) -> (h,), (n, dim) -> (n, h)"},
    {"evaluate", evaluator_evaluate, METH_O, "evaluate(x): (n, dim) -> result(f, g, h)"},
    {"parts_into", evaluator_parts_into, METH_VARARGS, "parts_into(x, out): values of the parts, unweighted"},
    {0},
};

static PyType_Slot evaluator_slots[] = {
    {Py_tp_doc, "A synthetic problem, ready to be evaluated."},
    {Py_tp_new, evaluator_new},
    {Py_tp_dealloc, evaluator_dealloc},
    {Py_tp_traverse, evaluator_traverse},
    {Py_tp_clear, evaluator_clear},
    {Py_tp_methods, evaluator_methods},
    {0, NULL},
};

PyType_Spec evaluator_spec = {
    .name = "llamoco_bench.problems._native._evaluator.Evaluator",
    .basicsize = sizeof(Evaluator),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_IMMUTABLETYPE,
    .slots = evaluator_slots,
};
