# optimizer: la-mcts
# mypy: ignore-errors
# ruff: noqa: ANN001, ANN201, ANN202, D103
"""LA-MCTS: learns a tree of good and bad regions from all samples and searches in the most promising leaf."""
import numpy as np

LEAF = 20  # samples above which a region is split
CP = 0.1  # weight of exploration in the choice of a region
KERNEL = "rbf"  # boundary between regions: rbf or linear
ROUNDS = 200  # times that the tree is learned; the budget is shared out among them


def solve(objective, lower, upper, budget, seed, inequality=None, equality=None):
    rng, dim, used = np.random.default_rng(seed), len(lower), 0

    def evaluate(u):  # points (n, dim) of the unit cube; 1e100 past the budget
        nonlocal used, best
        x = np.minimum(lower + u * (upper - lower), upper)[: budget - used]
        f = np.append(np.nan_to_num(objective(x), nan=1e100, posinf=1e100), np.full(len(u) - len(x), 1e100))
        used += len(x)
        best = min(best, (f.min(), x[f.argmin()]), key=lambda pair: pair[0])
        return f

    def kernel(a, b):
        a, b = (a - origin) / scale, (b - origin) / scale
        squares = (a**2).sum(axis=1)[:, None] + (b**2).sum(axis=1)
        return 1 + a @ b.T if KERNEL == "linear" else np.exp(2 * a @ b.T - squares)

    def split(u, z):
        """Boundary between good and bad samples by a least-squares SVM: positive where good, or None."""
        features, good = np.column_stack([u, z]), z < np.median(z)
        for _ in range(10):  # 2-means on points and standardised values
            if good.all() or not good.any():
                return None
            centres = features[good].mean(axis=0), features[~good].mean(axis=0)
            good = np.subtract(*(((features - c) ** 2).sum(axis=1) for c in centres)) < 0
        sign = np.where(good, 1.0, -1.0) * np.sign(z[~good].mean() - z[good].mean())
        weights = np.linalg.solve(kernel(u, u) + 0.01 * np.eye(len(u)), sign)
        return lambda new: kernel(new, u) @ weights

    best, batch = (np.inf, (lower + upper) / 2), max(1, budget // ROUNDS)
    while used < budget:
        x, step = rng.random((min(40, budget - used), dim)), 0.2
        y = evaluate(x)
        while used < budget and step > 1e-6:  # otherwise it has converged: start anew
            kept = np.unique(np.r_[y.argsort()[:100], np.arange(max(0, len(y) - 100), len(y))])
            u, z, path = x[kept], y[kept].clip(None, np.quantile(y[kept], 0.9)), []
            z = (z - z.mean()) / (z.std() + 1e-300)
            origin, scale = u.mean(axis=0), np.sqrt(2 * u.var(axis=0).sum()) + 1e-15
            while len(u) > LEAF:
                boundary = split(u, z)
                inside = boundary(u) > 0 if boundary else np.ones(len(u), bool)
                if inside.all() or not inside.any():
                    break
                ucb = [CP * (8 * np.log(len(u)) / i.sum()) ** 0.5 - z[i].mean() for i in [inside, ~inside]]
                sign = 1 if ucb[0] >= ucb[1] else -1
                path.append((boundary, sign))
                u, z = u[inside == (sign > 0)], z[inside == (sign > 0)]
            leader = u[z.argmin()]
            if not np.array_equal(leader, x[y.argmin()]):  # another region: its own scale
                step = np.sqrt(u.var(axis=0).mean())
            factors = 2 ** rng.uniform(-2, 2, (10 * batch, 1))
            new = np.clip(leader + step * factors * rng.standard_normal((10 * batch, dim)), 0, 1)
            refused = np.any([s * boundary(new) <= 0 for boundary, s in path] or [np.zeros(len(new))], axis=0)
            taken = refused.argsort(kind="stable")[:batch]
            f = evaluate(new[taken])
            step *= np.sqrt(factors[taken[f.argmin()], 0])  # mutative self-adaptation
            x, y = np.vstack([x, new[taken]]), np.append(y, f)
    return best[1]
