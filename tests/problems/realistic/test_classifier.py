from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import check_grad

from llamoco_bench.problems.problem import Array
from llamoco_bench.problems.realistic.classifier import DECAY, DIM, evaluator, read_measurements, samples
from llamoco_bench.problems.realistic.data import arrays
from llamoco_bench.problems.realistic.make_data.best_known import classifier_gradient


def test_a_network_without_weights_is_undecided() -> None:
    assert evaluator()(np.zeros((1, DIM))).f[0] == pytest.approx(np.log(2), rel=1e-15)


def test_the_output_bias_alone_can_only_learn_the_share_of_cases() -> None:
    _, sign = samples()
    share = np.mean(sign > 0)
    point = np.zeros((1, DIM))
    point[0, -1] = bias = np.log(share / (1 - share))
    entropy = -share * np.log(share) - (1 - share) * np.log(1 - share)
    assert evaluator()(point).f[0] == pytest.approx(entropy + DECAY / 2 * bias**2, rel=1e-12)


def test_measurements_are_standardised() -> None:
    standard, sign = samples()
    np.testing.assert_allclose(standard.mean(axis=0), 0, atol=1e-12)
    np.testing.assert_allclose(standard.std(axis=0), 1, rtol=1e-12)
    assert (standard.shape, set(sign.tolist())) == ((569, 30), {-1, 1})


def test_the_slope_used_in_the_search_for_the_best_value_is_that_of_the_objective() -> None:
    evaluate = evaluator()
    point = np.random.default_rng(2).uniform(-0.5, 0.5, DIM)

    def loss(x: Array) -> float:
        return float(evaluate(x[np.newaxis]).f[0])

    assert check_grad(loss, classifier_gradient, point) < 1e-5


@pytest.mark.slow
def test_the_data_are_those_of_scikit_learn() -> None:
    from sklearn.datasets import load_breast_cancer  # which scikit-optimize brings

    source = load_breast_cancer()
    np.testing.assert_array_equal(read_measurements(), source.data)
    np.testing.assert_array_equal(arrays("breast_cancer")["malignant"], source.target == 0)
