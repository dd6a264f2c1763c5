"""Networks that read a stage into a memory: rows that a unit attends to, or a head that was written label by label."""

from __future__ import annotations

import numpy as np

from models.export.graph import Tensor
from models.export.kinds.networks import Settled, output, outputs, settled
from models.learners.memory.attentive import HEADS, LEAST_LOG, PRIOR_COUNT, SIZE, Attended
from models.learners.memory.recurrent import Written


@settled.register
def _attended(nets: Attended, inputs: Tensor) -> Settled:
    real, labels = inputs.to(inputs.graph.real), nets.keys.shape[1] - 1
    count = labels + PRIOR_COUNT
    means, squares = [], []
    for i, asked in enumerate(outputs(nets.key, inputs)):
        stage = np.append(nets.values[i, 1:].sum(axis=0) / count, labels / count)
        every = real.full(1.0).to(real.dtype).column() @ stage[None]
        said = output(nets.answer, i, real.graph.join(real, _read(nets, i, asked), every)).to(np.float64)
        means.append(said.take(0, axis=1))
        squares.append(said.take(1, axis=1).at_least(LEAST_LOG).exp())
    return means, squares, nets.freedom


def _read(nets: Attended, i: int, asked: Tensor) -> Tensor:
    """Return what each unit looks up, shape (n, `SIZE`): the heads side by side."""
    heads = []
    for columns in np.arange(SIZE).reshape(HEADS, -1):
        keys = nets.keys[i][:, columns] / np.sqrt(SIZE / HEADS)
        heads.append((asked.take(columns, axis=1) @ keys.T).softmax() @ nets.values[i][:, columns])
    return asked.graph.join(*heads)


@settled.register
def _written(nets: Written, inputs: Tensor) -> Settled:
    a = np.exp(nets.nets["log_a"]) + 1.0 + nets.weight / 2
    b = np.exp(nets.nets["log_b"]) + nets.lost / 2
    square = b / a * np.exp(nets.nets["power"] * np.log1p(nets.read))
    means = []
    for i, out in enumerate(outputs(nets.body, inputs)):
        head = nets.memory[i]
        means.append((out.tanh() @ head[:-1] + float(head[-1])).to(np.float64))
    return means, [inputs.full(float(one)) for one in square], float(2 * a.mean())
