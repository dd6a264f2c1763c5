"""An ONNX graph that is written as numpy is: tensors with operators, constants stored once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from models.errors import ExportError

OPSET = 21
IR_VERSION = 10
"""Both as old as the operators allow: onnxruntime 1.18 and later on the device will do."""

DOUBLE = np.dtype(np.float64)
WHOLE = np.dtype(np.int64)
TRUTH = np.dtype(np.bool_)


def onnx_package() -> Any:
    """Return the package `onnx`.

    Raises
    ------
    ExportError
        If it is not installed.
    """
    try:
        import onnx
    except ImportError:
        raise ExportError(
            "writing ONNX needs the packages onnx and onnxruntime - install the extra: pip install 'qc-app[edge]'"
        ) from None
    return onnx


class Graph:
    """A graph under construction: its input is units, shape (n, width), and their times where something asks for them.

    Parameters
    ----------
    width : int
        Number of parameters.
    real : dtype
        In which the large products are computed: float32, or float64 where digits are scarce.

    Examples
    --------
    >>> graph = Graph(width=2)
    >>> y = (graph.parameters * 2.0 + [0.0, 1.0]).sum(axis=1)
    >>> [node.op_type for node in graph.model({"y": y}, {}).graph.node]
    ['Mul', 'Add', 'ReduceSum', 'Identity']
    """

    def __init__(self, width: int, real: DTypeLike = np.float32) -> None:
        self.width, self.real = width, np.dtype(real)
        self._nodes: list[Any] = []
        self._constants: dict[tuple[str, tuple[int, ...], bytes], Tensor] = {}
        self._tensors: list[Any] = []
        self._time: Tensor | None = None
        self._onnx = onnx_package()
        self.parameters = Tensor(self, "parameters", DOUBLE)

    @property
    def time(self) -> Tensor:
        """Event times in seconds since 1970, shape (n,), NaN where unknown; an input from now on."""
        if self._time is None:
            self._time = Tensor(self, "time", DOUBLE)
        return self._time

    @property
    def timed(self) -> bool:
        """Whether anything asked for the time."""
        return self._time is not None

    def const(self, value: ArrayLike, dtype: DTypeLike | None = None) -> Tensor:
        """Return a constant; equal ones are stored once."""
        array = np.ascontiguousarray(np.asarray(value, dtype=dtype))
        shape = np.shape(value)
        key = (array.dtype.str, shape, array.tobytes())
        if key not in self._constants:
            name = f"c{len(self._constants)}"
            self._tensors.append(self._onnx.numpy_helper.from_array(array.reshape(shape), name))
            self._constants[key] = Tensor(self, name, array.dtype)
        return self._constants[key]

    def node(self, operator: str, *inputs: Tensor, dtype: DTypeLike | None = None, **attributes: Any) -> Tensor:
        """Add a node and return its first output, of the type of its first input unless `dtype` says otherwise."""
        return self._add(operator, inputs, 1, dtype, attributes)[0]

    def two(self, operator: str, *inputs: Tensor, **attributes: Any) -> tuple[Tensor, Tensor]:
        """Add a node of two outputs."""
        first, second = self._add(operator, inputs, 2, None, attributes)
        return first, second

    def _add(
        self, operator: str, inputs: tuple[Tensor, ...], count: int, dtype: DTypeLike | None, attributes: dict[str, Any]
    ) -> list[Tensor]:
        names = [f"v{len(self._nodes)}{'ab'[i] if count > 1 else ''}" for i in range(count)]
        made = self._onnx.helper.make_node(operator, [t.name for t in inputs], names, name=names[0], **attributes)
        self._nodes.append(made)
        kind = inputs[0].dtype if dtype is None else np.dtype(dtype)
        return [Tensor(self, name, kind) for name in names]

    def join(self, *parts: Tensor) -> Tensor:
        """Put matrices side by side."""
        return parts[0] if len(parts) == 1 else self.node("Concat", *parts, axis=1)

    def columns(self, *vectors: Tensor) -> Tensor:
        """Put vectors of length n side by side, shape (n, k)."""
        return self.join(*(vector.column() for vector in vectors))

    def where(self, condition: Tensor, yes: Tensor | ArrayLike, no: Tensor) -> Tensor:
        """Choose between two tensors of one type."""
        return self.node("Where", condition, no.like(yes), no, dtype=no.dtype)

    def model(self, outputs: Mapping[str, Tensor], about: Mapping[str, str]) -> Any:
        """Return the finished model, checked; `about` goes into its metadata."""
        helper = self._onnx.helper
        nodes = self._nodes + [helper.make_node("Identity", [t.name], [name]) for name, t in outputs.items()]
        inputs = [self._value("parameters", DOUBLE, ["n", self.width])]
        inputs += [self._value("time", DOUBLE, ["n"])] if self.timed else []
        results = [self._value(name, t.dtype, ["n"]) for name, t in outputs.items()]
        graph = helper.make_graph(nodes, "quality", inputs, results, initializer=self._tensors)
        opset = helper.make_opsetid("", OPSET)
        made = helper.make_model(graph, opset_imports=[opset], ir_version=IR_VERSION, producer_name="qc-app")
        helper.set_model_props(made, dict(about))
        self._onnx.checker.check_model(made, full_check=True)
        return made

    def _value(self, name: str, dtype: np.dtype[Any], shape: list[str | int]) -> Any:
        kind = self._onnx.helper.np_dtype_to_tensor_dtype(dtype)
        return self._onnx.helper.make_tensor_value_info(name, kind, shape)


class Tensor:
    """A value of the graph; numbers and arrays beside it become constants of its type."""

    __slots__ = ("dtype", "graph", "name")
    __array_ufunc__ = None  # an array to the left leaves the operation to the tensor

    def __init__(self, graph: Graph, name: str, dtype: np.dtype[Any]) -> None:
        self.graph, self.name, self.dtype = graph, name, dtype

    def like(self, other: Tensor | ArrayLike) -> Tensor:
        """Return `other` as a tensor of this type."""
        return other if isinstance(other, Tensor) else self.graph.const(other, self.dtype)

    def to(self, dtype: DTypeLike) -> Tensor:
        """Return the same values as another type."""
        wanted = np.dtype(dtype)
        if wanted == self.dtype:
            return self
        code = self.graph._onnx.helper.np_dtype_to_tensor_dtype(wanted)  # noqa: SLF001 - one of the graph's own
        return self.graph.node("Cast", self, dtype=wanted, to=code)

    def __add__(self, other: Tensor | ArrayLike) -> Tensor:
        return self.graph.node("Add", self, self.like(other))

    def __radd__(self, other: ArrayLike) -> Tensor:
        return self.graph.node("Add", self.like(other), self)

    def __sub__(self, other: Tensor | ArrayLike) -> Tensor:
        return self.graph.node("Sub", self, self.like(other))

    def __rsub__(self, other: ArrayLike) -> Tensor:
        return self.graph.node("Sub", self.like(other), self)

    def __mul__(self, other: Tensor | ArrayLike) -> Tensor:
        return self.graph.node("Mul", self, self.like(other))

    def __rmul__(self, other: ArrayLike) -> Tensor:
        return self.graph.node("Mul", self.like(other), self)

    def __truediv__(self, other: Tensor | ArrayLike) -> Tensor:
        return self.graph.node("Div", self, self.like(other))

    def __matmul__(self, other: Tensor | NDArray[Any]) -> Tensor:
        if isinstance(other, Tensor) or other.ndim > 1:
            return self.graph.node("MatMul", self, self.like(other))
        return (self @ other[:, None]).take(0, axis=1)  # onnxruntime refuses no rows times a vector

    def __neg__(self) -> Tensor:
        return self.graph.node("Neg", self)

    def __gt__(self, other: Tensor | ArrayLike) -> Tensor:
        return self.graph.node("Greater", self, self.like(other), dtype=TRUTH)

    def __ge__(self, other: Tensor | ArrayLike) -> Tensor:
        return self.graph.node("GreaterOrEqual", self, self.like(other), dtype=TRUTH)

    def __lt__(self, other: Tensor | ArrayLike) -> Tensor:
        return self.graph.node("Less", self, self.like(other), dtype=TRUTH)

    def __le__(self, other: Tensor | ArrayLike) -> Tensor:
        return self.graph.node("LessOrEqual", self, self.like(other), dtype=TRUTH)

    def __and__(self, other: Tensor) -> Tensor:
        return self.graph.node("And", self, other)

    def __or__(self, other: Tensor) -> Tensor:
        return self.graph.node("Or", self, other)

    def exp(self) -> Tensor:
        """Return e to its power."""
        return self.graph.node("Exp", self)

    def log(self) -> Tensor:
        """Return the natural logarithm."""
        return self.graph.node("Log", self)

    def sqrt(self) -> Tensor:
        """Return the square root."""
        return self.graph.node("Sqrt", self)

    def sigmoid(self) -> Tensor:
        """Return the logistic function."""
        return self.graph.node("Sigmoid", self)

    def tanh(self) -> Tensor:
        """Return the hyperbolic tangent."""
        return self.graph.node("Tanh", self)

    def softmax(self) -> Tensor:
        """Return shares that add up to one in each row, by their logarithms."""
        return self.graph.node("Softmax", self, axis=-1)

    def abs(self) -> Tensor:
        """Return the size."""
        return self.graph.node("Abs", self)

    def sign(self) -> Tensor:
        """Return -1, 0 or 1."""
        return self.graph.node("Sign", self)

    def square(self) -> Tensor:
        """Return the product with itself."""
        return self * self

    def missing(self) -> Tensor:
        """Return where it is NaN."""
        return self.graph.node("IsNaN", self, dtype=TRUTH)

    def infinite(self) -> Tensor:
        """Return where it is infinite."""
        return self.graph.node("IsInf", self, dtype=TRUTH)

    def at_least(self, least: ArrayLike) -> Tensor:
        """Return the greater of it and a constant."""
        return self.graph.node("Max", self, self.like(least))

    def clip(self, low: float, high: float) -> Tensor:
        """Return it within two bounds."""
        return self.graph.node("Clip", self, self.like(low), self.like(high))

    def sum(self, axis: int) -> Tensor:
        """Return the sum along one axis, which goes away."""
        return self._reduced("ReduceSum", axis)

    def min(self, axis: int) -> Tensor:
        """Return the least along one axis, which goes away."""
        return self._reduced("ReduceMin", axis)

    def _reduced(self, operator: str, axis: int) -> Tensor:
        return self.graph.node(operator, self, self.graph.const([axis], WHOLE), keepdims=0)

    def smallest(self, k: int) -> Tensor:
        """Return the k smallest of each row in order, shape (n, k)."""
        count = self.graph.const([k], WHOLE)
        return self.graph.two("TopK", self, count, axis=1, largest=0, sorted=1)[0]

    def places_of_smallest(self, k: int) -> Tensor:
        """Return the places of the k smallest of each row, in order, shape (n, k); of equal ones the first."""
        count = self.graph.const([k], WHOLE)
        places = self.graph.two("TopK", self, count, axis=1, largest=0, sorted=1)[1]
        return Tensor(self.graph, places.name, WHOLE)

    def take(self, places: NDArray[Any] | int, axis: int) -> Tensor:
        """Return the slices at constant places; a single place takes the axis away."""
        return self.graph.node("Gather", self, self.graph.const(places, WHOLE), axis=axis)

    def shaped(self, *shape: int) -> Tensor:
        """Return it in another shape; a 0 keeps the size of that axis."""
        return self.graph.node("Reshape", self, self.graph.const(list(shape), WHOLE))

    def turned(self) -> Tensor:
        """Return a matrix with its axes exchanged."""
        return self.graph.node("Transpose", self, perm=[1, 0])

    def column(self) -> Tensor:
        """Return a vector of length n as a matrix, shape (n, 1)."""
        return self.graph.node("Unsqueeze", self, self.graph.const([1], WHOLE))

    def full(self, value: float) -> Tensor:
        """Return a vector with one `value` a row of it."""
        rows = self.graph.node("Shape", self, dtype=WHOLE, start=0, end=1)
        filled = self.graph._onnx.numpy_helper.from_array(np.array([value], DOUBLE))  # noqa: SLF001 - the graph's own
        return self.graph.node("ConstantOfShape", rows, dtype=DOUBLE, value=filled)


def looked_up(table: NDArray[Any], places: Tensor) -> Tensor:
    """Return the values of a constant vector at whole-numbered `places`."""
    graph = places.graph
    return graph.node("Gather", graph.const(table), places, axis=0, dtype=table.dtype)
