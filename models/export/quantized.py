"""Whole numbers of eight bits instead of single precision, where the model bears it."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from models.export.graph import onnx_package
from models.export.runner import runtime_package

BOUND = 0.02
"""Most by which an eight-bit model may differ, as a share of the interval's width."""


def eight_bits(data: bytes) -> bytes | None:
    """Return the model with the constant matrices of its products in eight bits.

    Dynamic quantization: matrices are rounded once, what is multiplied with them on the device (Jacob et al. 2018,
    Quantization and Training of Neural Networks for Efficient Integer-Arithmetic-Only Inference).

    Parameters
    ----------
    data : bytes
        ONNX in single precision.

    Returns
    -------
    bytes or None
        None where there is no product in single precision.
    """
    onnx = onnx_package()
    runtime_package()
    from onnxruntime.quantization import QuantType, quantize_dynamic

    model = onnx.load_from_string(data)
    products = _products(model, onnx.TensorProto.FLOAT)
    if not products:
        return None
    _tagged(onnx, model)
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "eight.onnx"
        quantize_dynamic(model, out, nodes_to_quantize=products, per_channel=True, weight_type=QuantType.QInt8)
        return out.read_bytes()


def _products(model: Any, single: int) -> list[str]:
    """Return the names of the products with a constant matrix in single precision."""
    known = {tensor.name for tensor in model.graph.initializer if tensor.data_type == single}
    return [node.name for node in model.graph.node if node.op_type == "MatMul" and node.input[1] in known]


def _tagged(onnx: Any, model: Any) -> None:
    """Say that the model needs no preparation, so that the quantizer does not advise one: all shapes are known."""
    about = {entry.key: entry.value for entry in model.metadata_props}
    onnx.helper.set_model_props(model, about | {"onnx.quant.pre_process": "onnxruntime.quant"})
