# /// script
# requires-python = ">=3.11"
# dependencies = ["onnx==1.22.0"]
# ///
"""Write the graph of `catalog/coarse.py`: products of 8-bit item vectors with 7-bit questions, in one pass.

    python scripts/make_coarse_model.py src/intently/catalog/coarse.onnx        # needs the package onnx

found (q, n) = (mix (q, c) @ (codes (n, d) @ questions (d, c)).T - middle (q, 1)) * scales (1, n)

The middle code is taken off at the end: MatMulInteger's own zero point costs twice the time with two threads.
"""

import sys
from pathlib import Path

from onnx import TensorProto as Type
from onnx import checker, helper

NODES = [
    helper.make_node("MatMulInteger", ["codes", "questions"], ["whole"]),
    helper.make_node("Cast", ["whole"], ["numbers"], to=Type.FLOAT),
    helper.make_node("Transpose", ["numbers"], ["columns"], perm=[1, 0]),
    helper.make_node("MatMul", ["mix", "columns"], ["mixed"]),
    helper.make_node("Sub", ["mixed", "middle"], ["centred"]),
    helper.make_node("Mul", ["centred", "scales"], ["found"]),
]


def main(target: Path) -> None:
    graph = helper.make_graph(
        NODES,
        "coarse",
        [
            helper.make_tensor_value_info("codes", Type.UINT8, ["n", "d"]),
            helper.make_tensor_value_info("questions", Type.INT8, ["d", "c"]),
            helper.make_tensor_value_info("mix", Type.FLOAT, ["q", "c"]),
            helper.make_tensor_value_info("middle", Type.FLOAT, ["q", 1]),
            helper.make_tensor_value_info("scales", Type.FLOAT, [1, "n"]),
        ],
        [helper.make_tensor_value_info("found", Type.FLOAT, ["q", "n"])],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], producer_name="intently")
    model.ir_version = 8
    checker.check_model(model, full_check=True)
    target.write_bytes(model.SerializeToString())


if __name__ == "__main__":
    main(Path(sys.argv[1]))
