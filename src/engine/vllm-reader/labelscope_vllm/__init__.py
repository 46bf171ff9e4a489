"""Exact label read-outs inside a vLLM server. The protocol is in this package's README."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from labelscope_vllm.processor import LabelReader

__all__ = ["LabelReader"]


def __getattr__(name: str) -> Any:
    """Loads vLLM when the reader is asked for: the rest of the package can be tested without it."""
    if name != "LabelReader":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from labelscope_vllm.processor import LabelReader

    return LabelReader
