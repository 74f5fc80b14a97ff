# optimizer: deap-de
# mypy: ignore-errors
# ruff: noqa: ANN001, ANN201, ANN202, ANN204, B905, D101, D103
"""Differential evolution rand/1/bin, put together from DEAP's toolbox."""
import numpy as np
from deap import base, tools

POPULATION = 50  # agents
F = 0.5  # differential weight
CR = 0.5  # probability of crossover per variable


class Fitness(base.Fitness):
    weights = (-1.0,)  # minimise


class Agent(list):
    def __init__(self, point, value=1e100):
        super().__init__(point)
        self.fitness = Fitness((value,))


def solve(objective, lower, upper, budget, seed, inequality=None, equality=None):
    rng = np.random.default_rng(seed)
    dim = len(lower)

    def evaluate(points):  # agents of points (n, dim)
        values = np.nan_to_num(objective(points), nan=1e100, posinf=1e100)
        return [Agent(point, value) for point, value in zip(points.tolist(), values.tolist())]

    def mate(agents):  # one trial point for each agent
        x, n = np.array(agents), len(agents)
        a, b, c = (np.array(toolbox.select(agents)) for _ in range(3))
        crossed = rng.random((n, dim)) < CR
        crossed[np.arange(n), rng.integers(dim, size=n)] = True
        return np.where(crossed, np.clip(a + F * (b - c), lower, upper), x)

    toolbox, hall = base.Toolbox(), tools.HallOfFame(1)
    toolbox.register("population", rng.uniform, lower, upper)
    toolbox.register("select", lambda agents: [agents[i] for i in rng.permutation(len(agents))])
    toolbox.register("mate", mate)
    toolbox.register("evaluate", evaluate)
    population = toolbox.evaluate(toolbox.population((POPULATION, dim))[:budget])
    used = len(population)
    hall.update(population)
    while used < budget and len(population) > 3:
        trials = toolbox.evaluate(toolbox.mate(population)[: budget - used])
        used += len(trials)
        hall.update(trials)
        for i, trial in enumerate(trials):
            if trial.fitness >= population[i].fitness:
                population[i] = trial
    return np.array(hall[0])
